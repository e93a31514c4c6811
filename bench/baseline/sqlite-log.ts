import type { DatabaseSync } from 'node:sqlite';
import { EventTable } from './event-table.ts';
import type { Log } from './subscriptions.ts';

/** A baseline's log in a SQLite file: an indexed read, and appends in groups of the very texts that the ledger writes. */
export const sqliteLog = (database: DatabaseSync): Log => {
  const table = new EventTable(database);
  const select = database.prepare('SELECT revision, type, data FROM events WHERE stream = ? ORDER BY revision');
  select.setReturnArrays(true);
  return {
    read: (stream) => {
      const rows = select.all(stream) as unknown as [number, string, string][];
      return rows.map(([revision, type, data]) => ({ revision, type, data: JSON.parse(data) as object }));
    },
    append: (stream, facts, metadata, after) => {
      const meta = JSON.stringify(metadata);
      const lines = facts.map(({ id, type, data }) => ({ id, type, data: JSON.stringify(data), meta }));
      return table.append(stream, lines, after);
    },
  };
};
