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
const posted = keyset<readonly [postedAt: string, sequence: number]>('charges-posted', ['', 0]);

/**
 * A partner's charges in ledger order. A span of posting, without an id, is read by its own index: then they come by `postedAt`
 * first, which is ledger order as well unless the clock was set back. A type beside it is looked at within the span.
 */
export const listCharges = async (
  db: Db,
  partnerId: string,
  filter: ChargeFilter,
  request: PageRequest,
): Promise<Page<Charge>> => {
  const hasSpan = filter.postedFrom !== undefined || filter.postedTo !== undefined;
  return hasSpan && !namesOne(filter)
    ? byPosting(db, partnerId, filter, request)
    : inLedgerOrder(db, partnerId, filter, request);
};

/** Whether an id is asked for, of which there are few charges. */
const namesOne = ({ customerId, subscriptionId, orderId }: ChargeFilter): boolean =>
  [customerId, subscriptionId, orderId].some((id) => id !== undefined);

const inLedgerOrder = async (db: Db, partnerId: string, filter: ChargeFilter, request: PageRequest) => {
  const [last] = charges.after(request) ?? [];
  const rows = await asked(db, partnerId, filter)
    .where((eb) => eb.and(given(last, (sequence) => eb('sequence', '>', sequence))))
    .orderBy('sequence')
    .limit(charges.fetch(request))
    .execute();
  return charges.page(rows, request, ({ sequence }) => [sequence], showCharge);
};

const byPosting = async (db: Db, partnerId: string, filter: ChargeFilter, request: PageRequest) => {
  const last = posted.after(request);
  const rows = await asked(db, partnerId, filter)
    .where((eb) => eb.and(given(last, (place) => eb(eb.refTuple('posted_at', 'sequence'), '>', eb.tuple(...place)))))
    .orderBy('posted_at')
    .orderBy('sequence')
    .limit(posted.fetch(request))
    .execute();
  return posted.page(rows, request, ({ posted_at, sequence }) => [posted_at, sequence], showCharge);
};

const asked = (db: Db, partnerId: string, filter: ChargeFilter) =>
  db
    .selectFrom('charges')
    .selectAll()
    .where((eb) => {
      // Beside an id, what else is asked for must not look like the narrower way: an expression has no index.
      const column = (name: 'charge_type' | 'posted_at') =>
        namesOne(filter) ? eb.fn.coalesce(name, eb.val('')) : eb.ref(name);
      return eb.and([
        eb('partner_id', '=', partnerId),
        ...given(filter.customerId, (id) => eb('customer_id', '=', id)),
        ...given(filter.subscriptionId, (id) => eb('subscription_id', '=', id)),
        ...given(filter.orderId, (id) => eb('order_id', '=', id)),
        ...given(filter.chargeType, (type) => eb(column('charge_type'), '=', type)),
        ...given(filter.postedFrom, (from) => eb(column('posted_at'), '>=', from)),
        ...given(filter.postedTo, (to) => eb(column('posted_at'), '<=', lastInstantOf(to))),
        ...given(filter.chargeFrom, (from) => eb('charge_end', '>=', from)),
        ...given(filter.chargeTo, (to) => eb('charge_start', '<=', to)),
        ...given(filter.after, (sequence) => eb('sequence', '>', sequence)),
      ]);
    });

/** End dates are inclusive (http-api.md §2): the last instant of a date. A date itself sorts before its first instant. */
const lastInstantOf = (text: string): string => (text.length === '2021-06-18'.length ? `${text}T23:59:59.999Z` : text);
