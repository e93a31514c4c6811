import { plus } from '#calendar';
import type { Sku } from '#catalog';
import { hidden, refuse, type Actor, type Instant } from '#kernel';
import { mayDo, resolve, type Action, type PartnerFacts, type Policy } from '#policy';
import type { Existing, Kind, Status } from './state.ts';
import type { DecisionContext } from './context.ts';
import type { Refusal, RefusalCode } from './refusals.ts';

/** The actor and the time by which a guard judges a state. */
export type RequestContext = {
  readonly at: Instant;
  readonly actor: Actor;
  readonly partner: PartnerFacts;
};

/**
 * Whether a verb may be tried at all, for kind, state, role, partner or window: a refusal, or nothing. The same guard
 * refuses the command and decides what `allowedActions` lists.
 */
export type Guard = {
  (state: Existing, requestContext: RequestContext, context: DecisionContext): Refusal | undefined;
  /** The kinds that have the verb at all; left out: every kind. */
  readonly kinds?: readonly Kind[];
};

const kinds: readonly Kind[] = ['newCommerce', 'legacy', 'isvSaas', 'usage'];
const forKinds = (guard: Guard, has: (kind: Kind) => boolean): Guard =>
  Object.assign(guard, { kinds: kinds.filter(has) });
const isFor = (guard: Guard, kind: Kind): boolean => guard.kinds?.includes(kind) ?? true;

/** The first refusal of several guards. */
export const all = (...guards: readonly Guard[]): Guard =>
  forKinds(
    (state, requestContext, context) => {
      for (const guard of guards) {
        const no = guard(state, requestContext, context);
        if (no !== undefined) return no;
      }
      return undefined;
    },
    (kind) => guards.every((guard) => isFor(guard, kind)),
  );

export const policyOf = (state: Existing): Policy => resolve(state.policy);

/** The role first, then deletion (R61, E57), then the preview gate (R44, R58, R73, R77, R89, R98). */
export const mayTry =
  (action: Action): Guard =>
  (state, { actor, partner }) => {
    const policy = policyOf(state);
    if (!mayDo(policy, actor.role, action, state.kind))
      return hidden(refuse('FORBIDDEN_ROLE', `the role ${actor.role} may not ${action} a ${state.kind} subscription`));
    if (state.status === 'deleted')
      return refuse('SUBSCRIPTION_DELETED', 'the subscription is permanently deleted (R61)');
    if (state.kind === 'newCommerce' && policy['nce.previewGate'] === 'on' && !partner.newCommercePreview)
      return refuse('PREVIEW_REQUIRED', 'new commerce is open only to partners in its preview (R44)');
    return undefined;
  };

/** The verb exists for these kinds only (rule-book.md §4). */
export const onlyFor = (verb: string, ...those: readonly Kind[]): Guard =>
  forKinds(
    ({ kind }) =>
      those.includes(kind)
        ? undefined
        : refuse('WRONG_COMMERCE_KIND', `${verb} is not available for ${kind} subscriptions`),
    (kind) => those.includes(kind),
  );

/** A guard for each kind: the table of rule-book.md §4, side by side. */
export const byKind = (guards: Readonly<Record<Kind, Guard>>): Guard =>
  forKinds(
    (state, requestContext, context) => guards[state.kind](state, requestContext, context),
    (kind) => isFor(guards[kind], kind),
  );

const notActive: Readonly<Record<Exclude<Status, 'active'>, RefusalCode>> = {
  pending: 'NOT_ACTIVE',
  suspended: 'SUBSCRIPTION_SUSPENDED',
  paused: 'SUBSCRIPTION_PAUSED',
  expired: 'NOT_ACTIVE',
  disabled: 'NOT_ACTIVE',
  deleted: 'SUBSCRIPTION_DELETED',
};

/** Most verbs need an active subscription (R76, R81). */
export const mustBeActive: Guard = ({ status }) =>
  status === 'active' ? undefined : refuse(notActive[status], `the subscription is ${status}, not active`);

/** During a trial, the seats, the plan and the service cannot change (A16, D1). */
export const notDuringTrial: Guard = ({ isTrial, termEnd }) =>
  isTrial ? refuse('TRIAL_LOCKED', `that is not possible during the trial, which ends with ${termEnd}`) : undefined;

/** The number of updates in a term is limited (`nce.updates.max`). */
export const notTooOften: Guard = (state) => {
  const most = policyOf(state)['nce.updates.max'];
  return state.kind === 'newCommerce' && most !== null && state.updates >= most
    ? refuse('TOO_MANY_UPDATES', `the subscription was updated ${state.updates} times in this term already`, { most })
    : undefined;
};

/** Refuses numbers that cannot be a number of seats: it must be whole and at least one (E47). */
export const countRefusal = (seats: number): Refusal | undefined =>
  Number.isSafeInteger(seats) && seats >= 1
    ? undefined
    : refuse('QUANTITY_OUT_OF_RANGE', `${seats} is not a number of seats`, { minSeats: 1 });

/** Seats within the SKU's limits (R20, E47, E48). */
export const quantityRefusal = (
  quantity: number,
  { minSeats, maxSeats }: Pick<Sku, 'minSeats' | 'maxSeats'>,
): Refusal | undefined =>
  Number.isSafeInteger(quantity) && quantity >= minSeats && quantity <= maxSeats
    ? undefined
    : refuse('QUANTITY_OUT_OF_RANGE', `${quantity} seats: between ${minSeats} and ${maxSeats} are sold`, {
        minSeats,
        maxSeats,
      });

/** The instant up to which a window that opened at `from` is open, and whether it is (new commerce includes it: A4). */
export const windowOpen = (from: Instant, duration: string, at: Instant): boolean => at <= plus(from, duration);
