import { StoreUnavailable } from '#event-store';
import { FolderInUse } from '#event-store/sqlite';
import { LedgerNotEmpty, NoLedgerHere, storeLocationsFrom, whereLogIs } from '#ledger';

/** Why a verb failed, in one line for a person. Exit status 1. */
export class Failure extends Error {
  override readonly name = 'Failure';
}

/** Throws a `Failure`, in the place of a value. */
export const fail = (line: string): never => {
  throw new Failure(line);
};

/** What went wrong, in one line, with the remedy if it is known. */
export const lineFor = (error: unknown): string => {
  if (error instanceof NoLedgerHere)
    return `there is no ledger in ${error.folder}: name its data folder in SUBLEDGER_DATA`;
  if (error instanceof FolderInUse) return error.message;
  if (error instanceof LedgerNotEmpty)
    return `${error.message}: name another place in SUBLEDGER_DATA, EVENTSTORE_URL or DATABASE_URL; a folder is made if need be`;
  const text = error instanceof Error ? error.message : String(error);
  const line = text.replaceAll(/\s*\n\s*/g, ' ');
  return error instanceof StoreUnavailable ? named(line) : line;
};

/** Names the server and its variable, since a cluster has many. The driver's message may be empty. */
const named = (line: string): string =>
  line
    .replace(
      /^the event store /,
      () => `the event store ${whereLogIs(storeLocationsFrom(process.env))} (EVENTSTORE_URL) `,
    )
    .replace(/\.? Resolution note: *$/, '');
