import type { Instant } from '#kernel';
import type { Policy, PresetName, Role } from '#policy';
import { ActivateSubscription } from './verbs/activate.ts';
import { ReactivateAddOn, SuspendAddOn } from './verbs/add-on-status.ts';
import { DeprovisionSubscription } from './verbs/deprovision.ts';
import { RecordUsage } from './verbs/record-usage.ts';
import { SetAddOns } from './verbs/set-add-ons.ts';
import {
  catalogue,
  offer,
  plan,
  purchase,
  rules,
  Story,
  contextOf,
  type Ask,
  type Details,
} from './subscription.testing.ts';
import type { CustomerFacts } from './context.ts';

const plans = (month: string, year: string) => [
  plan('P1M', 'monthly', month),
  plan('P1Y', 'monthly', month),
  plan('P1Y', 'annual', year),
];

const legacy = { kind: 'legacy' };
const marketplace = { kind: 'isvSaas', publisher: { kind: 'partner', name: 'Fabrikam' } };
const addOn = (minShareOfBase: string | null = null) => ({ prerequisiteSkus: ['OFFICE/0001'], minShareOfBase });

/**
 * Kinds other than new commerce, and an add-on of new commerce. OFFICE (legacy) costs 4.00 a month or 48.00 a year, with the add-ons
 * 0002 for 1.00 and 0003 for 2.00 a month; CRM (marketplace) 10.00 or 110.00, its SKU 0002 2.00 after 30 free days;
 * METER (usage) 10.00 a month with 100 calls.
 */
export const kindsShelf = [
  offer(
    'OFFICE',
    [
      { maxSeats: 500, upgradeTargets: ['PLUS/0001'], plans: plans('4.00', '48.00') },
      { skuId: '0002', maxSeats: 100, addOn: addOn(), plans: plans('1.00', '12.00') },
      { skuId: '0003', addOn: addOn('0.05'), plans: plans('2.00', '24.00') },
      {
        skuId: '0004',
        addOn: { prerequisiteSkus: ['PLUS/0001'], minShareOfBase: null },
        plans: plans('3.00', '36.00'),
      },
      { skuId: '0009', trialDays: 30, convertsTo: 'OFFICE/0001', plans: [plan('P1M', 'monthly', '0')] },
    ],
    legacy,
  ),
  offer('ABROAD', [{ addOn: addOn(), plans: plans('1.00', '12.00') }], { ...legacy, countries: ['DE'] }),
  offer('PLUS', [{ plans: plans('6.00', '72.00') }], legacy),
  offer(
    'CRM',
    [
      {
        maxSeats: 50,
        setupUrl: 'https://crm.example/setup?subscription={subscriptionId}',
        plans: plans('10.00', '110.00'),
      },
      { skuId: '0002', trialDays: 30, plans: plans('2.00', '20.00') },
    ],
    marketplace,
  ),
  offer('METER', [{ plans: [{ ...plan('P1M', 'monthly', '10.00'), includedUnits: { calls: '100' } }] }], {
    kind: 'usage',
    billingType: 'usage',
  }),
  offer('CLOUD', [
    { plans: [...plans('10.00', '120.00'), plan('P3Y', 'monthly', '10.00'), plan('P3Y', 'annual', '120.00')] },
    {
      skuId: '0002',
      addOn: { prerequisiteSkus: ['CLOUD/0001'], minShareOfBase: null },
      plans: [...plans('2.50', '30.00'), plan('P3Y', 'monthly', '2.50'), plan('P3Y', 'annual', '30.00')],
    },
  ]),
];

export const kindsCatalogue = catalogue('kinds', '2015-01-01T00:00:00Z', kindsShelf);

type Shop = {
  readonly preset?: PresetName;
  readonly override?: Partial<Policy>;
  readonly customer?: Partial<CustomerFacts>;
};

const bookDetails: Readonly<Record<string, Details>> = {
  office: { offerId: 'OFFICE', quantity: 1, term: 'P1Y' },
  crm: { offerId: 'CRM', quantity: 10 },
  cloud: { offerId: 'CLOUD', quantity: 10, term: 'P1Y' },
};

const open = (at: Instant, details: Details, { preset = 'seed-2021-09', override, customer }: Shop = {}): Story => {
  const context = contextOf({ catalogues: [kindsCatalogue], policies: rules(preset, override) });
  const facts = { ...context.customer, accountOpenedAt: at, ...customer };
  return new Story({ ...context, customer: facts }, details.subscriptionId ?? 's1').does(at, purchase(details));
};

/** One legacy seat for a year, paid by the month, unless the details say otherwise. The account was opened with it. */
export const office = (at: Instant, details: Details = {}, shop?: Shop) =>
  open(at, { ...bookDetails['office'], ...details }, shop);

/** Ten marketplace seats for a month. */
export const crm = (at: Instant, details: Details = {}, shop?: Shop) =>
  open(at, { ...bookDetails['crm'], ...details }, shop);

/** A metered service with 100 calls a month. */
export const metered = (at: Instant, shop?: Shop) => {
  const { quantity: _, ...details } = { offerId: 'METER', quantity: 1, term: 'P1M', billingCycle: 'monthly' } as const;
  return open(at, details, shop);
};

/** Ten seats of new commerce that take an add-on. */
export const cloud = (at: Instant, details: Details = {}, shop?: Shop) =>
  open(at, { ...bookDetails['cloud'], ...details }, shop);

/** The requested set: `addOns(['0002', 3])`, of OFFICE unless another offer is named. */
export const addOns =
  (requestContext: readonly (readonly [skuId: string, quantity: number])[], offerId = 'OFFICE'): Ask =>
  (m, to) =>
    new SetAddOns({ ...to, addOns: requestContext.map(([skuId, quantity]) => ({ offerId, skuId, quantity })) }, m);

export const suspendAddOn =
  (skuId: string): Ask =>
  (m, to) =>
    new SuspendAddOn({ ...to, offerId: 'OFFICE', skuId, reason: 'nonPayment' }, m);

export const reactivateAddOn =
  (skuId: string): Ask =>
  (m, to) =>
    new ReactivateAddOn({ ...to, offerId: 'OFFICE', skuId }, m);

export const activate: Ask = (m, to) => new ActivateSubscription(to, m);

export const deprovision: Ask = (m, to) => new DeprovisionSubscription(to, m);

/** Uses the given number of calls at 0.10 each, unless `over` says otherwise. */
export const use =
  (quantity: string, usageId: string, over: Partial<RecordUsage['data']> = {}): Ask =>
  (m, to) =>
    new RecordUsage({ ...to, meter: 'calls', quantity, unitPrice: '0.10', usedAt: m.at, usageId, ...over }, m);

/** The other actions in `allowedActions` than the verbs of new commerce, with a typical command. */
export const furtherVerbs: readonly (readonly [action: string, ask: Ask, role: Role])[] = [
  ['add-ons', addOns([['0002', 1]]), 'global-admin'],
  ['activate', activate, 'global-admin'],
  ['deprovision', deprovision, 'global-admin'],
  ['usage', use('1', 'a-further-use'), 'global-admin'],
];
