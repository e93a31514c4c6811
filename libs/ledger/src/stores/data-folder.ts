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
