import { dayOf, monthOf } from '#calendar';
import { projection, put, type Recorded } from '#kernel';
import type { ChargesPosted, SubscriptionEvent } from '#subscription';

/** One line of money, as it was decided. */
export type ChargeRow = {
  /** `<event id>/<line>`: permanent, also after a rebuild. */
  readonly charge_id: string;
  /** Counted in the order of the log. */
  readonly sequence: number;
  readonly reference_id: string;
  readonly subscription_id: string;
  readonly customer_id: string;
  readonly partner_id: string;
  readonly order_id: string;
  readonly charge_type: string;
  readonly offer_id: string;
  readonly sku_id: string;
  readonly unit_price: string;
  readonly effective_unit_price: string;
  /** Seats; for usage a decimal number of units. */
  readonly quantity: string;
  readonly subtotal: string;
  readonly currency: string;
  readonly charge_start: string;
  readonly charge_end: string;
  readonly days: number;
  readonly cycle_days: number;
  readonly rounding: string;
  readonly effective_at: string;
  readonly posted_at: string;
  readonly event_id: string;
  /** The calendar month of `effective_at`, which is that of the invoice: `2021-06`. */
  readonly period: string;
};

export type BillingTables = { readonly charges: ChargeRow };

/** The rows of one posting. */
const chargesOf = ({ id, data, meta }: Recorded<ChargesPosted>): readonly Omit<ChargeRow, 'sequence'>[] =>
  data.lines.map((line, i) => ({
    charge_id: `${id}/${i}`,
    reference_id: data.referenceId,
    subscription_id: data.subscriptionId,
    customer_id: data.customerId,
    partner_id: data.partnerId,
    order_id: data.orderId,
    charge_type: line.chargeType,
    offer_id: line.offerId,
    sku_id: line.skuId,
    unit_price: line.unitPrice,
    effective_unit_price: line.effectiveUnitPrice,
    quantity: String(line.quantity),
    subtotal: line.subtotal,
    currency: data.currency,
    charge_start: line.chargeStart,
    charge_end: line.chargeEnd,
    days: line.days,
    cycle_days: line.cycleDays,
    rounding: line.rounding,
    effective_at: data.effectiveAt,
    posted_at: meta.recordedAt,
    event_id: id,
    period: monthOf(dayOf(data.effectiveAt)),
  }));

/** Charges, line by line. Billing never recalculates: it collects what was decided (architecture.md §2). */
export const billing = projection<SubscriptionEvent>({
  name: 'billing',
  version: 1,
  tables: {
    charges: {
      key: ['charge_id'],
      columns: {
        charge_id: 'text',
        sequence: 'sequence',
        reference_id: 'text',
        subscription_id: 'text',
        customer_id: 'text',
        partner_id: 'text',
        order_id: 'text',
        charge_type: 'text',
        offer_id: 'text',
        sku_id: 'text',
        unit_price: 'text',
        effective_unit_price: 'text',
        quantity: 'text',
        subtotal: 'text',
        currency: 'text',
        charge_start: 'text',
        charge_end: 'text',
        days: 'integer',
        cycle_days: 'integer',
        rounding: 'text',
        effective_at: 'text',
        posted_at: 'text',
        event_id: 'text',
        period: 'text',
      },
      // One for each way to ask (`query-plans.spec.ts` holds every list to them). Those by ids come last: of two indexes that
      // look alike to it SQLite takes the last, and an id tells few rows from many.
      indexes: [
        ['partner_id', 'sequence'],
        ['partner_id', 'posted_at', 'sequence'],
        ['partner_id', 'charge_type', 'sequence'],
        ['partner_id', 'period', 'customer_id', 'currency', 'sequence'],
        ['partner_id', 'customer_id', 'sequence'],
        ['partner_id', 'subscription_id', 'sequence'],
        ['partner_id', 'order_id', 'sequence'],
        ['partner_id', 'customer_id', 'period', 'currency', 'sequence'],
      ],
    },
  },
  on: { ChargesPosted: (event) => chargesOf(event).map((row) => put('charges', row)) },
});
