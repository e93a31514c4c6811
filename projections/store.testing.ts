import { START, type Change, type Recorded } from '#kernel';
import type { ReadStore } from '#read-store';
import { openSqlite } from '#read-store/sqlite';
import { projections } from './index.ts';

/** The global under which a setup file puts another way to open a read store: each spec then runs on that. */
export const OPENER = Symbol.for('subledger.read-store');
export type Opener = () => Promise<ReadStore>;

const opener = (): Opener =>
  ((globalThis as Record<symbol, unknown>)[OPENER] as Opener | undefined) ?? (() => openSqlite({ path: ':memory:' }));

type AnyProjection = (typeof projections)[number];

/** The row changes that a projection makes for these events. */
const changesFor = ({ on }: AnyProjection, events: readonly Recorded[]): readonly Change[] =>
  events.flatMap((event) => {
    const reaction = (on as Record<string, ((event: Recorded) => Change | readonly Change[]) | undefined>)[event.type];
    return reaction?.(event) ?? [];
  });

/** A real read store, in memory unless configured otherwise, which gets events in the batches that a spec chooses. */
export class ReadModels {
  readonly store: ReadStore;
  #position = START;
  #events = 0;

  private constructor(store: ReadStore) {
    this.store = store;
  }

  static async open(): Promise<ReadModels> {
    const store = await opener()();
    for (const { name, version, tables } of projections) {
      const build = { projection: name, version, generation: 1 };
      await store.create(build, tables);
      await store.activate(build);
    }
    return new ReadModels(store);
  }

  get db(): ReadStore['db'] {
    return this.store.db;
  }

  async follow(events: readonly Recorded[]): Promise<this> {
    const last = events.at(-1);
    if (last === undefined) return this;
    const after = this.#position;
    this.#position = last.position;
    this.#events += events.length;
    const checkpoint = { position: this.#position, events: this.#events };
    await this.store.apply(
      projections.map((projection) => ({
        build: { projection: projection.name, version: projection.version, generation: 1, tables: projection.tables },
        after,
        checkpoint,
        changes: changesFor(projection, events),
        quarantined: [],
      })),
    );
    return this;
  }

  /** Every row of every table, by table name. */
  async rows(): Promise<Record<string, object[]>> {
    const tables = projections.flatMap((projection) => Object.keys(projection.tables));
    const read = tables.map(async (table): Promise<[string, object[]]> => {
      const rows = (await this.db.selectFrom(table).selectAll().execute()) as object[];
      return [table, rows.map((row) => ({ ...row }))];
    });
    return Object.fromEntries(await Promise.all(read));
  }
}
