import { isRefusal, type Recorded } from '#kernel';
import { sum } from '#money';
import type { CartLine, LineAmount, LineResult, OrderLine, Review, Total } from '#order';
import { PurchaseSubscription, type ChargesPosted, type HeldSubscription } from '#subscription';
import { deterministicId, reservedId } from '../context/deterministic-id.ts';
import type { Outcome } from '../context/refusals.ts';
import type { PartnerMeta } from '#policy';

/** Derived ids: one cart makes one order, and a line one subscription, in every process (E24). */
export const naming = {
  orderId: (cartId: string): string => deterministicId('order-of-cart', cartId),
  subscriptionId: (orderId: string, line: number): string => reservedId('subscription-of-order', orderId, String(line)),
};

/** The command id of a line's purchase: the same for every attempt. */
export const purchaseIdOf = (orderId: string, line: number): string =>
  deterministicId('purchase-of-order', orderId, String(line));

/** The purchase of a line of an order. */
export const purchaseOf = (
  { line, ...request }: OrderLine,
  { orderId, customerId }: { readonly orderId: string; readonly customerId: string },
  meta: PartnerMeta,
): PurchaseSubscription =>
  new PurchaseSubscription({ ...request, orderId, customerId }, { ...meta, commandId: purchaseIdOf(orderId, line) });

/** Previews one purchase as if the customer held these subscriptions, too; records nothing. */
export type Attempt = (command: PurchaseSubscription, besides: readonly HeldSubscription[]) => Promise<Outcome>;

type Filled = { readonly cartId: string; readonly customerId: string; readonly lines: readonly CartLine[] };

/** The result of buying a cart's lines, with every event that it would record. */
export type CartPreview = Review & {
  readonly results: ReadonlyMap<number, LineResult>;
  readonly events: readonly Recorded[];
};

/**
 * Previews the purchase of each line, and records nothing. A line is judged as if those before it were bought already: if two
 * lines need the last place of a limited offer, the second is refused (R5).
 */
export const previewCart = async (attempt: Attempt, cart: Filled, meta: PartnerMeta): Promise<CartPreview> => {
  const orderId = naming.orderId(cart.cartId);
  const siblings: HeldSubscription[] = [];
  const amounts: LineAmount[] = [];
  const results = new Map<number, LineResult>();
  const events: Recorded[] = [];
  for (const [line, request] of cart.lines.entries()) {
    const ordered = { ...request, line, subscriptionId: naming.subscriptionId(orderId, line) };
    const outcome = await attempt(purchaseOf(ordered, { ...cart, orderId }, meta), siblings);
    if (isRefusal(outcome)) {
      results.set(line, { code: outcome.refused, detail: outcome.because });
      continue;
    }
    const { offerId, skuId, quantity = 1 } = request;
    siblings.push({ subscriptionId: ordered.subscriptionId, offerId, skuId, quantity, status: 'active' });
    results.set(line, { subscriptionId: ordered.subscriptionId });
    events.push(...outcome.events);
    for (const { data } of outcome.events.filter(isCharge)) {
      const subtotals = data.lines.map(({ subtotal }) => subtotal);
      amounts.push({ line, amount: sum(subtotals, data.currency), currency: data.currency });
    }
  }
  const errors = [...results].flatMap(([line, result]) => ('code' in result ? [{ line, ...result }] : []));
  return { totals: totalsOf(amounts), amounts, errors, results, events };
};

const isCharge = (event: Recorded): event is Recorded<ChargesPosted> => event.type === 'ChargesPosted';

const totalsOf = (amounts: readonly LineAmount[]): readonly Total[] =>
  [...Map.groupBy(amounts, ({ currency }) => currency)].map(([currency, of]) => ({
    currency,
    amount: sum(
      of.map(({ amount }) => amount),
      currency,
    ),
  }));
