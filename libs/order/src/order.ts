import { hidden, commandNaming, commandTo, refuse, type Decider, type Event, type Instant } from '#kernel';
import type { OrderLine } from './line.ts';
import type { Decision, RefusalCode } from './refusals.ts';

/** Record an order that a cart became. Sent by the order process. */
export class PlaceOrder extends commandNaming('order', 'PlaceOrder')<{
  readonly orderId: string;
  readonly cartId: string;
  readonly customerId: string;
  readonly lines: readonly OrderLine[];
  /** When the cart was checked out: the order takes effect then, whenever it is recorded. */
  readonly orderedAt: Instant;
}> {}

/** Record the result of a line: its subscription, or the refusal of its purchase. */
export class RecordOrderLine extends commandTo('order', 'RecordOrderLine')<{
  readonly line: number;
  readonly result: LineResult;
}> {}

export type OrderCommand = PlaceOrder | RecordOrderLine;

export type LineResult = { readonly subscriptionId: string } | { readonly code: string; readonly detail: string };

/** An order was placed; its lines are being bought. */
export type OrderPlaced = Event<
  'OrderPlaced',
  {
    readonly orderId: string;
    readonly cartId: string;
    readonly partnerId: string;
    readonly customerId: string;
    readonly lines: readonly OrderLine[];
  }
>;

/** A line was bought; its subscription exists. */
export type OrderLineFulfilled = Event<
  'OrderLineFulfilled',
  { readonly orderId: string; readonly line: number; readonly subscriptionId: string }
>;

/** A line could not be bought when its turn came. */
export type OrderLineRefused = Event<
  'OrderLineRefused',
  { readonly orderId: string; readonly line: number; readonly code: string; readonly detail: string }
>;

/** Every line has its result. Recorded together with the last one. */
export type OrderCompleted = Event<'OrderCompleted', { readonly orderId: string; readonly status: FinalStatus }>;

export type OrderEvent = OrderPlaced | OrderLineFulfilled | OrderLineRefused | OrderCompleted;

/** All lines were bought, some, or none. */
export type FinalStatus = 'completed' | 'partialSuccess' | 'refused';

export type PlacedOrder = Omit<OrderPlaced['data'], 'effectiveAt'> & {
  readonly status: 'pending' | FinalStatus;
  /** By line, in the order in which they came. */
  readonly results: ReadonlyMap<number, LineResult>;
  readonly orderedAt: Instant;
};

export type Order = { readonly orderId: null } | PlacedOrder;

const decide = (command: OrderCommand, state: Order): Decision<OrderEvent> => {
  const { partnerId } = command.meta.actor;
  if (state.orderId !== null && state.partnerId !== partnerId) return notFound();
  if (command.type === 'PlaceOrder') return place(command, state);
  return state.orderId === null ? notFound() : record(command, state);
};

const notFound = () => hidden(refuse('ORDER_NOT_FOUND', 'there is no such order'));

const place = ({ data, meta }: PlaceOrder, state: Order): Decision<OrderPlaced> => {
  if (state.orderId !== null) return [];
  const { orderedAt, ...placed } = data;
  return [{ type: 'OrderPlaced', data: { ...placed, partnerId: meta.actor.partnerId, effectiveAt: orderedAt } }];
};

/** The first result of a line stays: a second one comes too late and changes nothing. */
const record = ({ data: { line, result } }: RecordOrderLine, state: PlacedOrder): Decision<OrderEvent> => {
  const { orderId, lines, results, orderedAt: effectiveAt } = state;
  if (results.has(line)) return [];
  if (!lines.some((ordered) => ordered.line === line))
    return hidden(refuse('ORDER_NOT_FOUND', `the order ${orderId} has no line ${line}`));
  const told: OrderEvent =
    'code' in result
      ? { type: 'OrderLineRefused', data: { orderId, line, ...result, effectiveAt } }
      : { type: 'OrderLineFulfilled', data: { orderId, line, ...result, effectiveAt } };
  const all = new Map(results).set(line, result);
  if (all.size < lines.length) return [told];
  return [told, { type: 'OrderCompleted', data: { orderId, status: outcomeOf([...all.values()]), effectiveAt } }];
};

const outcomeOf = (results: readonly LineResult[]): FinalStatus => {
  const refused = results.filter((result) => 'code' in result).length;
  if (refused === 0) return 'completed';
  return refused === results.length ? 'refused' : 'partialSuccess';
};

const evolve = (state: Order, event: OrderEvent): Order => {
  if (event.type === 'OrderPlaced') {
    const { effectiveAt, ...placed } = event.data;
    return { ...placed, status: 'pending', results: new Map(), orderedAt: effectiveAt };
  }
  if (state.orderId === null) return state;
  switch (event.type) {
    case 'OrderLineFulfilled': {
      const { line, subscriptionId } = event.data;
      return { ...state, results: new Map(state.results).set(line, { subscriptionId }) };
    }
    case 'OrderLineRefused': {
      const { line, code, detail } = event.data;
      return { ...state, results: new Map(state.results).set(line, { code, detail }) };
    }
    case 'OrderCompleted':
      return { ...state, status: event.data.status };
  }
};

/** The order of a cart, with the result of each line. */
export const order: Decider<OrderCommand, OrderEvent, Order, RefusalCode> = {
  category: 'order',
  initial: { orderId: null },
  decide,
  evolve,
};
