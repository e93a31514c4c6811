import { START, type Change, type Row, type Table } from '#kernel';
import {
  sameBuild,
  type Build,
  type BuildId,
  type Checkpoint,
  type Quarantined,
  type ReadStore,
} from '../read-store.ts';

/** A fresh database for a read store: opened any number of times, then removed. */
export type StoreFixture = { readonly open: () => Promise<ReadStore>; readonly remove: () => Promise<void> };

const things: Table = {
  key: ['thing_id'],
  columns: { thing_id: 'text', name: 'text', amount: 'integer', open: 'flag', facts: 'json' },
  // Two, since the second of one build must not be taken for a table of the next.
  indexes: [['name', 'amount'], ['open']],
};
const lines: Table = {
  key: ['thing_id', 'number'],
  columns: { thing_id: 'text', number: 'integer', note: 'text', sequence: 'sequence' },
};
export const tables = { things, lines };

export const v1: BuildId = { projection: 'thinking', version: 1, generation: 1 };
export const v1Again: BuildId = { ...v1, generation: 2 };
export const v2: BuildId = { ...v1, version: 2 };

export const ada = { thing_id: 'a', name: 'Ada', amount: 1, open: 1, facts: '{"x":1}' };

/** The checkpoint after `events` events. */
export const at = (events: number): Checkpoint => {
  if (events === 0) return { position: START, events };
  const event = {
    stream: 'thing-a',
    revision: events,
    id: `e${String(events)}`,
    recordedAt: '2021-06-18T09:00:00.000Z',
  };
  return { position: String(events).padStart(4, '0'), events, event };
};

type Applied = { readonly to?: BuildId; readonly quarantined?: readonly Quarantined[] };

/** A read store under test. */
export class StoreHarness {
  #fixture: StoreFixture | undefined;
  #store: ReadStore | undefined;

  get store(): ReadStore {
    if (!this.#store) throw new Error('not opened');
    return this.#store;
  }

  async open(fixture: StoreFixture): Promise<void> {
    this.#fixture = fixture;
    this.#store = await fixture.open();
  }

  async reopen(): Promise<void> {
    await this.store.close();
    this.#store = await this.#fixture?.open();
  }

  async close(): Promise<void> {
    await this.store.close();
    await this.#fixture?.remove();
  }

  /** A build that is served, still empty. */
  async serve(id = v1): Promise<void> {
    await this.store.create(id, tables);
    await this.store.activate(id);
  }

  /** Applies changes to a build that is `from` events after the start. */
  apply(from: number, changes: readonly Change[], { to = v1, quarantined = [] }: Applied = {}): Promise<void> {
    const [after, checkpoint] = [at(from).position, at(from + 1)];
    return this.store.apply([{ build: { ...to, tables }, after, checkpoint, changes, quarantined }]);
  }

  /** What queries see. */
  async rows(table: string, ...order: string[]): Promise<Row[]> {
    let query = this.store.db.selectFrom(table).selectAll();
    for (const column of order) query = query.orderBy(column);
    return ((await query.execute()) as Row[]).map((row) => ({ ...row }));
  }

  async find(id: BuildId): Promise<Build | undefined> {
    return (await this.store.builds()).find((build) => sameBuild(build, id));
  }

  /** Everything that lies there under a name that the projection has, by physical name. */
  async physical(): Promise<string[]> {
    const found = await this.store.db.introspection.getTables();
    return found
      .filter(({ name, isView }) => !isView && !name.startsWith('_'))
      .map(({ name }) => name)
      .sort();
  }
}
