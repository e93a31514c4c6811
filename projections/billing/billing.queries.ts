import type { Kysely } from 'kysely';
import { given, keyset, type Page, type PageRequest } from '../page.ts';
import type { BillingTables, ChargeRow } from './billing.projection.ts';

type Db = Kysely<BillingTables>;

/** A charge as http-api.md §4.5 shows it. */
export type Charge = ReturnType<typeof showCharge>;

export const showCharge = (row: ChargeRow) => ({
  chargeId: row.charge_id,
  sequence: row.sequence,
  referenceId: row.reference_id,
  subscriptionId: row.subscription_id,
  customerId: row.customer_id,
  partnerId: row.partner_id,
  orderId: row.order_id,
  chargeType: row.charge_type,
  offerId: row.offer_id,
  skuId: row.sku_id,
  unitPrice: row.unit_price,
  effectiveUnitPrice: row.effective_unit_price,
  // Units of usage are decimals; seats are whole.
  quantity: row.charge_type === 'usage' ? row.quantity : Number(row.quantity),
  subtotal: row.subtotal,
  currency: row.currency,
  chargeStart: row.charge_start,
  chargeEnd: row.charge_end,
  days: row.days,
  cycleDays: row.cycle_days,
  rounding: row.rounding,
  effectiveAt: row.effective_at,
  postedAt: row.posted_at,
  eventId: row.event_id,
});

export type ChargeFilter = {
  readonly customerId?: string | undefined;
  readonly subscriptionId?: string | undefined;
  readonly orderId?: string | undefined;
  readonly chargeType?: string | undefined;
  /** Recorded at this instant, or on this date, or later. */
  readonly postedFrom?: string | undefined;
  /** Recorded at this instant, or on this date, or earlier. */
  readonly postedTo?: string | undefined;
  /** Days charged for that reach into the range of these dates, both inclusive. */
  readonly chargeFrom?: string | undefined;
  readonly chargeTo?: string | undefined;
  /** Only what follows the charge with this number. */
  readonly after?: number | undefined;
};

const charges = keyset<readonly [number]>('charges', [0]);

/** A partner's charges in ledger order. */
export const listCharges = async (
  db: Db,
  partnerId: string,
  filter: ChargeFilter,
  request: PageRequest,
): Promise<Page<Charge>> => {
  const [last] = charges.after(request) ?? [];
  const rows = await db
    .selectFrom('charges')
    .selectAll()
    .where((eb) =>
      eb.and([
        eb('partner_id', '=', partnerId),
        ...given(filter.customerId, (id) => eb('customer_id', '=', id)),
        ...given(filter.subscriptionId, (id) => eb('subscription_id', '=', id)),
        ...given(filter.orderId, (id) => eb('order_id', '=', id)),
        ...given(filter.chargeType, (type) => eb('charge_type', '=', type)),
        ...given(filter.postedFrom, (from) => eb('posted_at', '>=', from)),
        ...given(filter.postedTo, (to) => eb('posted_at', '<=', lastInstantOf(to))),
        ...given(filter.chargeFrom, (from) => eb('charge_end', '>=', from)),
        ...given(filter.chargeTo, (to) => eb('charge_start', '<=', to)),
        ...given(filter.after, (sequence) => eb('sequence', '>', sequence)),
        ...given(last, (sequence) => eb('sequence', '>', sequence)),
      ]),
    )
    .orderBy('sequence')
    .limit(charges.fetch(request))
    .execute();
  return charges.page(rows, request, ({ sequence }) => [sequence], showCharge);
};

/** End dates are inclusive (http-api.md §2): the last instant of a date. A date itself sorts before its first instant. */
const lastInstantOf = (text: string): string => (text.length === '2021-06-18'.length ? `${text}T23:59:59.999Z` : text);
