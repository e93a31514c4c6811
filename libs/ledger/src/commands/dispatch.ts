import type { Answer, CommandHandler } from '#event-store';
import { isRefusal, type Command, type CommandOptions, type Event, type Recorded } from '#kernel';
import type { DecisionContext } from '#subscription';
import type { CommandAnswer } from '../context/caller.ts';
import { answerOf } from './command-result.ts';
import { quoteToken, stale } from './quote-token.ts';
import type { Reservations, Reservation } from './reservations.ts';
import type { Decider, Refusal } from '../context/refusals.ts';
import type { Outcome } from '../context/refusals.ts';

/** What commands are dispatched with. */
export type DispatchDeps = {
  readonly handler: CommandHandler;
  /** Catalogs and rules in force: a quote holds only as long as they do. */
  readonly context: () => DecisionContext;
  readonly reservations: Reservations;
};

/** A command to dispatch: its aggregate and decider, and the ids for the response. */
export type Dispatch<C extends Command = Command, E extends Event = Event, S = unknown> = {
  readonly command: C;
  readonly decider: Decider<C, E, S>;
  /** The aggregate's id. */
  readonly id: string;
  /** Ids that the response begins with. */
  readonly ids: Readonly<Record<string, unknown>>;
  /** Where the command creates a resource. */
  readonly location?: string;
  /** What is reserved on the customer's stream before the command is recorded, and the decider after that (R5, E48). */
  readonly reservation?: {
    /** Derived from the result of the preview; undefined if nothing is reserved. */
    readonly of: (previewed: Answer<E, S>) => Reservation | undefined;
    readonly claimed: Decider<C, E, S>;
  };
};

/**
 * Sends a command to its aggregate, under the conditions of its `options`: every command comes through here. With a quote, a
 * preview decides first; its result must equal what was quoted, and is then recorded at exactly that revision (R56).
 */
export const dispatch = async <C extends Command, E extends Event, S>(
  deps: DispatchDeps,
  sent: Dispatch<C, E, S>,
): Promise<CommandAnswer | Refusal> => {
  const { quoteToken: quoted, dryRun } = sent.command.options ?? {};
  if (quoted === undefined && dryRun !== true && sent.reservation === undefined)
    return respond(sent, await handle(deps, sent, sent.command.options));
  const previewed = await preview(deps, sent);
  if (isRefusal(previewed) || previewed.outcome === 'replayed') return respond(sent, previewed);
  const token = tokenFor(deps, sent, previewed.events);
  if (quoted !== undefined && quoted !== token) return stale();
  if (dryRun === true) return respond(sent, previewed, { quoteToken: token });
  return respond(sent, await recordPreviewed(deps, sent, previewed));
};

/** Decides without recording, at the expected revision if there is one. */
export const preview = <C extends Command, E extends Event, S>(
  deps: DispatchDeps,
  sent: Dispatch<C, E, S>,
): Promise<Outcome<E, S>> => handle(deps, sent, { ...sent.command.options, dryRun: true });

/** What a quote is given for. */
type Quoted = Pick<Dispatch, 'command' | 'id' | 'location'> & { readonly decider: { readonly category: string } };

/** The token that quotes these events for the command. */
export const tokenFor = (
  { context }: DispatchDeps,
  { command, decider, id, location }: Quoted,
  events: readonly Recorded[],
): string => {
  const stream = location === undefined ? `${decider.category}-${id}` : null;
  return quoteToken({ command, stream, context: context() }, events);
};

/**
 * Records what a preview decided. With a quote, only at the revision of the preview, so that the decision is the same.
 * Reservations are made first, and released if the command is refused after all.
 */
export const recordPreviewed = async <C extends Command, E extends Event, S>(
  deps: DispatchDeps,
  sent: Dispatch<C, E, S>,
  previewed: Answer<E, S>,
): Promise<Outcome<E, S>> => {
  const { options = {} } = sent.command;
  const { revision, events } = previewed;
  const quoted = options.quoteToken !== undefined;
  const final = { ...options, dryRun: false, ...(quoted && { expectedRevision: revision - events.length }) };
  const of = previewed.outcome === 'replayed' ? undefined : sent.reservation?.of(previewed);
  const outcome = await (of === undefined ? handle(deps, sent, final) : recordReserved(deps, sent, of, final));
  const moved = isRefusal(outcome) && outcome.refused === 'REVISION_MISMATCH';
  return moved && quoted && options.expectedRevision === undefined ? stale() : outcome;
};

const recordReserved = async <C extends Command, E extends Event, S>(
  deps: DispatchDeps,
  sent: Dispatch<C, E, S>,
  of: Reservation,
  options: CommandOptions,
): Promise<Outcome<E, S>> => {
  const { reservation, command, decider } = sent;
  const { reservations } = deps;
  const ended = reservations.begin(command.meta.commandId);
  try {
    const claimed = await reservations.claim(of, command.meta, options.expectedRevision ?? null);
    if (isRefusal(claimed)) return claimed;
    const outcome = await handle(deps, { ...sent, decider: reservation?.claimed ?? decider }, options);
    if (isRefusal(outcome)) await reservations.release(of, claimed.revision, command.meta);
    return outcome;
  } finally {
    ended();
  }
};

const handle = <C extends Command, E extends Event, S>(
  { handler }: DispatchDeps,
  { decider, id, command }: Dispatch<C, E, S>,
  options?: CommandOptions,
): Promise<Outcome<E, S>> => handler.handle(decider, id, command, options);

const respond = (
  { ids, location }: Pick<Dispatch, 'ids' | 'location'>,
  outcome: Outcome,
  more: { readonly quoteToken?: string } = {},
): CommandAnswer | Refusal =>
  isRefusal(outcome) ? outcome : answerOf(outcome, { ids, ...(location !== undefined && { location }), ...more });
