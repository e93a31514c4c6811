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
 * Buys a reviewed cart, and answers when its order is complete (R22). Bought again, it is answered with the same order
 * (E24). A quote holds for what the order's lines would record, too.
 */
export const checkOut = async (ledger: Ledger, command: CheckOutCart): Promise<CommandAnswer | Refusal> => {
  const { target: cartId, meta, options } = command;
  const { orders, handling } = ledger;
  const found = await orders.cartOf(cartId, meta.actor);
  if (isRefusal(found)) return found;
  const sent = { command, id: cartId, decider: await orders.cart(meta), ids: { cartId } };
  if (options.dryRun === true || options.quoteToken !== undefined) return quoted(ledger, sent);
  const outcome = await handling.handle(sent.decider, cartId, command, options);
  return isRefusal(outcome) ? outcome : fulfilled(ledger, command, outcome);
};

/** Tries the checkout and the purchase of every line; goes on only where that is what was quoted. */
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
  // Where it is ordered already, there is nothing left to try, nor to hold to.
  const isNew = previewed.outcome === 'dryRun' && ordered?.type === 'CartOrdered';
  if (!isNew && options.dryRun === true) return fulfilled(ledger, command, previewed);
  if (isNew) {
    const { customerId, orderId, lines } = ordered.data;
    const { results, events } = await orders.rehearse({ cartId, customerId, lines }, meta);
    const token = tokenFor(dispatching, sent, [...previewed.events, ...events]);
    if (options.quoteToken !== undefined && options.quoteToken !== token) return stale();
    const ids = { cartId, orderId, ...shownResults(results) };
    if (options.dryRun === true) return answerOf(previewed, { ids, alsoRecorded: events, quoteToken: token });
  }
  const outcome = await recordPreviewed(dispatching, sent, previewed);
  return isRefusal(outcome) ? outcome : fulfilled(ledger, command, outcome);
};

/** The answer to a cart that is ordered, once its order is complete. */
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
      // Created by the first who bought it; to others it is there already.
      ...(ordered.meta.commandId === meta.commandId ? { location: `/v1/orders/${orderId}` } : {}),
      alsoRecorded: done.events,
    },
  );
};
