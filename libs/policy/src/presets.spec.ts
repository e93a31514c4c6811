import { presetNames, presets, sources } from './presets.ts';
import { roundingFor } from './rounding.ts';
import { parsePolicyTimeline, policySchema } from './schema.ts';

const seed = presets['seed-2021-09'];
const docs = presets['docs-2022-03'];

describe('the presets', () => {
  it.each(presetNames)('%s has a value and its source for every key', (name) => {
    const keys = Object.keys(policySchema['properties'] ?? {}).sort();
    expect(keys.length).toBe(70);
    expect(Object.keys(presets[name]).sort()).toEqual(keys);
    for (const source of Object.values(sources[name])) expect(source.length).toBeGreaterThan(1);
  });

  it.each(presetNames)('%s is itself a valid override', (preset) => {
    const file = { timeline: [{ from: '2021-01-01T00:00:00Z', preset, override: presets[preset] }] };
    expect(parsePolicyTimeline(JSON.parse(JSON.stringify(file)))).not.toHaveProperty('errors');
  });

  it.each([
    ['nce.cancel.fullRefund', 'PT24H', 'PT24H'],
    ['nce.cancel.proratedWindow', 'P30D', 'PT168H'],
    ['nce.cancel.anchor', 'subscriptionStart', 'termStart'],
    ['nce.cancel.boundary', 'inclusive', 'inclusive'],
    ['nce.refund.dayCount', 'utcCalendarDay', 'utcCalendarDay'],
    ['nce.seatReduction.window', 'none', 'PT168H'],
    ['nce.scheduledChange.downgrade', 'allowed', 'forbidden'],
    ['nce.scheduledChange.invalidatedBy', 'listed', 'any'],
    ['nce.scheduledUpgrade.reassign', 'manual', 'automatic'],
    ['nce.afterTermEnd', 'deleted', 'expired-disabled-deleted'],
    ['nce.billingFrequency.midTerm', 'forbidden', 'threeYearTerms'],
    ['nce.term.midTerm', 'forbidden', 'longer'],
    ['nce.upgrade.mayAddSeats', false, false],
    ['nce.partial.childCancelWindow', 'inheritSource', 'inheritSource'],
    ['nce.addOn.purchase', 'viaBaseOnly', 'viaBaseOnly'],
    ['nce.coterm', 'off', 'on'],
    ['nce.calendarAlignment', 'off', 'on'],
    ['nce.updates.max', null, 1200],
    ['nce.previewGate', 'on', 'off'],
    ['legacy.trial.autoConvert', 'no', 'no'],
    ['legacy.retention', '90-120', 'P90D'],
    ['legacy.suspend.billing', 'stopWithCredit', 'stopWithCredit'],
    ['isv.suspend', 'asLegacy', 'forbidden'],
    ['isv.cancel.monthly', 'PT24H', 'PT72H'],
    ['isv.cancel.annual', 'P14D', 'PT72H'],
    ['isv.cancel.keyedOn', 'billingFrequency', 'billingFrequency'],
    ['isv.cancel.anchor', 'orderPlaced', 'orderPlaced'],
    ['isv.cancel.trialRestartsWindow', false, false],
    ['isv.activation', 'atPurchase', 'publisherConfirms'],
    ['anchor', 'clamp', 'clamp'],
    ['roles', 'seed', 'docs-2023'],
  ] as const)('%s is %j in the seed and %j in the later pages', (key, inSeed, inDocs) => {
    expect([seed[key], docs[key]]).toEqual([inSeed, inDocs]);
  });

  it('restrict trials further in the later documentation (A16)', () => {
    expect(seed['nce.trial']).toMatchObject({ seats: null, convertsTo: null, cancel: true, pause: false });
    expect(docs['nce.trial']).toEqual({
      seats: 25,
      days: 30,
      convertsTo: { term: 'P1Y', billingCycle: 'monthly' },
      quantityChange: false,
      pause: false,
      cancel: false,
      minSeatsToConvertNow: 25,
    });
  });
});

describe('rounding (rule-book.md §2.4)', () => {
  it.each([
    ['newCommerce', 'new', 'monthly', 'line-down'],
    ['newCommerce', 'cycleCharge', 'annual', 'line-down'],
    ['newCommerce', 'renew', 'monthly', 'line-down'],
    ['newCommerce', 'addQuantity', 'monthly', 'line-down'],
    ['newCommerce', 'removeQuantity', 'annual', 'line-down'],
    ['newCommerce', 'cancelImmediate', 'monthly', 'unit-down'],
    ['newCommerce', 'convert', 'monthly', 'unit-down'],
    ['newCommerce', 'moveQuantity', 'triennial', 'unit-down'],
    ['newCommerce', 'changeBillingPlan', 'annual', 'unit-down'],
    ['newCommerce', 'suspend', 'monthly', 'line-half-up'],
    ['isvSaas', 'addQuantity', 'annual', 'line-down'],
    ['isvSaas', 'cancelImmediate', 'annual', 'unit-down'],
    ['isvSaas', 'suspend', 'annual', 'daily'],
    ['isvSaas', 'reactivate', 'monthly', 'line-half-up'],
    ['legacy', 'addQuantity', 'monthly', 'line-half-up'],
    ['legacy', 'addQuantity', 'annual', 'daily'],
    ['legacy', 'cancelImmediate', 'triennial', 'daily'],
    ['usage', 'usage', 'monthly', 'line-down'],
    ['usage', 'new', 'monthly', 'line-down'],
    ['usage', 'cycleCharge', 'monthly', 'line-down'],
  ] as const)('of %s, %s, charged %s, is %s', (kind, charge, billingCycle, regime) => {
    for (const name of presetNames) expect(roundingFor(presets[name], kind, charge, billingCycle)).toBe(regime);
  });

  it('use one regime for every plan where a file says so', () => {
    const policy = { ...seed, 'rounding.legacy.suspend': 'unit-down' } as const;
    expect(roundingFor(policy, 'legacy', 'suspend', 'annual')).toBe('unit-down');
    expect(roundingFor(policy, 'legacy', 'suspend', 'monthly')).toBe('unit-down');
  });
});
