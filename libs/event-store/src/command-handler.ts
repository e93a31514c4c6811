import { LRUCache } from 'lru-cache';
import { setTimeout as pause } from 'node:timers/promises';
import { isRefusal, refuse, type Command, type Decider, type Event, type Position, type Recorded } from '#kernel';
import type { Codec } from './codec.ts';
import { CommandQueue } from './per-stream-queue.ts';
import {
  NO_STREAM,
  RevisionConflict,
  StoreUnavailable,
  type Draft,
  type EventStore,
  type Receipt,
  type Revision,
} from './event-store.ts';
import { fold, nothing, type Folded } from './stream-state.ts';
import { fingerprintOf } from './identity.ts';
import { answer, propose, type HandleOptions, type Outcome, type Proposal, type Task } from './decision.ts';

/** How often a command is decided, when others keep writing to its stream in the meantime. */
const ROUNDS = 10;

export type HandlingOptions = {
  /** The store's own. */
  readonly codec: Codec;
  /** From how many events, all streams together, the remembered states may come. */
  readonly remembered?: number;
  /** How long to wait before each further attempt to reach a store that is away, in milliseconds. */
  readonly retries?: readonly number[];
};

/** A state, and the last event that it comes from: -1 and `START` without any. */
export type Loaded<S> = { readonly state: S; readonly revision: Revision; readonly position: Position };

/**
 * Load, decide, append. Commands on one stream take turns; states are remembered, and validated by the exact revision
 * of the append. Deciders of one category must fold alike, whatever surroundings they decide in.
 */
export class Handling {
  readonly #store: EventStore;
  readonly #codec: Codec;
  readonly #retries: readonly number[];
  readonly #queue = new CommandQueue();
  readonly #remembered: LRUCache<string, Folded<unknown>>;

  constructor(store: EventStore, { codec, remembered = 500_000, retries = [50, 200, 1000] }: HandlingOptions) {
    this.#store = store;
    this.#codec = codec;
    this.#retries = retries;
    this.#remembered = new LRUCache({ maxSize: remembered, sizeCalculation: ({ revision }) => revision + 1 });
  }

  /** What an aggregate has come to by now. Rejects with `StoreUnavailable` or `CorruptEvent`. */
  async load<C extends Command, E extends Event, S>(decider: Decider<C, E, S>, id: string): Promise<Loaded<S>> {
    const { state, revision, position } = await this.#caughtUp(decider, `${decider.category}-${id}`);
    return { state, revision, position };
  }

  /** The events of a stream from a revision on; empty when there are none. */
  events(stream: string, from?: Revision): Promise<readonly Recorded[]> {
    return this.#store.read(stream, from);
  }

  /**
   * Carries out a command, once for ever: the same command id again gives the first answer, or with another fingerprint
   * the refusal IDEMPOTENCY_KEY_REUSED. An answer says that the events are durable. Rejects with `StoreUnavailable` when
   * the store stays away, or when others keep writing to the stream (the outcome may be unknown: the same command may
   * be sent again), and with `CorruptEvent`.
   */
  async handle<C extends Command, E extends Event, S>(
    decider: Decider<C, E, S>,
    id: string,
    command: C,
    { fingerprint = fingerprintOf(command), ...options }: HandleOptions<E, S> = {},
  ): Promise<Outcome<E, S>> {
    const task = { decider, stream: `${decider.category}-${id}`, command, fingerprint, options };
    // Writing nothing, a dry run collides with nobody.
    if (options.dryRun) return this.#carryOut(task);
    return this.#queue.run(task.stream, () => this.#carryOut(task, this.#recall<S>(task.stream)));
  }

  async #carryOut<C extends Command, E extends Event, S>(
    task: Task<C, E, S>,
    remembered?: Folded<S>,
  ): Promise<Outcome<E, S>> {
    const { decider, stream, command } = task;
    let upToDate = remembered === undefined;
    let folded = remembered ?? (await this.#caughtUp(decider, stream));
    for (let round = 0; round < ROUNDS; round += 1) {
      if (folded.commands.has(command.meta.commandId)) return this.#again(task);
      const proposal = propose(task, folded, this.#codec);
      const outcome = isRefusal(proposal) ? proposal : await this.#record(task, folded, proposal);
      // What was appended rests on the right revision. What was not may rest on a state that others have left behind.
      if (outcome !== undefined && (upToDate || wrote(outcome))) return outcome;
      folded = await this.#caughtUp(decider, stream);
      upToDate = true;
    }
    throw new StoreUnavailable(`${stream} changes faster than a command on it can be decided`);
  }

  /** Appends what was proposed. Nothing is answered when the stream has moved on. */
  async #record<C extends Command, E extends Event, S>(
    task: Task<C, E, S>,
    folded: Folded<S>,
    proposal: Proposal<S>,
  ): Promise<Outcome<E, S> | undefined> {
    const { stream, command, options } = task;
    const { revision, commands } = folded;
    const { drafts, state } = proposal;
    const refusal = options.agree?.(answer(task, 'dryRun', proposal, folded));
    if (refusal !== undefined) return refusal;
    if (options.dryRun) return answer(task, 'dryRun', proposal, folded);
    if (drafts.length === 0) return answer(task, 'recorded', proposal, folded);
    try {
      const { position } = await this.#append(stream, drafts, revision);
      commands.add(command.meta.commandId);
      this.#remember(stream, { state, revision: revision + drafts.length, position, commands });
      return answer(task, 'recorded', proposal, { revision, position });
    } catch (error) {
      if (error instanceof RevisionConflict) return undefined;
      throw error;
    }
  }

  /** Appends, and insists a while: with the same ids at the same place, it does not matter if an attempt had succeeded. */
  async #append(stream: string, drafts: readonly Draft[], expected: Revision): Promise<Receipt> {
    for (const wait of this.#retries) {
      try {
        return await this.#store.append(stream, drafts, expected);
      } catch (error) {
        if (!(error instanceof StoreUnavailable)) throw error;
      }
      await pause(wait);
    }
    return this.#store.append(stream, drafts, expected);
  }

  /** The first answer to a command that is on its stream already (E23). */
  async #again<C extends Command, E extends Event, S>(task: Task<C, E, S>): Promise<Outcome<E, S>> {
    const { decider, stream, command, fingerprint } = task;
    const { commandId } = command.meta;
    const history = await this.#store.read(stream);
    const events = history.filter(({ meta }) => meta.commandId === commandId);
    const last = events.at(-1);
    if (last?.meta.fingerprint !== fingerprint)
      return refuse('IDEMPOTENCY_KEY_REUSED', `${commandId} is the id of another command on ${stream}`);
    const { revision, position } = last;
    const { state } = fold(decider, nothing(decider.initial), history.slice(0, revision + 1));
    return {
      outcome: 'replayed',
      stream,
      revision,
      position,
      events: events as unknown as readonly Recorded<E>[],
      state,
    };
  }

  /** What a stream has come to by now. */
  async #caughtUp<C extends Command, E extends Event, S>(
    decider: Decider<C, E, S>,
    stream: string,
  ): Promise<Folded<S>> {
    const folded = this.#recall<S>(stream) ?? nothing(decider.initial);
    const events = await this.#store.read(stream, folded.revision + 1);
    if (events.length === 0) return folded;
    const caughtUp = fold(decider, folded, events);
    this.#remember(stream, caughtUp);
    return caughtUp;
  }

  #recall<S>(stream: string): Folded<S> | undefined {
    return this.#remembered.get(stream) as Folded<S> | undefined;
  }

  #remember(stream: string, folded: Folded<unknown>): void {
    // Somebody may have read on in the meantime.
    if ((this.#remembered.peek(stream)?.revision ?? NO_STREAM) < folded.revision) this.#remembered.set(stream, folded);
  }
}

const wrote = (outcome: Outcome): boolean => 'outcome' in outcome && outcome.events.length > 0;
