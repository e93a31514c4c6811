import { setTimeout as delay } from 'node:timers/promises';
import {
  isRefusal,
  refuse,
  type Command,
  type CommandOptions,
  type Decider,
  type Event,
  type Position,
  type Recorded,
} from '#kernel';
import type { Codec } from './codec.ts';
import { CommandQueue } from './per-stream-queue.ts';
import {
  RevisionConflict,
  StoreUnavailable,
  type Draft,
  type EventStore,
  type Receipt,
  type Revision,
} from './event-store.ts';
import type { Snapshots } from './snapshots.ts';
import type { StreamState } from './stream-state.ts';
import { StreamStates } from './stream-states.ts';
import { fingerprintOf } from './identity.ts';
import { answer, propose, type Outcome, type Proposal, type Task } from './decision.ts';

/** How often a command is decided, when others keep writing to its stream in the meantime. */
const ROUNDS = 10;

const CACHE_BYTES = 256 * 1_048_576;

export type CommandHandlerOptions = {
  /** The store's codec. */
  readonly codec: Codec;
  /** How much memory the cached states may take, all streams together, in bytes: roughly. 256 MiB when left out. */
  readonly cacheBytes?: number;
  /** How long to wait before each retry while the store is unavailable, in milliseconds. */
  readonly retries?: readonly number[];
  /** Where folded states are written down, so that a stream need not be read from its beginning; nowhere when left out. */
  readonly snapshots?: Snapshots;
};

/** A state, and the last event that it comes from: -1 and `START` without any. */
export type Loaded<S> = { readonly state: S; readonly revision: Revision; readonly position: Position };

/**
 * Load, decide, append. Commands on one stream take turns; states are remembered, and validated by the exact revision
 * of the append. All deciders of a category must evolve alike, whatever context they decide in.
 */
export class CommandHandler {
  readonly #store: EventStore;
  readonly #codec: Codec;
  readonly #retries: readonly number[];
  readonly #queue = new CommandQueue();
  readonly #states: StreamStates;

  constructor(
    store: EventStore,
    { codec, cacheBytes = CACHE_BYTES, retries = [50, 200, 1000], snapshots }: CommandHandlerOptions,
  ) {
    this.#store = store;
    this.#codec = codec;
    this.#retries = retries;
    this.#states = new StreamStates(store, { cacheBytes, snapshots });
  }

  /** The aggregate's current state. Rejects with `StoreUnavailable` or `CorruptEvent`. */
  async load<C extends Command, E extends Event, S>(decider: Decider<C, E, S>, id: string): Promise<Loaded<S>> {
    const { state, revision, position } = await this.#states.load(decider, `${decider.category}-${id}`);
    return { state, revision, position };
  }

  /** The events of a stream from a revision on, some at a time, with a turn for others between; ends with a short page. */
  pages(stream: string, from?: Revision): AsyncGenerator<readonly Recorded[], void> {
    return this.#states.pages(stream, from);
  }

  /**
   * Handles a command exactly once. The same command id returns the first result, or with another fingerprint the refusal
   * IDEMPOTENCY_KEY_REUSED. The events of a result are durable. Rejects with `StoreUnavailable` when the store stays
   * unreachable, or when others keep writing to the stream (the outcome may be unknown: send the same command again),
   * and with `CorruptEvent`. A `quoteToken` is not checked here, but where quotes are made.
   */
  async handle<C extends Command, E extends Event, S, Code extends string>(
    decider: Decider<C, E, S, Code>,
    id: string,
    command: C,
    options: CommandOptions = {},
  ): Promise<Outcome<E, S, Code>> {
    const { fingerprint = fingerprintOf(command) } = options;
    const task = { decider, stream: `${decider.category}-${id}`, command, fingerprint, options };
    // A dry run writes nothing, so it need not queue.
    if (options.dryRun) return this.#carryOut(task);
    return this.#queue.run(task.stream, () => this.#carryOut(task, this.#states.recall<S>(task.stream)));
  }

  async #carryOut<C extends Command, E extends Event, S, Code extends string>(
    task: Task<C, E, S, Code>,
    remembered?: StreamState<S>,
  ): Promise<Outcome<E, S, Code>> {
    const { decider, stream } = task;
    let upToDate = remembered === undefined;
    let current = remembered ?? (await this.#states.load(decider, stream));
    for (let round = 0; round < ROUNDS; round += 1) {
      if (await this.#isRecorded(task, current)) return this.#replay(task);
      const proposal = propose(task, current, this.#codec);
      const outcome = isRefusal(proposal) ? proposal : await this.#record(task, current, proposal);
      // An append is validated by its revision. A refusal, or a result without events, may come from a stale state.
      if (outcome !== undefined && (upToDate || wrote(outcome))) return outcome;
      current = await this.#states.load(decider, stream);
      upToDate = true;
    }
    throw new StoreUnavailable(`${stream} changes faster than a command on it can be decided`);
  }

  /** Appends a proposal. Resolves to undefined when the stream has moved on. */
  async #record<C extends Command, E extends Event, S, Code extends string>(
    task: Task<C, E, S, Code>,
    current: StreamState<S>,
    proposal: Proposal<S>,
  ): Promise<Outcome<E, S, Code> | undefined> {
    const { stream, command, options } = task;
    const { revision, commands, commandsFrom } = current;
    const { drafts, state } = proposal;
    if (options.dryRun) return answer(task, 'dryRun', proposal, current);
    if (drafts.length === 0) return answer(task, 'recorded', proposal, current);
    try {
      const { position } = await this.#append(stream, drafts, revision);
      if (task.decider.neverRepeats?.(command.meta.actor) !== true) commands.add(command.meta.commandId);
      this.#states.remember(stream, { state, revision: revision + drafts.length, position, commands, commandsFrom });
      return answer(task, 'recorded', proposal, { revision, position });
    } catch (error) {
      if (error instanceof RevisionConflict) return undefined;
      throw error;
    }
  }

  /** Appends with retries, which is safe because event ids make a repeated append change nothing. */
  async #append(stream: string, drafts: readonly Draft[], expected: Revision): Promise<Receipt> {
    for (const wait of this.#retries) {
      try {
        return await this.#store.append(stream, drafts, expected);
      } catch (error) {
        if (!(error instanceof StoreUnavailable)) throw error;
      }
      await delay(wait);
    }
    return this.#store.append(stream, drafts, expected);
  }

  /** The first result of a command that is on its stream already (E23). */
  async #replay<C extends Command, E extends Event, S, Code extends string>(
    task: Task<C, E, S, Code>,
  ): Promise<Outcome<E, S, Code>> {
    const { decider, stream, command, fingerprint } = task;
    const { commandId } = command.meta;
    const { events, state } = await this.#states.find(decider, stream, commandId);
    const last = events.at(-1);
    if (last?.meta.fingerprint !== fingerprint)
      return refuse('IDEMPOTENCY_KEY_REUSED', `${commandId} is the id of another command on ${stream}`);
    const { revision, position } = last;
    return {
      outcome: 'replayed',
      stream,
      revision,
      position,
      events: events as unknown as readonly Recorded<E>[],
      state,
    };
  }

  /** Without a promise where it is known at once: this runs for every command. */
  #isRecorded<C extends Command, E extends Event, S>(
    { decider, stream, command: { meta } }: Task<C, E, S>,
    current: StreamState<S>,
  ): boolean | Promise<boolean> {
    if (current.commandsFrom === 0) return current.commands.has(meta.commandId);
    return this.#states.isRecorded(decider, stream, current, meta);
  }
}

const wrote = (outcome: Outcome): boolean => 'outcome' in outcome && outcome.events.length > 0;
