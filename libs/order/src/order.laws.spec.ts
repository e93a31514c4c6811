import * as fc from 'fast-check';
import { isRefusal } from '#kernel';
import { type Cart, type CartCommand, type CartEvent, type ExistingCart } from './cart.ts';
import {
  basic,
  carts,
  checkOut,
  create,
  created,
  expired,
  fine,
  meta,
  replace,
  review,
  storage,
} from './order.testing.ts';
import { order, PlaceOrder, RecordOrderLine, type Order, type OrderCommand, type OrderEvent } from './order.ts';

const instant = fc.constantFrom(created, '2021-08-20T00:00:00.000Z', '2021-08-25T17:29:51.999Z', expired);

const cartCommand: fc.Arbitrary<CartCommand> = instant.chain((at) =>
  fc.oneof(
    fc.constantFrom([], [basic], [storage, basic]).map((lines) => replace(at, lines)),
    fc.constant(review(at, fine)),
    fc.constant(checkOut(at)),
    fc.constant(checkOut(at, meta(at, 'sales-agent', 'p2'))),
  ),
);

/** The outcome of each command, and the cart after it. */
const lived = (commands: readonly CartCommand[]) => {
  let state: Cart = carts.initial;
  const steps = [create(), ...commands].map((command) => {
    const before = state;
    const decision = carts.decide(command, before);
    const events = isRefusal(decision) ? [] : decision;
    state = events.reduce(carts.evolve, before);
    return { command, before, events };
  });
  return { steps, events: steps.flatMap(({ events }) => events), state: state as ExistingCart };
};

describe('laws of the cart', () => {
  it('gives at most one order, for any sequence of commands (E24)', () => {
    fc.assert(
      fc.property(fc.array(cartCommand, { maxLength: 20 }), (commands) => {
        const { events } = lived(commands);
        const orders = events.filter(({ type }) => type === 'CartOrdered');
        expect(orders.length).toBeLessThanOrEqual(1);
        if (orders.length === 1) expect(events.at(-1)).toBe(orders[0]);
      }),
    );
  });

  it('orders only what was reviewed last, and nothing from the instant of its expiry on (R22, W42)', () => {
    fc.assert(
      fc.property(fc.array(cartCommand, { maxLength: 20 }), (commands) => {
        const { steps, events, state } = lived(commands);
        const bought = steps.find((step) => step.events.some(({ type }) => type === 'CartOrdered'));
        if (bought === undefined) return;
        expect(events.at(-2)?.type).toBe('CartReviewed');
        expect(bought.events[0]?.data).toMatchObject({ lines: state.lines });
        expect(bought.command.meta.at < expired).toBe(true);
      }),
    );
  });

  it('never goes back in time (E13)', () => {
    fc.assert(
      fc.property(fc.array(cartCommand, { maxLength: 20 }), (commands) => {
        const times = lived(commands).events.map(({ data }) => data.effectiveAt);
        expect(times).toEqual([...times].sort());
      }),
    );
  });

  it('reads back from JSON exactly as it was written', () => {
    fc.assert(
      fc.property(fc.array(cartCommand, { maxLength: 20 }), (commands) => {
        const { events } = lived(commands);
        expect(JSON.parse(JSON.stringify(events)) as CartEvent[]).toEqual(events);
      }),
    );
  });
});

const lines = [0, 1, 2].map((line) => ({ line, subscriptionId: `s${line}`, ...basic }));
const system = meta(created, 'system');
const placing = { orderId: 'o1', cartId: 'k1', customerId: 'c1', lines, orderedAt: created };
const orderCommand: fc.Arbitrary<OrderCommand> = fc.oneof(
  fc.constant(new PlaceOrder(placing, system)),
  fc.tuple(fc.integer({ min: 0, max: 3 }), fc.boolean()).map(
    ([line, yes]) =>
      new RecordOrderLine(
        {
          orderId: 'o1',
          line,
          result: yes ? { subscriptionId: `s${line}` } : { code: 'OFFER_UNKNOWN', detail: 'no' },
        },
        system,
      ),
  ),
);

describe('laws of the order', () => {
  it('is complete exactly when every line has its one result, and then never changes', () => {
    fc.assert(
      fc.property(fc.array(orderCommand, { maxLength: 20 }), (commands) => {
        let state: Order = order.initial;
        const events: OrderEvent[] = [];
        for (const command of commands) {
          const decision = order.decide(command, state);
          if (isRefusal(decision)) continue;
          if (state.orderId !== null && state.status !== 'pending') expect(decision).toEqual([]);
          events.push(...decision);
          state = decision.reduce(order.evolve, state);
        }
        const told = events.flatMap(({ type, data }) =>
          (type === 'OrderLineFulfilled' || type === 'OrderLineRefused') && 'line' in data ? [data.line] : [],
        );
        expect(new Set(told).size).toBe(told.length);
        expect(events.filter(({ type }) => type === 'OrderCompleted')).toHaveLength(told.length === 3 ? 1 : 0);
      }),
    );
  });
});
