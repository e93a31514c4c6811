import { dayOf } from '#calendar';
import type { Event } from '#kernel';
import type { Decimal } from '#money';
import { chargedParts } from '../add-on.ts';
import { endedByUpgrade, type AddOnEnded } from '../add-on-events.ts';
import { capped, charge, credit, post, type ChargesPosted } from '../charges/charges.ts';
import type { Priced } from '../product.ts';
import type { AddOn, Existing } from '../state.ts';

/** All seats moved to another SKU; the subscription keeps its id, its term and its end. */
export type SubscriptionUpgraded = Event<
  'SubscriptionUpgraded',
  {
    readonly from: { readonly offerId: string; readonly skuId: string };
    readonly offerId: string;
    readonly skuId: string;
    readonly offerName: string;
    readonly quantity: number;
    readonly unitPrice: Decimal;
    readonly catalogVersion: string;
    /** A billing plan that was to begin with the next cycle still does, at the new SKU's price. */
    readonly pendingPlan: Existing['pendingPlan'];
  }
>;

type Converting = Pick<Existing, 'quantity' | 'pendingPlan'> & {
  readonly priced: Priced;
  /** Add-ons that the target SKU does not carry. */
  readonly leftBehind: readonly AddOn[];
  readonly referenceId: string;
};

/** Every seat to the other SKU, with what is charged for it, and the end of the add-ons that do not come along (R92). */
export const moveAll = (
  state: Existing,
  { priced, quantity, pendingPlan, leftBehind, referenceId }: Converting,
  at: string,
): readonly (SubscriptionUpgraded | AddOnEnded | ChargesPosted)[] => {
  const { offer, sku, unitPrice, catalogVersion } = priced;
  const product = { offerId: offer.offerId, skuId: sku.skuId, unitPrice };
  const lines = [
    ...chargedParts({ ...state, addOns: leftBehind }).map((part) => credit('convert', part, dayOf(at))),
    charge('convert', { ...state, ...product, quantity }, dayOf(at)),
  ];
  const from = { offerId: state.offerId, skuId: state.skuId };
  return [
    {
      type: 'SubscriptionUpgraded',
      data: { from, ...product, offerName: offer.name, quantity, catalogVersion, pendingPlan, effectiveAt: at },
    },
    ...endedByUpgrade(leftBehind, at),
    post(state, referenceId, at, capped(lines, state)),
  ];
};

export const evolve = (
  state: Existing,
  { data: { from: _, effectiveAt, ...upgraded } }: SubscriptionUpgraded,
): Existing => ({
  ...state,
  ...upgraded,
  lots:
    upgraded.quantity > state.quantity
      ? [...state.lots, { quantity: upgraded.quantity - state.quantity, since: effectiveAt }]
      : state.lots,
});
