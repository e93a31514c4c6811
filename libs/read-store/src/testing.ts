import type { EventStore, LogEnd } from '#event-store';
import { drop, patch, put, START, type Event, type Position, type Recorded } from '#kernel';
import type { AnyProjection } from './check.ts';
import { ReadStoreUnavailable, type ReadStore } from './read-store.ts';

type ScriptedEvent = { readonly stream: string; readonly type: string; readonly data?: object };

/** A log in memory for the specs of readers: events are written without ceremony, and reading it can be made to fail. */
export class ScriptedLog implements EventStore {
  readonly events: Recorded[] = [];
  /** Events to a batch. */
  batch = 7;
  /** Makes followers believe after each batch that they are at the end: they then save their position at once. */
  halting = false;
  /** Rejects from here on, until it is reset. */
  failing: Error | undefined;
  #revisions = new Map<string, number>();
  #woken = Promise.withResolvers<undefined>();

  /** The position of the last event. */
  get end(): Position {
    return this.events.at(-1)?.position ?? START;
  }

  async logEnd(): Promise<LogEnd> {
    if (this.failing) throw this.failing;
    return { position: this.end, events: this.events.length };
  }

  write(...written: readonly ScriptedEvent[]): Position {
    for (const { stream, type, data } of written) this.events.push(this.#record(stream, type, data ?? {}));
    this.wake();
    return this.end;
  }

  /** Makes followers look again: there are new events, or `failing` was set. */
  wake(): void {
    this.#woken.resolve(undefined);
    this.#woken = Promise.withResolvers();
  }

  #record(stream: string, type: string, data: object): Recorded {
    const revision = (this.#revisions.get(stream) ?? -1) + 1;
    this.#revisions.set(stream, revision);
    const number = this.events.length + 1;
    const minutes = String(number % 60).padStart(2, '0');
    const effectiveAt = `2021-06-18T09:${minutes}:00.000Z`;
    return {
      type,
      stream,
      revision,
      id: `event-${String(number)}`,
      position: String(number).padStart(10, '0'),
      data: { ...data, effectiveAt },
      meta: {
        commandId: `command-${String(number)}`,
        fingerprint: '',
        $correlationId: 'correlation',
        $causationId: 'causation',
        actor: { id: 'ada', role: 'global-admin', partnerId: 'default' },
        recordedAt: effectiveAt,
        schema: 1,
      },
    };
  }

  async read(stream: string, from = 0): Promise<readonly Recorded[]> {
    if (this.failing) throw this.failing;
    return this.events.filter((event) => event.stream === stream && event.revision >= from);
  }

  async *follow(position: Position, signal: AbortSignal): AsyncIterable<readonly Recorded[]> {
    const aborted = new Promise<void>((resolve) => {
      signal.addEventListener('abort', () => {
        resolve();
      });
    });
    let next = this.events.findIndex((event) => event.position > position);
    if (next < 0) next = this.events.length;
    while (!signal.aborted) {
      if (this.failing) throw this.failing;
      const woken = this.#woken.promise;
      const batch = this.events.slice(next, next + this.batch);
      next += batch.length;
      yield batch;
      if (this.halting && batch.length > 0) yield [];
      if (batch.length === 0) await Promise.race([woken, aborted]);
    }
  }

  append(): Promise<never> {
    throw new Error('write instead');
  }

  async close(): Promise<void> {
    // Nothing is held.
  }
}

/** Two thousand names for fifty things, read in steps of forty. */
export const longLog = (): ScriptedLog => {
  const log = new ScriptedLog();
  log.batch = 40;
  log.halting = true;
  const things = Array.from({ length: 2_000 }, (_, n) => `thing-${String((n * 7) % 50)}`);
  log.write(...things.map((stream, n) => ({ stream, type: n < 50 ? 'Named' : 'Renamed', data: { name: String(n) } })));
  return log;
};

type Happened = Recorded<Event<string, { thing?: string; name?: string }>>;

/** Things with names. `named` creates one, `renamed` changes it; a name of `!` is an error in the projection. */
export const naming = (version = 1): AnyProjection => ({
  name: 'naming',
  version,
  tables: { things: { key: ['thing_id'], columns: { thing_id: 'text', name: 'text' }, indexes: [['name']] } },
  on: {
    Named: ({ data, stream }: Happened) => put('things', { thing_id: stream, name: checked(data.name) }),
    Renamed: ({ data, stream }: Happened) => patch('things', { thing_id: stream }, { name: checked(data.name) }),
    Forgotten: ({ stream }: Happened) => drop('things', { thing_id: stream }),
  },
});

const checked = (name = ''): string => {
  if (name === '!') throw new Error('no thing is named !');
  return name;
};

/**
 * Counts named and renamed things: its only row is recreated for each, and a recreated row gets the next number. If
 * an event counted twice, or not at all, the number would show it.
 */
export const counting = (version = 1): AnyProjection => {
  const count = () => [drop('tally', { what: 'names' }), put('tally', { what: 'names' })];
  return {
    name: 'counting',
    version,
    tables: { tally: { key: ['what'], columns: { what: 'text', number: 'sequence' } } },
    on: { Named: count, Renamed: count },
  };
};

/** The fault of a call: it has no effect, or it takes effect and its answer is lost; or this error. */
export type Fault = 'before' | 'after' | Error | undefined;

/** A read store whose writes fail as specified. */
export const faulty = (store: ReadStore, next: (method: string, written: unknown) => Fault): ReadStore => {
  const write = async <T>(method: string, written: unknown, work: () => Promise<T>): Promise<T> => {
    const fault = next(method, written);
    if (fault instanceof Error) throw fault;
    if (fault === 'before') throw new ReadStoreUnavailable(`no ${method}`);
    const result = await work();
    if (fault === 'after') throw new ReadStoreUnavailable(`${method} without an answer`);
    return result;
  };
  return {
    db: store.db,
    snapshots: store.snapshots,
    leases: store.leases,
    fencedBy: (lease) => faulty(store.fencedBy(lease), next),
    builds: () => store.builds(),
    create: (build, tables) => write('create', build, () => store.create(build, tables)),
    apply: (steps) => write('apply', steps, () => store.apply(steps)),
    activate: (build) => write('activate', build, () => store.activate(build)),
    discard: (build) => write('discard', build, () => store.discard(build)),
    getSetting: (key) => store.getSetting(key),
    putSetting: (key, value) => write('putSetting', key, () => store.putSetting(key, value)),
    close: () => store.close(),
  };
};
