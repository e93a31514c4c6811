import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { Snapshot, Snapshots } from '#event-store';

type Row = Omit<Snapshot, 'eventId'> & { readonly event_id: string };

/** Snapshots in the read store's own file: read without waiting for its writer. */
export class SqliteSnapshots implements Snapshots {
  readonly isNear = true;
  readonly #find: StatementSync;
  readonly #put: (work: () => void) => Promise<void>;
  readonly #insert: StatementSync;

  /** `reader` and `writer` are the store's connections; `write` runs work in a transaction of the writer's. */
  constructor(reader: DatabaseSync, writer: DatabaseSync, write: (work: () => void) => Promise<void>) {
    this.#find = reader.prepare('SELECT * FROM _snapshots WHERE stream = ?');
    this.#insert = writer.prepare('INSERT OR REPLACE INTO _snapshots VALUES (?, ?, ?, ?, ?, ?)');
    this.#put = write;
  }

  async find(stream: string): Promise<Snapshot | undefined> {
    const row = this.#find.get(stream) as Row | undefined;
    if (row === undefined) return undefined;
    const { event_id: eventId, ...snapshot } = row;
    return { ...snapshot, eventId };
  }

  put(snapshots: readonly Snapshot[]): Promise<void> {
    return this.#put(() => {
      for (const { stream, schema, revision, position, eventId, body } of snapshots)
        this.#insert.run(stream, schema, revision, position, eventId, body);
    });
  }
}
