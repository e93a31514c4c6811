import { join } from 'node:path';

/** The paths of the log and of the read models within a data folder. */
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
