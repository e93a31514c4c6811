import { givenFor } from '#kernel/testing';
import { timelineOf } from '#policy';
import { cart, statusAt, type CartEvent, type ExistingCart } from './cart.ts';
import {
  basic,
  carts,
  checkOut,
  create,
  created,
  expired,
  fine,
  lastInstant,
  meta,
  naming,
  replace,
  review,
  storage,
  unknown,
} from './order.testing.ts';

const given = givenFor(carts);
const later = '2021-08-19T08:00:00.000Z';

const opened = (lines = [basic]): CartEvent => ({
  type: 'CartCreated',
  data: {
    cartId: 'k1',
    partnerId: 'p1',
    customerId: 'c1',
    lines,
    errors: [],
    expiresAt: '2021-08-25T17:29:52.000Z',
    effectiveAt: created,
  },
});
const replaced = (effectiveAt = later, lines = [basic]): CartEvent => ({
  type: 'CartLinesReplaced',
  data: { cartId: 'k1', lines, errors: [], effectiveAt },
});
const reviewed = (effectiveAt = later): CartEvent => ({
  type: 'CartReviewed',
  data: { cartId: 'k1', ...fine, effectiveAt },
});
const ordered = (effectiveAt = later): CartEvent => ({
  type: 'CartOrdered',
  data: {
    cartId: 'k1',
    orderId: 'order-of-k1',
    partnerId: 'p1',
    customerId: 'c1',
    lines: [{ line: 0, subscriptionId: 'order-of-k1-0', ...basic }],
    effectiveAt,
  },
});

describe('creating a cart', () => {
  it('opens it for seven days (W42)', () => given().when(create()).then(opened()));

  it('accepts lines without a quantity, and an empty list (R20)', () => {
    given()
      .when(create(created, [storage]))
      .then(opened([storage]));
    given().when(create(created, [])).then(opened([]));
  });

  it('refuses an unknown customer (R1)', () => {
    const unknown = cart({ policies: timelineOf('seed-2021-09'), naming });
    givenFor(unknown)().when(create()).thenRefused('CUSTOMER_NOT_FOUND');
  });

  it('refuses a role that may not purchase (R3)', () => {
    for (const role of ['support', 'auditor', 'billing-reader'] as const)
      given()
        .when(create(created, [basic], meta(created, role)))
        .thenRefused('FORBIDDEN_ROLE');
  });

  it('succeeds once', () => given(opened()).when(create()).thenRefused('NOTHING_CHANGES'));
});

describe('replacing the lines', () => {
  it('changes an open cart', () =>
    given(opened())
      .when(replace(later, [storage]))
      .then(replaced(later, [storage])));

  it('reopens a reviewed cart (R21)', () => {
    given(opened(), reviewed()).when(replace(later)).then(replaced());
    given(opened(), reviewed(), replaced()).when(checkOut(later)).thenRefused('CART_NOT_REVIEWED');
  });
});

describe('reviewing', () => {
  it('records totals and errors', () => {
    const found = { ...fine, errors: [unknown] };
    given(opened([basic, storage]))
      .when(review(later, found))
      .then({ type: 'CartReviewed', data: { cartId: 'k1', ...found, effectiveAt: later } });
  });

  it('can be repeated', () => given(opened(), reviewed()).when(review(later)).then(reviewed()));

  it('refuses an empty cart', () => given(opened([])).when(review(later)).thenRefused('CART_EMPTY'));
});

describe('checking out', () => {
  it('makes the order that the cart names (R22)', () =>
    given(opened(), reviewed()).when(checkOut(later)).then(ordered()));

  it('names a subscription for each line', () => {
    const lines = [basic, storage];
    const { decision } = given(opened(lines), reviewed()).when(checkOut(later));
    expect(decision).toMatchObject([
      {
        data: {
          lines: [
            { line: 0, subscriptionId: 'order-of-k1-0', offerId: 'BASIC', quantity: 10 },
            { line: 1, subscriptionId: 'order-of-k1-1', offerId: 'STORAGE' },
          ],
        },
      },
    ]);
  });

  it('buys a cart whose review found errors, which are reported line by line', () => {
    const found: CartEvent = {
      type: 'CartReviewed',
      data: { cartId: 'k1', totals: [], amounts: [], errors: [{ ...unknown, line: 0 }], effectiveAt: later },
    };
    given(opened(), found).when(checkOut(later)).then(ordered());
  });

  it('refuses a cart that was not reviewed', () => {
    given(opened()).when(checkOut(later)).thenRefused('CART_NOT_REVIEWED');
    given(opened([])).when(checkOut(later)).thenRefused('CART_EMPTY');
  });

  it('gives one order, however often it is requested (E24)', () => {
    given(opened(), reviewed(), ordered()).when(checkOut(later)).thenNothing();
    given(opened(), reviewed(), ordered()).when(checkOut('2031-01-01T00:00:00.000Z')).thenNothing();
  });

  it('ends all other changes', () => {
    const past = [opened(), reviewed(), ordered()];
    given(...past)
      .when(replace(later))
      .thenRefused('CART_ALREADY_ORDERED');
    given(...past)
      .when(review(later))
      .thenRefused('CART_ALREADY_ORDERED');
    given(...past)
      .when(review(expired))
      .thenRefused('CART_ALREADY_ORDERED');
  });
});

describe('a cart of seven days', () => {
  it('can be used up to its last millisecond (W42)', () => {
    given(opened()).when(replace(lastInstant)).then(replaced(lastInstant));
    given(opened()).when(review(lastInstant)).then(reviewed(lastInstant));
    given(opened(), reviewed()).when(checkOut(lastInstant)).then(ordered(lastInstant));
  });

  it('is expired exactly after seven days (W42)', () => {
    given(opened()).when(replace(expired)).thenRefused('CART_EXPIRED');
    given(opened()).when(review(expired)).thenRefused('CART_EXPIRED');
    given(opened(), reviewed()).when(checkOut(expired)).thenRefused('CART_EXPIRED');
    given(opened([])).when(review(expired)).thenRefused('CART_EXPIRED');
  });

  it('does not live longer after an edit', () => {
    given(opened(), replaced(lastInstant)).when(replace(expired)).thenRefused('CART_EXPIRED');
  });

  it('never records an event before its last one (E13)', () =>
    given(opened(), reviewed(later)).when(checkOut(created)).then(ordered(later)));

  it('shows that it has expired', () => {
    const at = (...events: CartEvent[]) => events.reduce(carts.evolve, carts.initial) as ExistingCart;
    expect(statusAt(at(opened()), lastInstant)).toBe('open');
    expect(statusAt(at(opened(), reviewed()), lastInstant)).toBe('reviewed');
    expect(statusAt(at(opened(), reviewed()), expired)).toBe('expired');
    expect(statusAt(at(opened(), reviewed(), ordered()), expired)).toBe('ordered');
  });
});

describe('a cart of another partner', () => {
  it('does not exist', () => {
    const stranger = meta(later, 'global-admin', 'p2');
    const past = [opened(), reviewed()];
    for (const command of [replace(later, [basic], stranger), review(later, fine, stranger), checkOut(later, stranger)])
      given(...past)
        .when(command)
        .thenRefused('CART_NOT_FOUND');
    given().when(checkOut(later)).thenRefused('CART_NOT_FOUND');
  });

  it('is closed to roles that may not purchase as well', () =>
    given(opened(), reviewed())
      .when(checkOut(later, meta(later, 'auditor')))
      .thenRefused('FORBIDDEN_ROLE'));
});
