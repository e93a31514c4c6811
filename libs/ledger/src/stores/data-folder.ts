import { chmodSync, existsSync } from 'node:fs';
import { join } from 'node:path';

/** Where a data folder keeps its log, and its read models. */
export const eventsIn = (folder: string): string => join(folder, 'events.sqlite');
export const readsIn = (folder: string): string => join(folder, 'read.sqlite');

/** There is no ledger in this folder. */
export class NoLedgerHere extends Error {
  override readonly name = 'NoLedgerHere';
  readonly folder: string;
  constructor(folder: string) {
    super(`there is no ledger in ${folder}`);
    this.folder = folder;
  }
}

/** Lets only the owner read the stores of a folder, which hold names, prices and digests of keys (mode 0600). */
export const makePrivate = (folder: string): void => {
  for (const file of [eventsIn(folder), readsIn(folder)])
    for (const path of [file, `${file}-wal`, `${file}-shm`]) if (existsSync(path)) chmodSync(path, 0o600);
};
