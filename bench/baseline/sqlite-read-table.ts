import type { DatabaseSync } from 'node:sqlite';
import { BATCH, batchesOf, columns, moved, newRow, reactions, type Data, type Reaction } from './read-table.ts';

type React = (id: string, data: Data, revision: number) => unknown;

/** Reads a log of events into one table of subscriptions, written manually: prepared statements, one transaction a batch. */
export const project = (log: DatabaseSync, reads: DatabaseSync): number => {
  reads.exec(`
    CREATE TABLE subscriptions (
      subscription_id TEXT PRIMARY KEY, partner_id TEXT, customer_id TEXT, offer_id TEXT, sku_id TEXT,
      friendly_name TEXT, status TEXT, quantity INTEGER, unit_price TEXT, term_end TEXT, cycle_end TEXT,
      auto_renew INTEGER, revision INTEGER
    ) STRICT;
    CREATE TABLE checkpoint (position INTEGER);
    INSERT INTO checkpoint VALUES (0);
  `);
  const apply = statements(reads);
  const keep = reads.prepare('UPDATE checkpoint SET position = ?');
  const next = batchesOf(log);
  let events = 0;
  let after = 0;
  for (;;) {
    const rows = next(after);
    reads.exec('BEGIN');
    for (const [position, stream, revision, type, data] of rows) {
      if (stream.startsWith('subscription-')) apply(type, stream.slice(13), JSON.parse(data) as Data, revision);
      after = position;
    }
    keep.run(after);
    reads.exec('COMMIT');
    events += rows.length;
    if (rows.length < BATCH) return events;
  }
};

/** A statement for each type of event. */
const statements = (reads: DatabaseSync): ((type: string, ...event: Parameters<React>) => void) => {
  const insert = reads.prepare(`INSERT INTO subscriptions VALUES (${columns.map(() => '?').join(', ')})`);
  const updating = ({ sets, to }: Reaction): React => {
    const assigned = [...sets, 'revision'].map((column) => `${column} = ?`).join(', ');
    const update = reads.prepare(`UPDATE subscriptions SET ${assigned} WHERE subscription_id = ?`);
    return (id, data, revision) => update.run(...to(data), revision, id);
  };
  const other = updating(moved);
  const known = new Map<string, React>([
    ['SubscriptionCreated', (id, data, revision) => insert.run(...newRow(id, data, revision))],
    ...[...reactions].map(([type, reaction]) => [type, updating(reaction)] as const),
  ]);
  return (type, ...event) => (known.get(type) ?? other)(...event);
};
