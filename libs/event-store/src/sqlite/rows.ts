import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { Recorded } from '#kernel';
import type { Codec } from '../codec.ts';
import { CorruptEvent, type Revision } from '../event-store.ts';
import type { Fresh } from '../followers.ts';
import { positionOf } from '../position.ts';
import { checksumOf } from './checksum.ts';
import { hasChecksums } from './database.ts';
import type { Written } from './group-commit.ts';

/** A row comes as an array: as an object it would take twice the time. */
export type Row = readonly [
  offset: number,
  stream: number,
  revision: Revision,
  id: string,
  type: string,
  data: string,
  meta: string,
  /** `null` for what a version without checksums wrote. */
  checksum: number | null,
];

/** The event in a row. Throws `CorruptEvent`. */
export type RowReader = (row: Row) => Recorded;

/** The columns of a row. A log that is looked into may still have the layout of an earlier version. */
const columnsOf = (database: DatabaseSync): string =>
  `position, stream, revision, id, type, data, meta, ${hasChecksums(database) ? 'checksum' : 'NULL'}`;

/** Prepares a query of rows. */
export const rowsBy = (database: DatabaseSync, conditions: string): StatementSync => {
  const statement = database.prepare(`SELECT ${columnsOf(database)} FROM events ${conditions}`);
  statement.setReturnArrays(true);
  return statement;
};

/** All rows in the order of the log, off the table itself. */
export const readingRow = (database: DatabaseSync): StatementSync => rowsBy(database, 'NOT INDEXED ORDER BY position');

/** Checks a row, and reads it. Throws `CorruptEvent` where the bytes are not those that were written. */
export const eventIn = (
  [offset, number, revision, id, type, data, meta, checksum]: Row,
  stream: string | undefined,
  codec: Codec,
): Recorded => {
  const position = positionOf(offset);
  if (stream === undefined) throw new CorruptEvent(`stream ${number}`, position, 'its stream has no name', revision);
  const stored = { id, type, data, meta };
  if (checksum !== null && checksum !== checksumOf(stored, stream, revision, offset))
    throw new CorruptEvent(stream, position, 'its bytes are not those that were written', revision);
  return codec.decode(stored, stream, revision, position);
};

/** What has been committed, as it would be read back. */
export const freshOf = (written: readonly Written[], codec: Codec): Fresh | undefined => {
  const [first] = written;
  if (first === undefined) return undefined;
  const read = (limit: number) =>
    written
      .slice(0, limit)
      .map(({ offset, stream, revision, event }) => codec.decode(event, stream, revision, positionOf(offset)));
  return { after: positionOf(first.offset - 1), read };
};
