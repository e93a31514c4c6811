import { addSeats, autoRenew, cancel, schedule, upgrade } from '../asks.testing.ts';
import { crm, deprovision, metered, office, use } from '../kinds.testing.ts';
import { typesOf } from '../subscription.testing.ts';

const at = '2021-06-18T09:00:00.000Z';

describe('usage', () => {
  it('W38: of 150 calls, 100 of them included, costs 50 calls when the month is over', () => {
    const story = metered(at).does('2021-06-20T10:00:00.000Z', use('150', 'u1')).settled('2021-07-18T00:00:00.000Z');
    expect(story.money()).toEqual([
      'new 10.00 for 1, 2021-06-18 to 2021-07-17, 30/30 whole-cycle',
      'usage 5.00 for 50, 2021-06-18 to 2021-07-17, 30/30 line-down',
      'cycleCharge 10.00 for 1, 2021-07-18 to 2021-08-17, 31/31 whole-cycle',
    ]);
  });

  it('has its included units again in each cycle, used up in the order of reporting', () => {
    const story = metered(at)
      .does('2021-06-20T10:00:00.000Z', use('60', 'u1'))
      .does('2021-06-20T11:00:00.000Z', use('60', 'u2', { unitPrice: '0.20' }))
      .does('2021-06-20T12:00:00.000Z', use('5', 'u3'))
      .settled('2021-07-18T00:00:00.000Z');
    // 40 are left for the second: 20 × 0.20; the third gets none: 5 × 0.10. The first line has nothing to bill but them.
    expect(story.money(story.last).slice(0, -1)).toEqual([
      'usage 0.50 for 5, 2021-06-18 to 2021-07-17, 30/30 line-down',
      'usage 4.00 for 20, 2021-06-18 to 2021-07-17, 30/30 line-down',
    ]);
    story.does('2021-07-20T10:00:00.000Z', use('100', 'u4')).settled('2021-08-18T00:00:00.000Z');
    expect(story.money(story.last)).toEqual(['cycleCharge 10.00 for 1, 2021-08-18 to 2021-09-17, 31/31 whole-cycle']);
  });

  it('is billed as one line per meter and unit price, summed exactly and rounded down once', () => {
    const tiny = { meter: 'gigabytes', unitPrice: '0.013' };
    const story = metered(at)
      .does(at, use('0.5', 'u1', tiny))
      .does(at, use('0.75', 'u2', tiny))
      .does(at, use('1', 'u3', { ...tiny, unitPrice: '0.0130' }))
      .does(at, use('1', 'u4', { ...tiny, unitPrice: '1' }))
      .settled('2021-07-18T00:00:00.000Z');
    // 2.25 × 0.013 = 0.02925
    expect(story.money(story.last).slice(0, 2)).toEqual([
      'usage 0.02 for 2.25, 2021-06-18 to 2021-07-17, 30/30 line-down',
      'usage 1.00 for 1, 2021-06-18 to 2021-07-17, 30/30 line-down',
    ]);
  });

  it('counts once: a repetition records nothing, other content under the same id is refused', () => {
    const story = metered(at).does(at, use('150', 'u1', { usedAt: at }));
    expect(story.asked('2021-06-19T09:00:00.000Z', use('150', 'u1', { usedAt: at }))).toEqual([]);
    expect(story.no(at, use('151', 'u1', { usedAt: at }))).toBe('IDEMPOTENCY_KEY_REUSED');
    story.settled('2021-07-18T00:00:00.000Z');
    expect(story.no('2021-07-18T00:00:00.000Z', use('151', 'u1', { usedAt: at }))).toBe('IDEMPOTENCY_KEY_REUSED');
  });

  it.each(['constructor', '__proto__', 'toString', 'hasOwnProperty'])('may have %s as any of its names', (name) => {
    const story = metered(at).does(at, use('3', name, { meter: name, unitPrice: '1.00' }));
    expect(story.no(at, use('4', name, { meter: name, unitPrice: '1.00' }))).toBe('IDEMPOTENCY_KEY_REUSED');
    story.does(at, use('2', `${name}2`, { meter: name, unitPrice: '1.00' })).settled('2021-07-18T00:00:00.000Z');
    expect(story.money(story.last)[0]).toBe('usage 5.00 for 5, 2021-06-18 to 2021-07-17, 30/30 line-down');
  });

  it('of a closed cycle that is reported late is billed with the next', () => {
    const story = metered(at)
      .settled('2021-07-18T00:00:00.000Z')
      .does('2021-07-19T09:00:00.000Z', use('110', 'late', { usedAt: '2021-07-10T00:00:00.000Z' }))
      .settled('2021-08-18T00:00:00.000Z');
    expect(story.money(story.last)[0]).toBe('usage 1.00 for 10, 2021-07-18 to 2021-08-17, 31/31 line-down');
  });

  it('must lie between the purchase and the ledger’s clock, both included', () => {
    const later = '2021-06-20T10:00:00.000Z';
    const story = metered(at);
    for (const usedAt of ['2011-06-18T09:00:00.000Z', '2021-06-18T08:59:59.999Z', '2021-06-20T10:00:00.001Z'])
      expect(story.refusal(later, use('1', usedAt, { usedAt }))).toMatchObject({
        refused: 'VALIDATION_FAILED',
        facts: { errors: [{ path: 'usedAt' }] },
      });
    for (const usedAt of [at, later]) expect(story.no(later, use('1', usedAt, { usedAt }))).toBeUndefined();
  });

  it('is only for metered services', () => {
    expect(office(at).no(at, use('1', 'u1'))).toBe('WRONG_COMMERCE_KIND');
    expect(crm(at).no(at, deprovision)).toBe('WRONG_COMMERCE_KIND');
  });
});

describe('deprovisioning', () => {
  it('E58: bills unbilled usage, and returns nothing', () => {
    const story = metered(at)
      .does('2021-06-20T10:00:00.000Z', use('150', 'u1'))
      .does('2021-06-25T10:00:00.000Z', deprovision);
    expect(typesOf(story.last)).toEqual(['SubscriptionDeleted', 'ChargesPosted']);
    expect(story.last[0]?.data).toMatchObject({ cause: 'deprovisioned' });
    expect(story.money(story.last)).toEqual(['usage 5.00 for 50, 2021-06-18 to 2021-06-25, 30/30 line-down']);
    expect(story.no('2021-06-25T10:00:00.000Z', use('1', 'u2'))).toBe('SUBSCRIPTION_DELETED');
    expect(story.no('2021-06-25T10:00:00.000Z', deprovision)).toBe('SUBSCRIPTION_DELETED');
    expect(story.settled('2022-01-01T00:00:00.000Z').last).toEqual([]);
  });

  it('of an unused service ends it (R54) without a refund (R55)', () => {
    expect(typesOf(metered(at).does(at, deprovision).last)).toEqual(['SubscriptionDeleted']);
  });
});

it('a metered service is not refunded, and has neither seats nor term (R53, rule-book.md §4.3)', () => {
  const story = metered(at);
  expect(story.no(at, cancel)).toBe('NOT_RETURNABLE');
  expect(story.no(at, addSeats(1))).toBe('WRONG_COMMERCE_KIND');
  expect(story.no(at, autoRenew(false))).toBe('WRONG_COMMERCE_KIND');
  expect(story.no(at, schedule({ term: 'P1Y' }))).toBe('WRONG_COMMERCE_KIND');
  expect(story.no(at, upgrade('PLUS', 1))).toBe('WRONG_COMMERCE_KIND');
});
