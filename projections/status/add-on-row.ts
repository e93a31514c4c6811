import { drop, patch, put, type Change, type Recorded, type Table } from '#kernel';
import type { SubscriptionEvent } from '#subscription';
import { idOf } from '../stream.ts';

/** Seats of an add-on SKU on a subscription (R37). */
export type AddOnRow = {
  readonly subscription_id: string;
  readonly offer_id: string;
  readonly sku_id: string;
  /** Counted in the order in which add-ons came. */
  readonly sequence: number;
  readonly offer_name: string;
  readonly quantity: number;
  readonly unit_price: string;
  readonly status: 'active' | 'suspended';
  /** JSON: `{ reason, suspendedAt, autoExpiresAt }`. */
  readonly suspension: string | null;
};

export const addOnsTable = {
  key: ['subscription_id', 'offer_id', 'sku_id'],
  columns: {
    subscription_id: 'text',
    offer_id: 'text',
    sku_id: 'text',
    sequence: 'sequence',
    offer_name: 'text',
    quantity: 'integer',
    unit_price: 'text',
    status: 'text',
    suspension: 'json',
  },
} satisfies Table;

type Named = Recorded<
  Extract<SubscriptionEvent, { type: 'AddOnQuantityChanged' | 'AddOnEnded' | 'AddOnSuspended' | 'AddOnReactivated' }>
>;

const keyOf = (event: Named) => ({
  subscription_id: idOf(event),
  offer_id: event.data.offerId,
  sku_id: event.data.skuId,
});

export const addOnChanged = (
  event: Named,
  changed: Partial<Pick<AddOnRow, 'quantity' | 'status' | 'suspension'>>,
): Change => patch('add_ons', keyOf(event), changed);

export const addOnEnded = (event: Named): Change => drop('add_ons', keyOf(event));

type Renewed = Extract<SubscriptionEvent, { type: 'SubscriptionRenewed' }>['data'];

/** The whole row of an add-on that is new, or that renewed with its base. */
export const addOnRow = (event: Recorded, addOn: Omit<Renewed['addOns'][number], 'cause'>): Change =>
  put('add_ons', {
    subscription_id: idOf(event),
    offer_id: addOn.offerId,
    sku_id: addOn.skuId,
    offer_name: addOn.offerName,
    quantity: addOn.quantity,
    unit_price: addOn.unitPrice,
    status: addOn.status,
    suspension: addOn.suspension === undefined ? null : JSON.stringify(addOn.suspension),
  });
