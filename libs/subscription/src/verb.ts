import type { Command, CommandOptions, Event, Instant } from '#kernel';
import type { DecisionContext } from './context.ts';
import type { RequestContext, Guard } from './guards.ts';
import type { Decision, Refusal } from './refusals.ts';
import type { Existing } from './state.ts';
import type { PartnerMeta } from '#policy';

/** How each of these events changes the state. */
export type Evolvers<E extends Event> = {
  readonly [T in E['type']]: (state: Existing, event: Extract<E, { readonly type: T }>) => Existing;
};

/** A verb: its name among the actions of a subscription, whether it may be tried, and what comes of it. */
export type Verb<C extends Command = Command, E extends Event = Event, Own = object> = {
  /** The class of its command, by which a command bus finds who carries it out. */
  readonly command: new (given: never, meta: PartnerMeta, options?: CommandOptions) => C;
  /** Null: an action of an add-on, and not of the subscription. */
  readonly action: string | null;
  /** Where the guard lets it be tried: the name that it has at an instant, or why no body of the command would do. */
  readonly actionNow?: (state: Existing, at: Instant, context: DecisionContext) => string | Refusal;
  readonly guard: Guard;
  readonly decide: (
    command: C,
    state: Existing,
    requestContext: RequestContext,
    context: DecisionContext,
  ) => Decision<E>;
  /** How the events that are the verb's own change the state. */
  readonly evolve: Own;
};

/** Declares a verb, in the verb's own file. `verbs.ts` lists them all. */
export const verb = <C extends Command, E extends Event, Own extends Partial<Evolvers<E>>>(
  declared: Verb<C, E, Own>,
): Verb<C, E, Own> => declared;
