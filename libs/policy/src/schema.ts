import {
  billingCycles,
  cycleMonthsOf,
  monthsOf,
  normaliseInstant,
  terms,
  type BillingCycle,
  type Term,
} from '#calendar';
import type { Instant } from '#kernel';
import { roundingRegimes } from '#money';
import type { PolicyPin, PolicyTimeline } from './pin.ts';
import type { Policy, PolicyKey, RoundingKey } from './policy.ts';
import { isPresetName, presetNames } from './presets.ts';
import { roundingKeys } from './rounding.ts';
import {
  choice,
  count,
  duration,
  either,
  flag,
  isObject,
  LONGEST_DAYS,
  listOf,
  nothing,
  record,
  unknownFields,
  type Problem,
  type Shape,
} from './shape.ts';

const regime = choice(...roundingRegimes);
const rounding = either(regime, record({ monthly: regime, longer: regime }));
const switched = choice('off', 'on');
/** As many as a subscription can have. */
const seats = count(2_147_483_647);

const plan = record({ term: choice(...terms), billingCycle: choice(...billingCycles) });

/** A plan of a catalog: its cycle is no longer than its term (Partner Center code 900270, rule-book.md §2.2). */
const paidPlan: Shape = {
  ...plan,
  check: (value, path) => {
    const problems = plan.check(value, path);
    if (problems.length > 0) return problems;
    const { term, billingCycle } = value as { readonly term: Term; readonly billingCycle: BillingCycle };
    return cycleMonthsOf(billingCycle) > monthsOf(term)
      ? [{ path: `${path}.billingCycle`, message: `must not be longer than the term, ${term}` }]
      : [];
  },
};

const roundingShapes = Object.fromEntries(roundingKeys.map((key) => [key, rounding])) as Record<RoundingKey, Shape>;

/** What each key may hold: the one list from which files are checked and the published schema is made. */
const shapes: Readonly<Record<PolicyKey, Shape>> = {
  'nce.cancel.fullRefund': duration,
  'nce.cancel.proratedWindow': duration,
  'nce.cancel.anchor': choice('subscriptionStart', 'termStart'),
  'nce.cancel.boundary': choice('inclusive', 'exclusive'),
  'nce.refund.dayCount': choice('utcCalendarDay', 'elapsed24h'),
  'nce.seatReduction.window': either(choice('none'), duration),
  'nce.scheduledChange.kinds': listOf(['sku', 'quantity', 'term', 'billingFrequency', 'seatIncreases']),
  'nce.scheduledChange.downgrade': choice('allowed', 'forbidden'),
  'nce.scheduledChange.invalidatedBy': choice('listed', 'any'),
  'nce.scheduledUpgrade.reassign': choice('manual', 'automatic'),
  'nce.afterTermEnd': choice('deleted', 'expired-disabled-deleted'),
  'nce.billingFrequency.midTerm': choice('forbidden', 'threeYearTerms'),
  'nce.term.midTerm': choice('forbidden', 'longer'),
  'nce.upgrade.mayAddSeats': flag,
  'nce.partial.childCancelWindow': choice('inheritSource', 'none'),
  'nce.upgrade.existingTarget': listOf(
    ['active', 'sameCustomer', 'sameSku', 'notInCancellationWindow', 'termNotShorter', 'endNotEarlier'],
    ['active', 'sameCustomer', 'sameSku'],
  ),
  'nce.addOn.purchase': choice('viaBaseOnly'),
  'nce.coterm': switched,
  'nce.calendarAlignment': switched,
  'nce.trial': record({
    seats: either(seats, nothing),
    days: either(count(LONGEST_DAYS), nothing),
    convertsTo: either(paidPlan, nothing),
    quantityChange: flag,
    pause: flag,
    cancel: flag,
    minSeatsToConvertNow: either(seats, nothing),
  }),
  'nce.updates.max': either(count(Number.MAX_SAFE_INTEGER), nothing),
  'nce.previewGate': switched,
  'legacy.trial.autoConvert': choice('no', 'yes'),
  'legacy.retention': either(choice('90-120'), duration),
  'legacy.suspend.billing': choice('stopWithCredit'),
  'isv.suspend': choice('asLegacy', 'forbidden'),
  'isv.cancel.monthly': duration,
  'isv.cancel.annual': duration,
  'isv.cancel.keyedOn': choice('billingFrequency', 'term'),
  'isv.cancel.anchor': choice('orderPlaced', 'effectiveStart'),
  'isv.cancel.trialRestartsWindow': flag,
  'isv.activation': choice('atPurchase', 'publisherConfirms'),
  anchor: choice('clamp', 'eomOffset'),
  ...roundingShapes,
  roles: choice('seed', 'docs-2023'),
};

/** JSON Schema of the keys that a policy file may override, each by itself. */
export const policySchema: Readonly<Record<string, unknown>> = {
  type: 'object',
  description: 'Single rules that differ from the preset; every key may be left out.',
  properties: Object.fromEntries(Object.entries(shapes).map(([key, { schema }]) => [key, schema])),
  additionalProperties: false,
};

/**
 * Reads a policy file, `{ "timeline": [{ "from", "preset", "override"? }] }`: entries in any order, no two from the same
 * instant. Returns the timeline, or all problems, each with its path.
 */
export const parsePolicyTimeline = (json: unknown): PolicyTimeline | { readonly errors: readonly Problem[] } => {
  if (!isObject(json)) return { errors: [{ path: '', message: 'must be an object with a timeline' }] };
  const entries: unknown = json['timeline'];
  if (!Array.isArray(entries) || entries.length === 0)
    return {
      errors: [
        ...unknownFields(json, ['timeline'], ''),
        { path: 'timeline', message: 'must be a list of at least one entry' },
      ],
    };
  const read = entries.map((entry: unknown, index) => entryOf(entry, `timeline[${index}]`));
  const errors = [
    ...unknownFields(json, ['timeline'], ''),
    ...read.flatMap((entry) => entry.errors),
    ...read.flatMap(({ from }, index) =>
      from !== undefined && read.slice(0, index).some((earlier) => earlier.from === from)
        ? [{ path: `timeline[${index}].from`, message: 'is the same instant as that of an earlier entry' }]
        : [],
    ),
  ];
  if (errors.length > 0) return { errors };
  const timeline = read.flatMap(({ from, pin }) => (from === undefined || pin === undefined ? [] : [{ from, pin }]));
  return { timeline: timeline.toSorted((a, b) => (a.from < b.from ? -1 : 1)) };
};

type Read = { readonly errors: readonly Problem[]; readonly from?: Instant | undefined; readonly pin?: PolicyPin };

const entryOf = (entry: unknown, path: string): Read => {
  if (!isObject(entry)) return { errors: [{ path, message: 'must be an object with from and preset' }] };
  const { from, preset, override } = entry;
  const instant = typeof from === 'string' ? normaliseInstant(from) : undefined;
  const errors = [
    ...unknownFields(entry, ['from', 'preset', 'override'], path),
    ...(instant === undefined ? [{ path: `${path}.from`, message: 'must be an ISO 8601 instant' }] : []),
    ...(isPresetName(preset) ? [] : [{ path: `${path}.preset`, message: `must be one of ${presetNames.join(', ')}` }]),
    ...(override === undefined ? [] : overrideProblems(override, `${path}.override`)),
  ];
  if (errors.length > 0 || !isPresetName(preset)) return { errors, from: instant };
  const changed = override !== undefined && Object.keys(override as object).length > 0;
  return { errors, from: instant, pin: changed ? { preset, override: override as Partial<Policy> } : { preset } };
};

const overrideProblems = (override: unknown, path: string): readonly Problem[] => {
  if (!isObject(override)) return [{ path, message: 'must be an object of policy keys' }];
  return [
    ...unknownFields(override, Object.keys(shapes), path),
    ...Object.entries(shapes).flatMap(([key, { check }]) =>
      key in override ? check(override[key], `${path}.${key}`) : [],
    ),
  ];
};
