import type { Instant } from '#kernel';
import { timelineOf, type PartnerMeta, type Role } from '#policy';
import { cart, CheckOutCart, CreateCart, ReplaceCartLines, ReviewCart } from './cart.ts';
import type { CartLine, LineError, Review } from './line.ts';

/** W42. */
export const created: Instant = '2021-08-18T17:29:52.000Z';
export const lastInstant: Instant = '2021-08-25T17:29:51.999Z';
export const expired: Instant = '2021-08-25T17:29:52.000Z';

export const naming = {
  orderId: (cartId: string) => `order-of-${cartId}`,
  subscriptionId: (orderId: string, line: number) => `${orderId}-${line}`,
};

export const carts = cart({ policies: timelineOf('seed-2021-09'), naming, customer: { customerId: 'c1' } });

export const meta = (at: Instant, role: Role = 'sales-agent', partnerId = 'p1'): PartnerMeta => ({
  commandId: 'a-command',
  at,
  actor: { id: 'a-user', role, partnerId },
  partner: { model: 'directBill', cloud: 'global', newCommercePreview: true },
  correlationId: 'a-correlation',
  causationId: 'a-command',
});

export const basic: CartLine = { offerId: 'BASIC', skuId: '0001', quantity: 10, term: 'P1M', billingCycle: 'monthly' };
export const storage: CartLine = { offerId: 'STORAGE', skuId: '0001', term: 'P1M', billingCycle: 'monthly' };

export const unknown: LineError = { line: 1, code: 'OFFER_UNKNOWN', detail: 'there is no offer STORAGE' };

export const fine: Review = {
  totals: [{ currency: 'EUR', amount: '100.80' }],
  amounts: [{ line: 0, amount: '100.80', currency: 'EUR' }],
  errors: [],
};

export const create = (at = created, lines: readonly CartLine[] = [basic], who = meta(at)) =>
  new CreateCart({ cartId: 'k1', customerId: 'c1', lines, errors: [] }, { ...who, at });
export const replace = (at: Instant, lines: readonly CartLine[] = [basic], who = meta(at)) =>
  new ReplaceCartLines({ cartId: 'k1', lines, errors: [] }, { ...who, at });
export const review = (at: Instant, found: Review = fine, who = meta(at)) =>
  new ReviewCart({ cartId: 'k1', ...found }, { ...who, at });
export const checkOut = (at: Instant, who = meta(at)) => new CheckOutCart({ cartId: 'k1' }, { ...who, at });
