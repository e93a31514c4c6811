import { LRUCache } from 'lru-cache';
import { setImmediate as yieldToEventLoop } from 'node:timers/promises';
import type { Command, Decider, Event, Recorded } from '#kernel';
import { NO_STREAM, StreamGone, type EventStore, type Revision } from './event-store.ts';
import { SnapshotKeeper, type Snapshots } from './snapshots.ts';
import { StateSizes } from './state-size.ts';
import { emptyStream, fold, type StreamState } from './stream-state.ts';

/** How many events of a stream are read and folded at once: a millisecond or two. */
const PAGE = 250;
/** A stream with fewer events is read whole sooner than a snapshot that is far away. */
const SHORT = 32;

type Options = { readonly cacheBytes: number; readonly snapshots?: Snapshots | undefined };

/** What a search in a stream found: the events of one command, and the state after them. */
type Found<S> = { readonly state: S; readonly events: readonly Recorded[] };

/**
 * The folded states of streams: remembered as far as memory goes, begun at a snapshot where there is one, and read by page,
 * so that a long stream does not hold up other requests.
 */
export class StreamStates {
  readonly #store: EventStore;
  readonly #remembered: LRUCache<string, StreamState<unknown>>;
  readonly #snapshots: SnapshotKeeper | undefined;
  /** First loads that are under way, by stream: later callers share the reading. */
  readonly #loading = new Map<string, Promise<StreamState<unknown>>>();

  constructor(store: EventStore, { cacheBytes, snapshots }: Options) {
    this.#store = store;
    this.#snapshots = snapshots && new SnapshotKeeper(snapshots);
    const sizes = new StateSizes();
    this.#remembered = new LRUCache({ maxSize: cacheBytes, sizeCalculation: (state) => sizes.of(state) });
  }

  recall<S>(stream: string): StreamState<S> | undefined {
    return this.#remembered.get(stream) as StreamState<S> | undefined;
  }

  remember(stream: string, current: StreamState<unknown>): void {
    // A concurrent call may have cached a later state.
    if ((this.#remembered.peek(stream)?.revision ?? NO_STREAM) < current.revision)
      this.#remembered.set(stream, current);
  }

  /** A stream's current state: the cached one, and the events since. */
  async load<C extends Command, E extends Event, S>(
    decider: Decider<C, E, S>,
    stream: string,
  ): Promise<StreamState<S>> {
    const remembered = this.recall<S>(stream);
    if (remembered !== undefined) return this.#readOn(decider, stream, remembered);
    const underWay = this.#loading.get(stream) as Promise<StreamState<S>> | undefined;
    // What was appended since it began may be missing from it.
    if (underWay !== undefined) return this.#readOn(decider, stream, await underWay);
    const loading = this.#loadFirst(decider, stream);
    this.#loading.set(stream, loading);
    try {
      return await loading;
    } finally {
      this.#loading.delete(stream);
    }
  }

  /** Whether a command is recorded on the stream. Costs a look at all of it where the ids were left out of a snapshot. */
  async isRecorded<C extends Command, E extends Event, S>(
    { neverRepeats }: Decider<C, E, S>,
    stream: string,
    current: StreamState<S>,
    { commandId, actor }: C['meta'],
  ): Promise<boolean> {
    const { commands, commandsFrom, ...rest } = current;
    if (commands.has(commandId)) return true;
    if (commandsFrom === 0 || neverRepeats?.(actor) === true) return false;
    for await (const page of this.pages(stream)) for (const { meta } of page) commands.add(meta.commandId);
    const known = { ...rest, commands, commandsFrom: 0 };
    if ((this.#remembered.peek(stream)?.revision ?? NO_STREAM) <= known.revision) this.#remembered.set(stream, known);
    return commands.has(commandId);
  }

  /** The events of a command, which stand side by side, and the state after them; no events where it is not recorded. */
  async find<C extends Command, E extends Event, S>(
    decider: Decider<C, E, S>,
    stream: string,
    commandId: string,
  ): Promise<Found<S>> {
    let current = emptyStream(decider.initial);
    const events: Recorded[] = [];
    for await (const page of this.pages(stream)) {
      events.push(...page.filter(({ meta }) => meta.commandId === commandId));
      const last = events.at(-1)?.revision ?? Infinity;
      current = fold(
        decider,
        current,
        page.filter(({ revision }) => revision <= last),
      );
      if (last < (page.at(-1)?.revision ?? -1)) break;
    }
    return { state: current.state, events };
  }

  /** The events of a stream from a revision on, some at a time, with a turn for others between. */
  async *pages(stream: string, from: Revision = 0): AsyncGenerator<readonly Recorded[], void> {
    for (let next = from; ;) {
      const page = await this.#store.read(stream, next, PAGE);
      yield page;
      if (page.length < PAGE) return;
      next += page.length;
      await yieldToEventLoop();
    }
  }

  /** A stream that is not remembered: from its snapshot on, or from its beginning, where it is short. */
  async #loadFirst<C extends Command, E extends Event, S>(
    decider: Decider<C, E, S>,
    stream: string,
  ): Promise<StreamState<S>> {
    const empty = emptyStream(decider.initial);
    if (this.#snapshots === undefined || decider.snapshots === undefined) return this.#readOn(decider, stream, empty);
    // Where snapshots are far away, what is short is read without asking for one.
    const short = this.#snapshots.isNear ? undefined : await this.#store.read(stream, 0, SHORT);
    if (short !== undefined && short.length < SHORT) return this.#folded(decider, empty, short);
    const begun = await this.#fromSnapshot(decider, stream);
    return this.#readOn(decider, stream, begun ?? empty);
  }

  /** The snapshot's state, if the stream's event at its revision is the one that it was made of. */
  async #fromSnapshot<C extends Command, E extends Event, S>(
    decider: Decider<C, E, S>,
    stream: string,
  ): Promise<StreamState<S> | undefined> {
    const found = await this.#snapshots?.find(decider, stream);
    if (found === undefined) return undefined;
    const { current, eventId } = found;
    const [event] = await this.#store.read(stream, current.revision, 1).catch(noneIfGone);
    return event?.id === eventId ? current : undefined;
  }

  /** Reads what a state lacks, by page. Remembers the state, and writes it down where much had to be read. */
  async #readOn<C extends Command, E extends Event, S>(
    decider: Decider<C, E, S>,
    stream: string,
    from: StreamState<S>,
  ): Promise<StreamState<S>> {
    let current = from;
    let last: Recorded | undefined;
    for await (const page of this.pages(stream, from.revision + 1)) {
      current = fold(decider, current, page);
      last = page.at(-1) ?? last;
    }
    if (last === undefined) return from;
    this.remember(stream, current);
    this.#snapshots?.keep(decider, current, { read: current.revision - from.revision, last });
    return current;
  }

  #folded<C extends Command, E extends Event, S>(
    decider: Decider<C, E, S>,
    from: StreamState<S>,
    events: readonly Recorded[],
  ): StreamState<S> {
    if (events.length === 0) return from;
    const current = fold(decider, from, events);
    const [last] = events.slice(-1);
    if (last !== undefined) this.remember(last.stream, current);
    return current;
  }
}

/** A snapshot of another log does not keep a stream from being read. */
const noneIfGone = (error: unknown): readonly Recorded[] => {
  if (error instanceof StreamGone) return [];
  throw error;
};
