import { addSeats, adjust, autoRenew, rename, resume } from '../asks.testing.ts';
import { activate, crm, office } from '../kinds.testing.ts';
import { nextDue } from '../time/advance.ts';
import { typesOf } from '../subscription.testing.ts';

const at = '2022-06-18T09:00:00.000Z';
const docs = { preset: 'docs-2022-03' } as const;

describe('a marketplace subscription that its publisher activates', () => {
  it('is pending and free until then, and nothing falls due', () => {
    const story = crm(at, {}, docs);
    expect(typesOf(story.events)).toEqual(['SubscriptionCreated']);
    expect(story.state.status).toBe('pending');
    expect(story.state.activationLink).toBe('https://crm.example/setup?subscription=s1');
    expect(nextDue(story.state)).toBeNull();
    expect(story.settled('2023-06-18T00:00:00.000Z').last).toEqual([]);
    expect(story.no(at, addSeats(1))).toBe('NOT_ACTIVE');
    expect(story.no(at, autoRenew(false))).toBe('NOT_ACTIVE');
    expect(story.no(at, resume)).toBe('WRONG_COMMERCE_KIND');
    expect(story.no(at, rename('Ours'))).toBeUndefined();
    expect(story.no(at, adjust('-1.00'))).toBeUndefined();
  });

  it('begins its term and its billing with the activation', () => {
    const story = crm(at, { term: 'P1Y' }, docs).does('2022-07-05T10:00:00.000Z', activate);
    expect(story.money()).toEqual(['new 100.00 for 10, 2022-07-05 to 2022-08-04, 31/31 whole-cycle']);
    expect(story.state).toMatchObject({
      status: 'active',
      termStart: '2022-07-05',
      termEnd: '2023-07-04',
      anchor: { day: 5, rule: 'clamp' },
      purchasedAt: at,
    });
    expect(story.settled('2022-08-05T00:00:00.000Z').money(story.last)).toEqual([
      'cycleCharge 100.00 for 10, 2022-08-05 to 2022-09-04, 31/31 whole-cycle',
    ]);
  });

  it('begins its 30 free days with the activation as well', () => {
    const story = crm(at, { skuId: '0002' }, docs).does('2022-07-05T10:00:00.000Z', activate);
    expect(story.state).toMatchObject({ isTrial: true, termEnd: '2022-08-03' });
    expect(story.settled('2022-08-04T00:00:00.000Z').money()).toEqual([
      'new 0.00 for 10, 2022-07-05 to 2022-08-03, 30/30 whole-cycle',
      'renew 20.00 for 10, 2022-08-04 to 2022-09-03, 31/31 whole-cycle',
    ]);
  });

  it('is activated once; other subscriptions cannot be', () => {
    expect(crm(at, {}, docs).does(at, activate).no(at, activate)).toBe('NOT_PENDING');
    expect(crm(at).no(at, activate)).toBe('NOT_PENDING');
    expect(office(at, {}, docs).no(at, activate)).toBe('WRONG_COMMERCE_KIND');
  });
});
