import type { Snapshot, Snapshots } from '#event-store';
import { arrayOf } from './arrays.ts';
import type { Session } from './connections.ts';

type Row = Omit<Snapshot, 'eventId' | 'revision'> & { readonly event_id: string; readonly revision: string };

/** Snapshots in the database of the read models. */
export class PostgresSnapshots implements Snapshots {
  readonly isNear = false;
  readonly #transaction: <T>(work: (session: Session) => Promise<T>) => Promise<T>;

  constructor(transaction: <T>(work: (session: Session) => Promise<T>) => Promise<T>) {
    this.#transaction = transaction;
  }

  async find(stream: string): Promise<Snapshot | undefined> {
    const { rows } = await this.#transaction((session) =>
      session.query<Row>('SELECT * FROM _snapshots WHERE stream = $1', [stream]),
    );
    const [row] = rows;
    if (row === undefined) return undefined;
    const { event_id: eventId, revision, ...snapshot } = row;
    return { ...snapshot, revision: Number(revision), eventId };
  }

  async put(snapshots: readonly Snapshot[]): Promise<void> {
    const column = (name: keyof Snapshot) => arrayOf(snapshots.map((snapshot) => snapshot[name]));
    await this.#transaction((session) =>
      session.query(
        `INSERT INTO _snapshots
         SELECT * FROM unnest($1::text[], $2::integer[], $3::bigint[], $4::text[], $5::text[], $6::text[])
         ON CONFLICT (stream) DO UPDATE SET schema = excluded.schema, revision = excluded.revision,
           position = excluded.position, event_id = excluded.event_id, body = excluded.body`,
        [column('stream'), column('schema'), column('revision'), column('position'), column('eventId'), column('body')],
      ),
    );
  }
}
