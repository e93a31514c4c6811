import type { DatabaseSync } from 'node:sqlite';
import type { Client, QueryConfig } from 'pg';
import { BATCH, batchesOf, columns, moved, newRow, reactions, type Data } from './read-table.ts';

const NUMBERS: ReadonlySet<string> = new Set(['quantity', 'auto_renew', 'revision']);
const TABLES = `
  CREATE TABLE subscriptions (${columns.map((name) => `${name} ${NUMBERS.has(name) ? 'bigint' : 'text'}`).join(', ')},
    PRIMARY KEY (subscription_id));
  CREATE TABLE checkpoint (position bigint);
  INSERT INTO checkpoint VALUES (0);
  SET synchronous_commit = off`;
const KEEP = { name: 'keep', text: 'UPDATE checkpoint SET position = $1' };

/** An event of a subscription: its id, what happened, and at which revision. */
type Happened = readonly [type: string, id: string, data: Data, revision: number];

/** Writes a batch, and resolves when all of it is written. */
type Write = (reads: Client, batch: readonly Happened[]) => Promise<unknown>;

/** Reads a log of events into one table of subscriptions, written manually: prepared statements, one transaction a batch. */
export const projectIntoPostgres = async (log: DatabaseSync, reads: Client, write: Write): Promise<number> => {
  await reads.query(TABLES);
  const next = batchesOf(log);
  let events = 0;
  let after = 0;
  for (;;) {
    const rows = next(after);
    const batch: Happened[] = [];
    for (const [position, stream, revision, type, data] of rows) {
      if (stream.startsWith('subscription-')) batch.push([type, stream.slice(13), JSON.parse(data) as Data, revision]);
      after = position;
    }
    await reads.query('BEGIN');
    await write(reads, batch);
    await reads.query(KEEP, [after]);
    await reads.query('COMMIT');
    events += rows.length;
    if (rows.length < BATCH) return events;
  }
};

const numbered = columns.map((_, i) => `$${i + 1}`).join(', ');
const insert = { name: 'insert', text: `INSERT INTO subscriptions VALUES (${numbered})` };
const updates = new Map<string, QueryConfig>(
  [...reactions, ['', moved] as const].map(([type, { sets }]) => {
    const assigned = [...sets, 'revision'].map((column, i) => `${column} = $${i + 1}`).join(', ');
    const text = `UPDATE subscriptions SET ${assigned} WHERE subscription_id = $${sets.length + 2}`;
    return [type, { name: `update ${type}`, text }];
  }),
);

/** A statement for each event, as into SQLite. They are sent without waiting for each other's answers: `pipeline` of the client. */
export const eventByEvent: Write = (reads, batch) =>
  Promise.all(
    batch.map(([type, id, data, revision]) => {
      if (type === 'SubscriptionCreated') return reads.query(insert, newRow(id, data, revision));
      const known = reactions.has(type) ? type : '';
      const values = [...(reactions.get(type) ?? moved).to(data), revision, id];
      return reads.query(updates.get(known) ?? insert, values);
    }),
  );

type Row = Record<string, unknown>;

const kept = columns.slice(1).map((name) => `${name} = coalesce(excluded.${name}, subscriptions.${name})`);
/** Rows that may be there already, of which what is not said stays. */
const upsert = {
  name: 'upsert',
  text: `INSERT INTO subscriptions SELECT * FROM json_populate_recordset(NULL::subscriptions, $1)
    ON CONFLICT (subscription_id) DO UPDATE SET ${kept.join(', ')}`,
};

/** One statement for all of a batch: what its events come to, a row for each subscription. */
export const foldedIntoOne: Write = (reads, batch) => {
  const rows = new Map<string, Row>();
  for (const [type, id, data, revision] of batch) {
    const row = rows.get(id) ?? { subscription_id: id };
    rows.set(id, row);
    row['revision'] = revision;
    if (type === 'SubscriptionCreated')
      newRow(id, data, revision).forEach((value, i) => (row[columns[i] ?? ''] = value));
    const { sets, to } = reactions.get(type) ?? moved;
    to(data).forEach((value, i) => (row[sets[i] ?? ''] = value));
  }
  return reads.query(upsert, [JSON.stringify([...rows.values()])]);
};
