import { givenFor } from '#kernel/testing';
import { basic, meta, storage } from './order.testing.ts';
import { order, PlaceOrder, RecordOrderLine, type LineResult, type OrderEvent } from './order.ts';

const given = givenFor(order);
const orderedAt = '2021-08-19T08:00:00.000Z';
const muchLater = '2021-08-21T00:00:00.000Z';

const lines = [
  { line: 0, subscriptionId: 's0', ...basic },
  { line: 1, subscriptionId: 's1', ...storage },
];
const placing = { orderId: 'o1', cartId: 'k1', customerId: 'c1', lines, orderedAt };
const place = (who = meta(muchLater, 'system')) => new PlaceOrder(placing, who);
const record = (line: number, result: LineResult, who = meta(muchLater, 'system')) =>
  new RecordOrderLine({ orderId: 'o1', line, result }, who);

const placed: OrderEvent = {
  type: 'OrderPlaced',
  data: { orderId: 'o1', cartId: 'k1', partnerId: 'p1', customerId: 'c1', lines, effectiveAt: orderedAt },
};
const fulfilled = (line: number): OrderEvent => ({
  type: 'OrderLineFulfilled',
  data: { orderId: 'o1', line, subscriptionId: `s${line}`, effectiveAt: orderedAt },
});
const no = { code: 'OFFER_UNKNOWN', detail: 'there is no such offer' } as const;
const refused = (line: number): OrderEvent => ({
  type: 'OrderLineRefused',
  data: { orderId: 'o1', line, ...no, effectiveAt: orderedAt },
});
const completed = (status: 'completed' | 'partialSuccess' | 'refused'): OrderEvent => ({
  type: 'OrderCompleted',
  data: { orderId: 'o1', status, effectiveAt: orderedAt },
});

describe('an order', () => {
  it('takes effect when the cart was bought, however late it is placed', () => given().when(place()).then(placed));

  it('is placed once', () => given(placed).when(place()).thenNothing());

  it('keeps the result of each line', () => {
    given(placed)
      .when(record(0, { subscriptionId: 's0' }))
      .then(fulfilled(0));
    given(placed).when(record(1, no)).then(refused(1));
  });

  it.each([
    ['completed', fulfilled(0), { subscriptionId: 's1' }, fulfilled(1)],
    ['partialSuccess', fulfilled(0), no, refused(1)],
    ['partialSuccess', refused(0), { subscriptionId: 's1' }, fulfilled(1)],
    ['refused', refused(0), no, refused(1)],
  ] as const)('is %s with its last line', (status, first, result, last) =>
    given(placed, first).when(record(1, result)).then(last, completed(status)),
  );

  it('accepts one result per line', () => {
    given(placed, fulfilled(0)).when(record(0, no)).thenNothing();
    given(placed, refused(0), fulfilled(1), completed('partialSuccess'))
      .when(record(0, { subscriptionId: 's0' }))
      .thenNothing();
  });

  it('has no more lines than were ordered', () =>
    given(placed)
      .when(record(2, { subscriptionId: 's2' }))
      .thenRefused('ORDER_NOT_FOUND'));

  it('does not exist for another partner, or before it was placed', () => {
    const stranger = meta(muchLater, 'system', 'p2');
    given(placed).when(place(stranger)).thenRefused('ORDER_NOT_FOUND');
    given(placed)
      .when(record(0, no, stranger))
      .thenRefused('ORDER_NOT_FOUND');
    given().when(record(0, no)).thenRefused('ORDER_NOT_FOUND');
  });
});
