import type { Actor, Event, Meta } from './event.ts';
import type { Refusal } from './refusal.ts';

/** A request to do something: a plain value, sent to exactly one aggregate. */
export type Command<Type extends string = string, Data extends object = object, M extends Meta = Meta> = {
  readonly type: Type;
  readonly data: Readonly<Data>;
  readonly meta: M;
  readonly options?: CommandOptions;
};

/** The conditions of a command; empty: it is decided on the current state. */
export type CommandOptions = {
  /** Only if the stream is at this revision (`If-Match`); else it is refused, REVISION_MISMATCH. */
  readonly expectedRevision?: number | undefined;
  /** Only if the result is exactly what this token quoted (`Quote-Token`); else it is refused, QUOTE_STALE. */
  readonly quoteToken?: string | undefined;
  /** Decide and return the result, but record nothing. */
  readonly dryRun?: boolean | undefined;
  /** Digest of the request, if that is not the command's type and data. */
  readonly fingerprint?: string | undefined;
};

/** Events to record, or a refusal. No events means that there was nothing to do. */
export type Decision<E, Code extends string = string> = readonly E[] | Refusal<Code>;

/**
 * An aggregate as pure functions. `decide` judges a command against a state; `evolve` folds what was decided into the
 * next state. The same state and command always give the same decision: time comes with the command. `Code` are the codes
 * with which it may refuse.
 */
export type Decider<C extends Command, E extends Event, S, Code extends string = string> = {
  /** Streams are named `<category>-<id>`. */
  readonly category: string;
  readonly initial: S;
  readonly decide: (command: C, state: S) => Decision<E, Code>;
  readonly evolve: (state: S, event: E) => S;
  /** The policy preset and catalog version to which a state is pinned: recorded beside each event that leads to it. */
  readonly pinned?: (state: S) => { readonly policy?: string; readonly catalogVersion?: string };
  /** How states are serialised, so that a stream need not be read from its first event. Without it, no snapshots are made. */
  readonly snapshots?: SnapshotShape<S>;
  /** Whether each command of this actor has a new id and is never repeated: then its ids need not be kept. */
  readonly neverRepeats?: (actor: Actor) => boolean;
};

/** A state as JSON, and back: `unpack(pack(state))` equals the state. */
export type SnapshotShape<S> = {
  /** Raise it whenever the same events fold into another state, or a state is packed differently: older snapshots are then ignored. */
  readonly version: number;
  /** A JSON-safe value; undefined if the state is too large for a snapshot. */
  readonly pack: (state: S) => unknown;
  readonly unpack: (packed: unknown) => S;
};

/** The class of a command, by its type. Commands are classes only because a command bus finds their handlers by class. */
export const commandClass = <Type extends string, M extends Meta = Meta>(type: Type) =>
  class<Data extends object> implements Command<Type, Data, M> {
    readonly type: Type = type;
    readonly data: Readonly<Data>;
    readonly meta: M;
    readonly options: CommandOptions;
    constructor(data: Readonly<Data>, meta: M, options: CommandOptions = unconditional) {
      this.data = data;
      this.meta = meta;
      this.options = options;
    }
  };

/**
 * The class of a command to an existing aggregate, which its `target` names:
 * `class AddSeats extends commandTo('subscription', 'AddSeats')<{ quantity: number }> {}`, and then
 * `new AddSeats({ subscriptionId, quantity: 2 }, meta)`. The target is kept out of `data`, and so out of the fingerprint:
 * the command id follows from the stream already, and logs hold fingerprints without it.
 */
export const commandTo = <Category extends string, Type extends string, M extends Meta = Meta>(
  category: Category,
  type: Type,
) => {
  const key: IdOf<Category> = `${category}Id`;
  return class<Data extends object> implements Command<Type, Data, M> {
    /** The stream of the command's aggregate. */
    static streamOf(given: Named<Category>): Stream<Category> {
      return `${category}-${given[key]}`;
    }

    readonly type: Type = type;
    readonly data: Readonly<Data>;
    readonly meta: M;
    readonly options: CommandOptions;
    /** The id of the aggregate. */
    readonly target: string;
    constructor(given: Readonly<Data> & Named<Category>, meta: M, options: CommandOptions = unconditional) {
      const { [key]: _, ...data } = given;
      const named: Named<Category> = given;
      this.target = named[key];
      // What is left when the id is taken out of `Data & Named`.
      this.data = data as unknown as Readonly<Data>;
      this.meta = meta;
      this.options = options;
    }
  };
};

/** The class of a command whose `data` contains the aggregate's id, such as one that creates it. */
export const commandNaming = <Category extends string, Type extends string, M extends Meta = Meta>(
  category: Category,
  type: Type,
) => {
  const key: IdOf<Category> = `${category}Id`;
  return class<Data extends Named<Category>> extends commandClass<Type, M>(type)<Data> {
    /** The stream of the command's aggregate. */
    static streamOf(given: Named<Category>): Stream<Category> {
      return `${category}-${given[key]}`;
    }

    /** The id of the aggregate. */
    get target(): string {
      const named: Named<Category> = this.data;
      return named[key];
    }
  };
};

type IdOf<Category extends string> = `${Category}Id`;
type Named<Category extends string> = { readonly [Key in IdOf<Category>]: string };
type Stream<Category extends string> = `${Category}-${string}`;

const unconditional: CommandOptions = {};
