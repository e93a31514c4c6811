import { refuse, type Event, type Instant } from '#kernel';
import { add, compare, isZero, negate, type Decimal } from '#money';
import { all, mayTry, mustBeActive, onlyFor, type RequestContext } from '../guards.ts';
import { contentSeen, withSeen } from '../seen-usage.ts';
import type { Existing } from '../state.ts';
import type { Decision, Refusal } from '../refusals.ts';
import { withReading } from '../unbilled.ts';
import { verb } from '../verb.ts';
import { commandTo } from '../command.ts';

/** Report usage with its price; the same `usageId` counts once (R55). */
export class RecordUsage extends commandTo('RecordUsage')<{
  readonly meter: string;
  readonly quantity: Decimal;
  readonly unitPrice: Decimal;
  readonly usedAt: Instant;
  readonly usageId: string;
}> {}

/** Usage was recorded and rated: `billable` is what exceeds the plan's included units. */
export type UsageRecorded = Event<'UsageRecorded', RecordUsage['data'] & { readonly billable: Decimal }>;

const guard = all(mayTry('usage'), onlyFor('usage', 'usage'), mustBeActive);

const decide = ({ data }: RecordUsage, state: Existing, { at }: RequestContext): Decision<UsageRecorded> => {
  const { usage } = state;
  const seen = contentSeen(usage.seen, data.usageId);
  if (seen !== undefined)
    return seen === contentOf(data)
      ? []
      : refuse('IDEMPOTENCY_KEY_REUSED', `the usage ${data.usageId} was recorded with other content`);
  const no = timeRefusal(data, state, at);
  if (no !== undefined) return no;
  const included = named(usage.left, data.meter) ?? '0';
  const billable = isZero(included) ? data.quantity : beyond(data.quantity, included);
  return [{ type: 'UsageRecorded', data: { ...data, billable, effectiveAt: at } }];
};

/** Usage must lie in the life of the subscription: not before its purchase, and not after the ledger's clock. */
const timeRefusal = ({ usedAt }: RecordUsage['data'], { purchasedAt }: Existing, at: Instant): Refusal | undefined => {
  const message =
    usedAt < purchasedAt
      ? `must not lie before the purchase at ${purchasedAt}`
      : usedAt > at
        ? `must not lie after the ledger's clock, which shows ${at}`
        : undefined;
  return message === undefined
    ? undefined
    : refuse('VALIDATION_FAILED', `usedAt: ${message}`, { errors: [{ path: 'usedAt', message }] });
};

const beyond = (quantity: Decimal, included: Decimal): Decimal =>
  compare(quantity, included) > 0 ? add(quantity, negate(included)) : '0';

/** An own property; inherited names such as `constructor` do not count. */
const named = (record: Readonly<Record<string, string>>, name: string): string | undefined =>
  Object.hasOwn(record, name) ? record[name] : undefined;

const contentOf = ({ meter, quantity, unitPrice, usedAt }: RecordUsage['data']): string =>
  JSON.stringify([meter, quantity, unitPrice, usedAt]);

const evolve = (state: Existing, { data }: UsageRecorded): Existing => {
  const { usage } = state;
  const { meter, unitPrice, quantity, billable } = data;
  const included = named(usage.left, meter);
  return {
    ...state,
    usage: {
      ...usage,
      unbilled: withReading(usage.unbilled, { meter, unitPrice, quantity: billable }),
      // Only a meter with included units has units left.
      ...(included !== undefined && {
        left: { ...usage.left, [meter]: add(included, negate(add(quantity, negate(billable)))) },
      }),
      seen: withSeen(usage.seen, data.usageId, contentOf(data)),
    },
  };
};

export const recordUsage = verb({
  command: RecordUsage,
  action: 'usage',
  guard,
  decide,
  evolve: { UsageRecorded: evolve },
});
