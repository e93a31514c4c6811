import type { Answer, Outcome } from '#event-store';
import { isRefusal, type Refusal } from '#kernel';
import type { Cart, CartEvent, CheckOutCart } from '#order';
import { answerOf, type CommandAnswer, type Ledger, rehearsalToken, stale } from '#ledger';
import { shownResults } from './carts.views.ts';

/** Buys a reviewed cart, and answers when its order is complete (R22). Bought again, it is answered with the same order (E24). */
export const checkOut = async (ledger: Ledger, command: CheckOutCart): Promise<CommandAnswer | Refusal> => {
  const cartId = command.meta.subject ?? '';
  const found = await ledger.orders.cartOf(cartId, command.meta.actor);
  if (isRefusal(found)) return found;
  const { dryRun, quote } = command.meta.conditions ?? {};
  const quoted = dryRun === true || quote !== undefined ? await tried(ledger, cartId, command) : undefined;
  if (quoted !== undefined && !('base' in quoted)) return quoted;
  const outcome = await handle(ledger, cartId, command, { expected: quoted?.base });
  if (isRefusal(outcome)) return quoted !== undefined && outcome.refused === 'REVISION_MISMATCH' ? stale() : outcome;
  return fulfilled(ledger, cartId, command, outcome);
};

const handle = async (
  ledger: Ledger,
  cartId: string,
  command: CheckOutCart,
  { expected, dryRun }: { readonly expected?: number | undefined; readonly dryRun?: boolean } = {},
): Promise<Outcome<CartEvent, Cart>> =>
  ledger.handling.handle(await ledger.orders.cart(command.meta), cartId, command, {
    expected: expected ?? command.meta.conditions?.revision,
    dryRun,
  });

/** A dry run's answer; or, where a quote holds, the revision of the cart that it holds for. */
const tried = async (
  ledger: Ledger,
  cartId: string,
  command: CheckOutCart,
): Promise<CommandAnswer | Refusal | { readonly base: number | undefined }> => {
  const { meta } = command;
  const outcome = await handle(ledger, cartId, command, { dryRun: true });
  if (isRefusal(outcome)) return outcome;
  const [ordered] = outcome.events;
  // It is ordered already: there is nothing left to try, nor to hold to.
  if (outcome.outcome === 'replayed' || ordered?.type !== 'CartOrdered')
    return meta.conditions?.dryRun === true ? fulfilled(ledger, cartId, command, outcome) : { base: undefined };
  const { customerId, orderId, lines } = ordered.data;
  const rehearsal = await ledger.orders.rehearse({ cartId, customerId, lines }, meta);
  const token = rehearsalToken(rehearsal, ledger.commands.surroundings(), meta);
  const { dryRun, quote } = meta.conditions ?? {};
  if (quote !== undefined && quote !== token) return stale();
  if (dryRun !== true) return { base: ordered.revision - 1 };
  return answerOf(outcome, {
    ids: { cartId, orderId, ...shownResults(rehearsal.results) },
    alsoRecorded: rehearsal.events,
    quoteToken: token,
  });
};

/** The answer to a cart that is ordered, once its order is complete. */
const fulfilled = async (
  ledger: Ledger,
  cartId: string,
  { meta }: CheckOutCart,
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
