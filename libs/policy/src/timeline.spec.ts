import { pinAt, resolve, timelineOf, type PolicyPin, type PolicyTimeline } from './pin.ts';
import { presets } from './presets.ts';
import { parsePolicyTimeline, policySchema } from './schema.ts';

const parsed = (json: unknown): PolicyTimeline => {
  const answer = parsePolicyTimeline(json);
  if ('errors' in answer) throw new Error(JSON.stringify(answer.errors));
  return answer;
};
const paths = (json: unknown) => {
  const answer = parsePolicyTimeline(json);
  return 'errors' in answer ? answer.errors.map(({ path }) => path) : [];
};
const withOverride = (override: unknown) => ({
  timeline: [{ from: '2021-01-01T00:00:00Z', preset: 'seed-2021-09', override }],
});

describe('a policy file', () => {
  it('says which policy is in force when', () => {
    const file = parsed({
      timeline: [
        { from: '2022-03-19T00:00:00Z', preset: 'docs-2022-03' },
        {
          from: '2021-12-01T00:00:00+00:00',
          preset: 'seed-2021-09',
          override: { 'nce.cancel.proratedWindow': 'PT72H' },
        },
        { from: '2021-01-01T00:00:00Z', preset: 'seed-2021-09', override: {} },
      ],
    });
    expect(pinAt(file, '2021-11-30T23:59:59.999Z')).toEqual({ preset: 'seed-2021-09' });
    expect(pinAt(file, '2021-12-01T00:00:00.000Z').override).toEqual({ 'nce.cancel.proratedWindow': 'PT72H' });
    expect(pinAt(file, '2022-03-19T00:00:00.000Z')).toEqual({ preset: 'docs-2022-03' });
    expect(pinAt(file, '2019-01-01T00:00:00.000Z')).toEqual({ preset: 'seed-2021-09' });
  });

  it('may be one preset for all time', () =>
    expect(pinAt(timelineOf('docs-2022-03'), '1999-01-01T00:00:00.000Z')).toEqual({ preset: 'docs-2022-03' }));

  it.each([
    ['no object', 'seed', ['']],
    ['no timeline', {}, ['timeline']],
    ['an empty timeline', { timeline: [] }, ['timeline']],
    ['another field', { timeline: [{ from: '2021-01-01T00:00:00Z', preset: 'seed-2021-09' }], colour: 1 }, ['colour']],
    ['no entry', { timeline: [null] }, ['timeline[0]']],
    ['an empty entry', { timeline: [{}] }, ['timeline[0].from', 'timeline[0].preset']],
    ['a day for an instant', { timeline: [{ from: '2021-01-01', preset: 'seed-2021-09' }] }, ['timeline[0].from']],
    ['an unknown preset', { timeline: [{ from: '2021-01-01T00:00:00Z', preset: 'seed' }] }, ['timeline[0].preset']],
    [
      'a name of every object',
      { timeline: [{ from: '2021-01-01T00:00:00Z', preset: 'toString' }] },
      ['timeline[0].preset'],
    ],
    [
      'the same instant twice',
      {
        timeline: [
          { from: '2021-01-01T00:00:00Z', preset: 'seed-2021-09' },
          { from: '2021-01-01T01:00:00+01:00', preset: 'docs-2022-03' },
        ],
      },
      ['timeline[1].from'],
    ],
  ])('is refused with %s', (_, json, where) => expect(paths(json)).toEqual(where));

  it.each([
    ['nce.cancel.window', 'PT72H', ''],
    ['nce.cancel.proratedWindow', 'P1M', ''],
    ['nce.cancel.proratedWindow', 72, ''],
    ['nce.cancel.proratedWindow', 'P3651D', ''],
    ['nce.cancel.fullRefund', 'PT9007199254740S', ''],
    ['legacy.retention', 'P99999999D', ''],
    ['nce.seatReduction.window', 'never', ''],
    ['nce.updates.max', 0, ''],
    ['nce.updates.max', '1200', ''],
    ['nce.upgrade.mayAddSeats', 'false', ''],
    ['nce.scheduledChange.kinds', 'sku', ''],
    ['nce.scheduledChange.kinds', ['sku', 'colour'], '[1]'],
    ['nce.scheduledChange.kinds', ['sku', 'sku'], ''],
    ['nce.upgrade.existingTarget', ['active', 'sameSku'], ''],
    ['nce.trial', { ...presets['seed-2021-09']['nce.trial'], days: -1 }, '.days'],
    ['nce.trial', { ...presets['seed-2021-09']['nce.trial'], convertsTo: { term: 'P1Y' } }, '.convertsTo.billingCycle'],
    [
      'nce.trial',
      { ...presets['seed-2021-09']['nce.trial'], convertsTo: { term: 'P1M', billingCycle: 'annual' } },
      '.convertsTo.billingCycle',
    ],
    ['nce.trial', { ...presets['seed-2021-09']['nce.trial'], days: 3651 }, '.days'],
    ['nce.trial', { ...presets['seed-2021-09']['nce.trial'], seats: 2147483648 }, '.seats'],
    [
      'nce.trial',
      { ...presets['seed-2021-09']['nce.trial'], minSeatsToConvertNow: 2147483648 },
      '.minSeatsToConvertNow',
    ],
    ['nce.trial', { ...presets['seed-2021-09']['nce.trial'], colour: 'red' }, '.colour'],
    ['nce.trial', null, ''],
    ['rounding.nce.convert', 'half-even', ''],
    ['rounding.legacy.suspend', { monthly: 'daily' }, '.longer'],
    ['rounding.usage.convert', 'line-down', ''],
    ['__proto__x', 1, ''],
  ])('is refused where %s is %j', (key, value, below) =>
    expect(paths(withOverride({ [key]: value }))).toEqual([`timeline[0].override.${key}${below}`]),
  );

  it.each([
    ['nce.seatReduction.window', 'PT72H'],
    ['nce.updates.max', null],
    ['legacy.retention', 'P60D'],
    ['isv.cancel.annual', 'P3650D'],
    ['nce.refund.dayCount', 'elapsed24h'],
    ['rounding.nce.convert', 'unit-half-up'],
    ['rounding.isv.suspend', { monthly: 'line-down', longer: 'unit-down' }],
  ])('may set %s to %j', (key, value) => {
    const policy = resolve(pinAt(parsed(withOverride({ [key]: value })), '2021-06-18T00:00:00.000Z'));
    expect(policy).toEqual({ ...presets['seed-2021-09'], [key]: value });
  });

  it('has a JSON Schema', () => {
    const properties = policySchema['properties'] as Record<string, unknown>;
    expect(properties['nce.cancel.anchor']).toEqual({ type: 'string', enum: ['subscriptionStart', 'termStart'] });
    expect(properties['nce.updates.max']).toEqual({
      anyOf: [{ type: 'integer', minimum: 1, maximum: 9007199254740991 }, { type: 'null' }],
    });
    expect(policySchema['additionalProperties']).toBe(false);
  });
});

describe('a pin', () => {
  it('without an override equals the preset', () =>
    expect(resolve({ preset: 'seed-2021-09' })).toBe(presets['seed-2021-09']));

  it('gives the same policy again after it was read back from JSON', () => {
    const pin: PolicyPin = { preset: 'seed-2021-09', override: { 'nce.cancel.proratedWindow': 'PT72H' } };
    expect(resolve(pin)['nce.cancel.proratedWindow']).toBe('PT72H');
    expect(resolve(JSON.parse(JSON.stringify(pin)) as PolicyPin)).toBe(resolve(pin));
  });

  it('of an unknown preset is an error', () =>
    expect(() => resolve({ preset: 'docs-2099' as 'docs-2022-03' })).toThrow('docs-2099'));
});
