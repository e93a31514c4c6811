import type { BillingCycle } from '#calendar';
import type { RoundingRegime } from '#money';
import type { CommerceKind, Policy, ProratedCharge, Rounding, RoundingKey, UsageCharge } from './policy.ts';

const proratedCharges: readonly ProratedCharge[] = [
  'new',
  'cycleCharge',
  'renew',
  'addQuantity',
  'removeQuantity',
  'cancelImmediate',
  'convert',
  'moveQuantity',
  'changeBillingPlan',
  'suspend',
  'reactivate',
];

const usageCharges: readonly UsageCharge[] = ['new', 'cycleCharge', 'usage'];

export const roundingKeys: readonly RoundingKey[] = [
  ...(['nce', 'isv', 'legacy'] as const).flatMap((kind) =>
    proratedCharges.map((charge): RoundingKey => `rounding.${kind}.${charge}`),
  ),
  ...usageCharges.map((charge): RoundingKey => `rounding.usage.${charge}`),
];

type Sourced = readonly [value: Rounding, source: string];

const byPlan: Sourced = [{ monthly: 'line-half-up', longer: 'daily' }, 'rule-book.md §2.4; W27 monthly, W31 longer'];
const lineDown: Sourced = ['line-down', 'rule-book.md §2.4; W5, W6'];
const unitDown: Sourced = ['unit-down', 'rule-book.md §2.4; W8-W10, D17'];
const usage: Sourced = ['line-down', 'rule-book.md §2.4; W38'];

const perSeat: Readonly<Record<ProratedCharge, Sourced>> = {
  new: lineDown,
  cycleCharge: lineDown,
  renew: lineDown,
  addQuantity: lineDown,
  removeQuantity: lineDown,
  cancelImmediate: unitDown,
  convert: unitDown,
  moveQuantity: unitDown,
  changeBillingPlan: unitDown,
  suspend: byPlan,
  reactivate: byPlan,
};

/** The table of rule-book.md §2.4, which both presets share. */
export const roundingTable = Object.fromEntries(
  roundingKeys.map((key): [RoundingKey, Sourced] => {
    const [, kind, charge] = key.split('.') as [string, string, ProratedCharge];
    return [key, kind === 'usage' ? usage : kind === 'legacy' ? byPlan : perSeat[charge]];
  }),
) as Readonly<Record<RoundingKey, Sourced>>;

const prefixes = { newCommerce: 'nce', isvSaas: 'isv', legacy: 'legacy' } as const;

/** The regime by which a pro-rated line of this kind, charge and plan is rounded. All of a usage service's lines take its own. */
export const roundingFor = (
  policy: Policy,
  kind: CommerceKind,
  charge: ProratedCharge | UsageCharge,
  billingCycle: BillingCycle,
): RoundingRegime => {
  const rounding = policy[keyOf(kind, charge)];
  if (typeof rounding === 'string') return rounding;
  return billingCycle === 'monthly' ? rounding.monthly : rounding.longer;
};

const keyOf = (kind: CommerceKind, charge: ProratedCharge | UsageCharge): RoundingKey => {
  if (kind === 'usage' || charge === 'usage')
    return charge === 'new' || charge === 'cycleCharge' ? `rounding.usage.${charge}` : 'rounding.usage.usage';
  return `rounding.${prefixes[kind]}.${charge}`;
};
