import type { Answer } from '#event-store';
import { isRefusal } from '#kernel';
import type { Cart, CartEvent, CheckOutCart } from '#order';
import {
  answerOf,
  type Dispatch,
  preview,
  recordPreviewed,
  stale,
  tokenFor,
  type CommandAnswer,
  type Ledger,
} from '#ledger';
import { shownResults } from './carts.views.ts';
import type { Refusal } from '#ledger';

/**
 * Buys a reviewed cart, and returns when its order is complete (R22). A second checkout returns the same order
 * (E24). A quote also covers what the order's lines would record.
 */
export const checkOut = async (ledger: Ledger, command: CheckOutCart): Promise<CommandAnswer | Refusal> => {
  const { target: cartId, meta, options } = command;
  const { orders, handler } = ledger;
  const found = await orders.cartOf(cartId, meta.actor);
  if (isRefusal(found)) return found;
  const sent = { command, id: cartId, decider: await orders.cart(meta), ids: { cartId } };
  if (options.dryRun === true || options.quoteToken !== undefined) return quoted(ledger, sent);
  const outcome = await handler.handle(sent.decider, cartId, command, options);
  return isRefusal(outcome) ? outcome : fulfilled(ledger, command, outcome);
};

/** Previews the checkout and the purchase of every line, and goes on only if the result is what was quoted. */
const quoted = async (
  ledger: Ledger,
  sent: Dispatch<CheckOutCart, CartEvent, Cart>,
): Promise<CommandAnswer | Refusal> => {
  const { command, id: cartId } = sent;
  const { meta, options } = command;
  const { orders, dispatching } = ledger;
  const previewed = await preview(dispatching, sent);
  if (isRefusal(previewed)) return previewed;
  const [ordered] = previewed.events;
  // An ordered cart has nothing left to preview or to compare with the quote.
  const isNew = previewed.outcome === 'dryRun' && ordered?.type === 'CartOrdered';
  if (!isNew && options.dryRun === true) return fulfilled(ledger, command, previewed);
  if (isNew) {
    const { customerId, orderId, lines } = ordered.data;
    const { results, events } = await orders.previewCart({ cartId, customerId, lines }, meta);
    const token = tokenFor(dispatching, sent, [...previewed.events, ...events]);
    if (options.quoteToken !== undefined && options.quoteToken !== token) return stale();
    const ids = { cartId, orderId, ...shownResults(results) };
    if (options.dryRun === true) return answerOf(previewed, { ids, alsoRecorded: events, quoteToken: token });
  }
  const outcome = await recordPreviewed(dispatching, sent, previewed);
  return isRefusal(outcome) ? outcome : fulfilled(ledger, command, outcome);
};

/** The response for an ordered cart, once its order is complete. */
const fulfilled = async (
  ledger: Ledger,
  { target: cartId, meta }: CheckOutCart,
  outcome: Answer<CartEvent, Cart>,
): Promise<CommandAnswer | Refusal> => {
  const ordered = await ledger.orders.orderOf(cartId);
  if (ordered === undefined) throw new Error(`the cart ${cartId} is ordered without an order`);
  const done = await ledger.orders.completion(ordered);
  if (isRefusal(done)) return done;
  const { orderId, status, results } = done.order;
  const position = done.events.map((event) => event.position).reduce((a, b) => (a > b ? a : b), outcome.position);
  return answerOf(
    { ...outcome, events: [ordered], revision: ordered.revision, position },
    {
      ids: { cartId, orderId, status, ...shownResults(results) },
      // Only the command that created the order reports its location.
      ...(ordered.meta.commandId === meta.commandId ? { location: `/v1/orders/${orderId}` } : {}),
      alsoRecorded: done.events,
    },
  );
};
