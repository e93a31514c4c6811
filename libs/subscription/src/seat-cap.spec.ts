import { addSeats, convert, schedule, upgrade } from './asks.testing.ts';
import {
  bought,
  catalogue,
  nothing,
  offer,
  plan,
  purchase,
  Story,
  contextOf,
  type Details,
} from './subscription.testing.ts';
import type { HeldSeats } from './context.ts';

const at = '2021-06-18T09:00:00.000Z';
const month = [plan('P1M', 'monthly', '10.08')];
const shop = catalogue('caps', '2021-01-01T00:00:00Z', [
  offer('CAPPED', [{ maxSeatsPerCustomer: 300, plans: month }]),
  offer('FREE', [{ upgradeTargets: ['CAPPED/0001'], plans: month }]),
  offer('TRIAL', [{ trialDays: 30, convertsTo: 'CAPPED/0001', plans: [plan('P1M', 'monthly', '0')] }]),
]);
const setting = { catalogues: [shop] };

const held = (quantity: number, subscriptionId = 'another', offerId = 'CAPPED'): HeldSeats => ({
  subscriptionId,
  offerId,
  skuId: '0001',
  quantity,
});

/** The same life where readers see the customer with these seats. */
const among = (story: Story, ...seats: readonly HeldSeats[]): Story => {
  const { context, subscriptionId, reached } = story;
  const told = new Story({ ...context, customer: { ...context.customer, seats } }, subscriptionId);
  told.reached = reached;
  return told;
};

const capped = (details: Details) => bought(at, { offerId: 'CAPPED', ...details }, setting);

describe('E48, W41: the cap over all of a customer’s subscriptions', () => {
  it('refuses a purchase of 200 where 200 of 300 are held, and accepts 100', () => {
    const buyer = among(nothing(setting), held(200));
    expect(buyer.refusal(at, purchase({ offerId: 'CAPPED', quantity: 200 }))).toMatchObject({
      refused: 'OFFER_LIMIT',
      facts: { limit: 300, held: 200 },
    });
    expect(buyer.no(at, purchase({ offerId: 'CAPPED', quantity: 100 }))).toBeUndefined();
  });

  it("refuses more seats, and counts the subscription's own seats once", () => {
    const story = among(capped({ quantity: 50 }), held(200), held(50, 's1'), held(900, 'third', 'FREE'));
    expect(story.refusal(at, addSeats(51))).toMatchObject({ refused: 'OFFER_LIMIT', facts: { limit: 300, held: 250 } });
    expect(story.no(at, addSeats(50))).toBeUndefined();
  });

  it('is not checked where the seats are claimed already', () => {
    expect(contextOf(setting).customer).not.toHaveProperty('seats');
    expect(nothing(setting).no(at, purchase({ offerId: 'CAPPED', quantity: 301 }))).toBeUndefined();
    expect(capped({ quantity: 300 }).no(at, addSeats(1))).toBeUndefined();
  });

  it('does not affect a SKU without a cap', () =>
    expect(among(nothing(setting), held(300)).no(at, purchase({ offerId: 'FREE', quantity: 900 }))).toBeUndefined());

  it('refuses an upgrade into the capped SKU, of all seats or of some, into a new or an existing subscription', () => {
    const story = among(bought(at, { offerId: 'FREE', quantity: 100 }, setting), held(250));
    expect(story.no(at, upgrade('CAPPED', 100))).toBe('OFFER_LIMIT');
    expect(story.no(at, upgrade('CAPPED', 51))).toBe('OFFER_LIMIT');
    expect(story.no(at, upgrade('CAPPED', 51, 'another'))).toBe('OFFER_LIMIT');
    expect(story.no(at, upgrade('CAPPED', 50))).toBeUndefined();
  });

  it('refuses a conversion to it', () => {
    const story = among(bought(at, { offerId: 'TRIAL', quantity: 25 }, setting), held(250));
    expect(story.no(at, convert({ quantity: 51 }))).toBe('OFFER_LIMIT');
    expect(story.no(at, convert({ quantity: 50 }))).toBeUndefined();
  });

  it('refuses a scheduled change to more seats', () => {
    const story = among(bought(at, { offerId: 'FREE', quantity: 100 }, setting), held(250));
    const to = { offerId: 'CAPPED', skuId: '0001' };
    expect(story.no(at, schedule(to))).toBe('OFFER_LIMIT');
    expect(story.no(at, schedule({ ...to, upgradeQuantity: 51 }))).toBe('OFFER_LIMIT');
    expect(story.no(at, schedule({ ...to, upgradeQuantity: 50 }))).toBeUndefined();
  });

  it('accepts fewer seats, even above the cap', () => {
    const story = among(capped({ quantity: 200 }), held(250));
    expect(story.no(at, schedule({ quantity: 150 }))).toBeUndefined();
  });
});
