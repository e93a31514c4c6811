import type { DatabaseSync } from 'node:sqlite';
import { CorruptEvent, type Revision } from '../event-store.ts';
import { positionOf } from '../position.ts';
import { isDamage, messageOf } from './result-codes.ts';
import { readingRow, type Row, type RowReader } from './rows.ts';

/** What was found in a log. */
export type Verification = {
  /** How many events could be read. */
  readonly events: number;
  /** How many of them have no checksum: an earlier version wrote them. */
  readonly unchecked: number;
  /** What is damaged or missing, at most `MOST_DAMAGES` of it. */
  readonly damages: readonly CorruptEvent[];
};

/** How many damages are named. */
const MOST_DAMAGES = 100;

/** An entry of the index by stream and revision, which has the place of each event a second time. */
type Entry = { readonly position: number; readonly name: string | null; readonly revision: Revision };

const ENTRIES = `
  SELECT position, (SELECT name FROM streams WHERE number = stream) AS name, revision
  FROM events INDEXED BY events_by_stream`;

/**
 * Whether the index has as many events as the log's last position says. A lost page of either table or index shows here
 * where it held the end of the log; one from the middle of the table shows when it is read.
 */
export const isWhole = (database: DatabaseSync): boolean => {
  try {
    const ends = database.prepare(`
      SELECT coalesce(max(position), 0) AS last FROM events
      UNION SELECT count(*) FROM events INDEXED BY events_by_stream
      UNION SELECT coalesce(max(position), 0) FROM events INDEXED BY events_by_stream`);
    return ends.all().length === 1;
  } catch (error) {
    if (isDamage(error)) return false;
    throw error;
  }
};

/** What is known of the event that should be at an offset. */
export const missingAt = (database: DatabaseSync, offset: number): CorruptEvent => {
  // The plus keeps SQLite from looking into the table, where it is not.
  const entry = database.prepare(`${ENTRIES} WHERE +position = ?`).get(offset) as Entry | undefined;
  return missing(entry ?? { position: offset, name: null, revision: -1 });
};

const missing = ({ position, name, revision }: Entry): CorruptEvent =>
  new CorruptEvent(
    name ?? 'an unknown stream',
    positionOf(position),
    'it is missing',
    revision < 0 ? undefined : revision,
  );

/** Reads every event, and compares table and index. Blocks until it is done. */
export const verify = (database: DatabaseSync, read: RowReader): Verification => {
  const tally = { events: 0, unchecked: 0, damages: [] as CorruptEvent[] };
  // The owner of the log is in a transaction all the time.
  const isOwner = database.isTransaction;
  if (!isOwner) database.exec('BEGIN');
  try {
    for (const damage of damagesIn(database, read, tally)) {
      tally.damages.push(damage);
      if (tally.damages.length === MOST_DAMAGES) break;
    }
    return tally;
  } finally {
    if (!isOwner) database.exec('ROLLBACK');
  }
};

function* damagesIn(
  database: DatabaseSync,
  read: RowReader,
  tally: { events: number; unchecked: number },
): Generator<CorruptEvent> {
  let last = 0;
  try {
    for (const row of readingRow(database).iterate() as Iterable<unknown> as Iterable<Row>) {
      const [offset] = row;
      for (let expected = last + 1; expected < offset && expected <= last + MOST_DAMAGES; expected += 1)
        yield missingAt(database, expected);
      last = offset;
      const damage = damageOf(row, read);
      if (damage !== undefined) {
        yield damage;
        continue;
      }
      tally.events += 1;
      if (row[7] === null) tally.unchecked += 1;
    }
    const tail = database.prepare(`${ENTRIES} WHERE +position > ? ORDER BY +position`).iterate(last);
    for (const entry of tail as Iterable<unknown> as Iterable<Entry>) yield missing(entry);
    yield* notInIndex(database);
  } catch (error) {
    yield new CorruptEvent('an unknown stream', positionOf(last + 1), messageOf(error));
  }
}

const damageOf = (row: Row, read: RowReader): CorruptEvent | undefined => {
  try {
    read(row);
    return undefined;
  } catch (error) {
    if (error instanceof CorruptEvent) return error;
    throw error;
  }
};

/** Events that those who read their stream do not find. */
function* notInIndex(database: DatabaseSync): Generator<CorruptEvent> {
  const lost = database
    .prepare(
      `SELECT position, (SELECT name FROM streams WHERE number = stream) AS name, revision FROM events NOT INDEXED
       WHERE NOT EXISTS (
         SELECT 1 FROM events AS entry INDEXED BY events_by_stream
         WHERE entry.stream = events.stream AND entry.revision = events.revision AND +entry.position = events.position)`,
    )
    .iterate();
  for (const { position, name, revision } of lost as Iterable<unknown> as Iterable<Entry>)
    yield new CorruptEvent(name ?? 'an unknown stream', positionOf(position), 'its stream has lost it', revision);
}
