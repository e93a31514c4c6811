import type { Position } from '#kernel';
import type { DatabaseSync, StatementSync } from 'node:sqlite';
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
import { OWN_TABLES } from './schema.ts';

/** The last number given, by plain table name. */
export type Sequences = Record<string, number>;

const THIS = 'projection = ? AND version = ? AND generation = ?';
const key = ({ projection, version, generation }: BuildId) => [projection, version, generation] as const;

/** The store's own tables: which builds there are and how far each has come, quarantine, settings. */
export class BuildRegistry {
  readonly #database: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();

  constructor(database: DatabaseSync, readOnly: boolean) {
    this.#database = database;
    if (!readOnly) database.exec(OWN_TABLES);
  }

  #sql(text: string): StatementSync {
    let statement = this.#statements.get(text);
    if (!statement) this.#statements.set(text, (statement = this.#database.prepare(text)));
    return statement;
  }

  builds(): Build[] {
    return this.#sql('SELECT * FROM _builds')
      .all()
      .map((row): Build => {
        const id = {
          projection: row['projection'] as string,
          version: row['version'] as number,
          generation: row['generation'] as number,
        };
        const event = row['event'] as string | null;
        return {
          ...id,
          tables: JSON.parse(row['tables'] as string) as Tables,
          served: row['served'] === 1,
          checkpoint: {
            position: row['position'] as string,
            events: row['events'] as number,
            ...(event === null ? {} : { event: JSON.parse(event) as NonNullable<Checkpoint['event']> }),
          },
          quarantined: this.#quarantined(id),
        };
      });
  }

  #quarantined(id: BuildId): Quarantined[] {
    const rows = this.#sql(`SELECT stream, position, type, reason FROM _quarantined WHERE ${THIS} ORDER BY position`);
    return rows.all(...key(id)).map((row) => ({ ...row }) as unknown as Quarantined);
  }

  find(id: BuildId): Build | undefined {
    return this.builds().find((build) => sameBuild(build, id));
  }

  need(id: BuildId): Build {
    const build = this.find(id);
    if (!build) throw new Error(`there are no tables of ${nameOf(id)}`);
    return build;
  }

  open({ tables, ...build }: Build): void {
    this.#sql(
      `INSERT INTO _builds (projection, version, generation, tables, served, position, events, sequences)
       VALUES (?, ?, ?, ?, 0, ?, 0, '{}')`,
    ).run(...key(build), JSON.stringify(tables), build.checkpoint.position);
  }

  close(id: BuildId): void {
    this.#sql(`DELETE FROM _builds WHERE ${THIS}`).run(...key(id));
    this.#sql(`DELETE FROM _quarantined WHERE ${THIS}`).run(...key(id));
  }

  serve(id: BuildId): void {
    this.#sql('UPDATE _builds SET served = 0 WHERE projection = ?').run(id.projection);
    this.#sql(`UPDATE _builds SET served = 1 WHERE ${THIS}`).run(...key(id));
  }

  /** Moves a build on. Throws `CheckpointMoved` unless it is at `after`. */
  advance(id: BuildId, after: Position, { position, events, event }: Checkpoint): void {
    const advance = this.#sql(`UPDATE _builds SET position = ?, events = ?, event = ? WHERE ${THIS} AND position = ?`);
    const { changes } = advance.run(position, events, event ? JSON.stringify(event) : null, ...key(id), after);
    if (changes === 0) throw new CheckpointMoved(`${nameOf(id)} was moved or dropped by another runner`);
  }

  /** The last number given, by plain table name. */
  sequences(id: BuildId): Sequences {
    const row = this.#sql(`SELECT sequences FROM _builds WHERE ${THIS}`).get(...key(id));
    return JSON.parse(row?.['sequences'] as string) as Sequences;
  }

  count(id: BuildId, sequences: Sequences): void {
    this.#sql(`UPDATE _builds SET sequences = ? WHERE ${THIS}`).run(JSON.stringify(sequences), ...key(id));
  }

  quarantine(id: BuildId, { stream, position, type, reason }: Quarantined): void {
    this.#sql('INSERT INTO _quarantined VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING').run(
      ...key(id),
      stream,
      position,
      type,
      reason,
    );
  }

  getSetting(name: string): string | undefined {
    return this.#sql('SELECT value FROM _settings WHERE key = ?').get(name)?.['value'] as string | undefined;
  }

  putSetting(name: string, value: string): void {
    this.#sql('INSERT INTO _settings VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value').run(
      name,
      value,
    );
  }
}
