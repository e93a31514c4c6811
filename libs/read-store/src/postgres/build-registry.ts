import type { Position } from '#kernel';
import {
  CheckpointMoved,
  nameOf,
  sameBuild,
  type Build,
  type BuildId,
  type Checkpoint,
  type Quarantined,
  type Tables,
} from '../read-store.ts';
import type { Session } from './connections.ts';

/** The last number given, by plain table name. */
export type Sequences = Record<string, number>;

type BuildRow = BuildId & {
  readonly tables: string;
  readonly served: boolean;
  readonly position: string;
  readonly events: number;
  readonly event: string | null;
  readonly quarantined: readonly Quarantined[];
};

const THIS = 'projection = $1 AND version = $2 AND generation = $3';
const key = ({ projection, version, generation }: BuildId) => [projection, version, generation] as const;

const ALL = `SELECT projection, version, generation, tables, served, position, events, event, coalesce(
    (SELECT json_agg(json_build_object('stream', stream, 'position', position, 'type', type, 'reason', reason)
                     ORDER BY position)
     FROM _quarantined AS q
     WHERE (q.projection, q.version, q.generation) = (b.projection, b.version, b.generation)), '[]') AS quarantined
  FROM _builds AS b`;

/** The store's own tables, within a transaction: which builds there are and how far each has come, quarantine, settings. */
export class BuildRegistry {
  readonly #session: Session;

  constructor(session: Session) {
    this.#session = session;
  }

  async builds(): Promise<Build[]> {
    const { rows } = await this.#session.query<BuildRow>(ALL);
    return rows.map(({ projection, version, generation, tables, served, position, events, event, quarantined }) => ({
      ...{ projection, version, generation },
      tables: JSON.parse(tables) as Tables,
      served,
      checkpoint: {
        ...{ position, events },
        ...(event === null ? {} : { event: JSON.parse(event) as NonNullable<Checkpoint['event']> }),
      },
      quarantined,
    }));
  }

  async find(id: BuildId): Promise<Build | undefined> {
    return (await this.builds()).find((build) => sameBuild(build, id));
  }

  async open({ tables, checkpoint, ...id }: Build): Promise<void> {
    await this.#session.query(
      `INSERT INTO _builds (projection, version, generation, tables, served, position, events, sequences)
       VALUES ($1, $2, $3, $4, false, $5, 0, '{}')`,
      [...key(id), JSON.stringify(tables), checkpoint.position],
    );
  }

  async close(id: BuildId): Promise<void> {
    await this.#session.query(`DELETE FROM _builds WHERE ${THIS}`, key(id));
    await this.#session.query(`DELETE FROM _quarantined WHERE ${THIS}`, key(id));
  }

  async serve(id: BuildId): Promise<void> {
    await this.#session.query(
      'UPDATE _builds SET served = (version = $2 AND generation = $3) WHERE projection = $1',
      key(id),
    );
  }

  /** Moves a build on. Throws `CheckpointMoved` unless it is at `after`. Returns the last numbers given. */
  async advance(id: BuildId, after: Position, { position, events, event }: Checkpoint): Promise<Sequences> {
    const { rows } = await this.#session.query<{ sequences: string }>(
      `UPDATE _builds SET position = $4, events = $5, event = $6 WHERE ${THIS} AND position = $7 RETURNING sequences`,
      [...key(id), position, events, event ? JSON.stringify(event) : null, after],
    );
    const [row] = rows;
    if (!row) throw new CheckpointMoved(`${nameOf(id)} was moved or dropped by another runner`);
    return JSON.parse(row.sequences) as Sequences;
  }

  async count(id: BuildId, sequences: Sequences): Promise<void> {
    await this.#session.query(`UPDATE _builds SET sequences = $4 WHERE ${THIS}`, [
      ...key(id),
      JSON.stringify(sequences),
    ]);
  }

  async quarantine(id: BuildId, { stream, position, type, reason }: Quarantined): Promise<void> {
    // The reason may quote what was wrong, and PostgreSQL has no text with NUL in it.
    const values = [...key(id), stream, position, type, reason.replaceAll('\0', '')];
    await this.#session.query(
      'INSERT INTO _quarantined VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING',
      values,
    );
  }

  async getSetting(name: string): Promise<string | undefined> {
    const { rows } = await this.#session.query<{ value: string }>('SELECT value FROM _settings WHERE key = $1', [name]);
    return rows[0]?.value;
  }

  async putSetting(name: string, value: string): Promise<void> {
    await this.#session.query(
      'INSERT INTO _settings VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET value = excluded.value',
      [name, value],
    );
  }
}
