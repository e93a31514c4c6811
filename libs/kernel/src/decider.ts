import type { Event, Meta } from './event.ts';
import type { Refusal } from './refusal.ts';

/** A request to do something: a plain value, sent to exactly one aggregate. */
export type Command<Type extends string = string, Data extends object = object> = {
  readonly type: Type;
  readonly data: Readonly<Data>;
  readonly meta: Meta;
};

/** Facts to record, or a refusal. No facts means there was nothing to do. */
export type Decision<E> = readonly E[] | Refusal;

/**
 * An aggregate as pure functions. `decide` judges a command against a state; `evolve` folds what was decided into the
 * next state. The same state and command always give the same decision: time comes with the command.
 */
export type Decider<C extends Command, E extends Event, S> = {
  /** Streams are named `<category>-<id>`. */
  readonly category: string;
  readonly initial: S;
  readonly decide: (command: C, state: S) => Decision<E>;
  readonly evolve: (state: S, event: E) => S;
  /** The policy preset and catalogue version that a state is bound to: recorded beside each event that leads to it. */
  readonly pinned?: (state: S) => { readonly policy?: string; readonly catalogVersion?: string };
};

/**
 * The class of a command, by its type: `class AddSeats extends commandClass('AddSeats')<{ quantity: number }> {}`.
 * Commands are classes only because a command bus finds their handlers by class.
 */
export const commandClass = <Type extends string>(type: Type) =>
  class<Data extends object> implements Command<Type, Data> {
    readonly type: Type = type;
    readonly data: Readonly<Data>;
    readonly meta: Meta;
    constructor(data: Readonly<Data>, meta: Meta) {
      this.data = data;
      this.meta = meta;
    }
  };
