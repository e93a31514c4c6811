import { isRefusal, refuse } from '#kernel';
import type { RequestContext } from './guards.ts';
import type { Existing, SeatsInTransit } from './state.ts';
import type { DecisionContext } from './context.ts';
import type { Verb } from './verb.ts';
import { verbs } from './verbs.ts';
import type { Refusal, RefusalCode } from './refusals.ts';

/** An action that would be refused now, with the code and the sentence of that refusal. */
export type RefusedAction = { readonly action: string; readonly code: RefusalCode; readonly detail: string };

/** Each action of the subscription's kind, on one of two lists. */
export type Actions = {
  readonly allowedActions: readonly string[];
  readonly refusedActions: readonly RefusedAction[];
};

type AnyVerb = Pick<Verb<never>, 'action' | 'actionNow' | 'guard'>;

/** The role and deletion are judged first. Then nothing is possible while seats are in transit. */
export const refusalOf = (
  { guard }: AnyVerb,
  state: Existing,
  requestContext: RequestContext,
  context: DecisionContext,
): Refusal | undefined => {
  const refusal = guard(state, requestContext, context);
  if (state.inTransit === null || (refusal !== undefined && isOutright(refusal))) return refusal;
  return underWay(state.inTransit);
};

/** Whether a refusal holds for every command on the subscription: there is no action to name instead. */
export const isOutright = ({ refused }: Refusal): boolean =>
  refused === 'FORBIDDEN_ROLE' || refused === 'SUBSCRIPTION_DELETED' || refused === 'PROCESS_PENDING';

export const underWay = ({ transitionId, targetSubscriptionId }: SeatsInTransit): Refusal =>
  refuse('PROCESS_PENDING', `seats are on their way to ${targetSubscriptionId}`, { transitionId });

/** The name of an action that is allowed, or the refusal. */
const judged = (
  verb: AnyVerb,
  state: Existing,
  requestContext: RequestContext,
  context: DecisionContext,
): string | Refusal =>
  refusalOf(verb, state, requestContext, context) ??
  verb.actionNow?.(state, requestContext.at, context) ??
  verb.action ??
  '';

/**
 * What is allowed on a settled state, and why each other verb of its kind is not, by the same guards that refuse the
 * commands (R23, http-api.md §4.4).
 */
export const actions = (state: Existing, requestContext: RequestContext, context: DecisionContext): Actions => {
  const allowedActions: string[] = [];
  const refusedActions: RefusedAction[] = [];
  for (const verb of Object.values<AnyVerb>(verbs)) {
    const { action, guard } = verb;
    if (action === null || guard.kinds?.includes(state.kind) === false) continue;
    const outcome = judged(verb, state, requestContext, context);
    if (isRefusal(outcome)) refusedActions.push({ action, code: outcome.refused, detail: outcome.because });
    else allowedActions.push(outcome);
  }
  return { allowedActions, refusedActions };
};

/** The verbs that are allowed on a settled state; empty while seats are in transit. */
export const allowedActions = (
  state: Existing,
  requestContext: RequestContext,
  context: DecisionContext,
): readonly string[] => actions(state, requestContext, context).allowedActions;
