import { sum } from '#money';
import type { Kysely } from 'kysely';
import { given, keyset, type Page, type PageRequest } from '../page.ts';
import type { BillingTables, ChargeRow } from './billing.projection.ts';
import { showCharge, type Charge } from './billing.queries.ts';

export type InvoiceFilter = {
  readonly customerId?: string | undefined;
  /** A calendar month, `2021-06`. */
  readonly period?: string | undefined;
};

/** What a customer owes for a calendar month in one currency; the month is that of `effectiveAt` (http-api.md §4.5). */
export type Invoice = {
  readonly period: string;
  readonly customerId: string;
  readonly currency: string;
  readonly lines: readonly Charge[];
  readonly total: string;
};

type Heading = Pick<ChargeRow, 'customer_id' | 'period' | 'currency'>;
type Place = readonly [customerId: string, period: string, currency: string];

const invoices = keyset<Place>('invoices', ['', '', '']);
const placeOf = ({ customer_id, period, currency }: Heading): Place => [customer_id, period, currency];

/** How many lines a page holds before it ends; the invoice that reaches it is the last one, and is whole. */
const MOST_LINES = 1_000;
/** How many lines are read before other requests get their turn. */
const AT_ONCE = 500;

/**
 * A partner's invoices by customer, month and currency. A page ends with the invoice that brings it to a thousand lines, so it
 * may hold fewer than asked for although there are more. `pause` is called between its parts.
 */
export const listInvoices = async (
  db: Kysely<BillingTables>,
  partnerId: string,
  filter: InvoiceFilter,
  { pause, ...request }: PageRequest & { readonly pause?: () => Promise<unknown> },
): Promise<Page<Invoice>> => {
  const found: ChargeRow[][] = [];
  const place = invoices.after(request);
  let after: Beginning | undefined = place && { place };
  for (let lines = 0; ;) {
    const rows = await linesAfter(db, partnerId, filter, after);
    for (const row of rows) {
      const last = found.at(-1);
      if (last?.[0] !== undefined && isSame(last[0], row)) last.push(row);
      // One invoice more than requested shows that there are more.
      else if (found.push([row]) > request.limit || lines >= MOST_LINES) return pageOf(found, request);
      lines += 1;
    }
    const last = rows.at(-1);
    if (last === undefined || rows.length < AT_ONCE) return pageOf(found, { limit: Infinity });
    after = { place: placeOf(last), sequence: last.sequence };
    await pause?.();
  }
};

/** Behind which invoice, or behind which line of it, to read on. */
type Beginning = { readonly place: Place; readonly sequence?: number };

const isSame = (a: Heading, b: Heading): boolean => placeOf(a).join() === placeOf(b).join();

const pageOf = (found: readonly ChargeRow[][], { limit }: Pick<PageRequest, 'limit'>): Page<Invoice> => {
  const most = limit === Infinity ? found.length : Math.min(limit, found.length - 1);
  return invoices.page(
    found,
    { limit: most },
    ([line]) => placeOf(line as ChargeRow),
    (lines) => invoice(lines),
  );
};

/** Lines in the order of their invoices: one stretch of the index. */
const linesAfter = (
  db: Kysely<BillingTables>,
  partnerId: string,
  { customerId, period }: InvoiceFilter,
  after: Beginning | undefined,
): Promise<ChargeRow[]> =>
  db
    .selectFrom('charges')
    .selectAll()
    .where((eb) =>
      eb.and([
        eb('partner_id', '=', partnerId),
        ...given(customerId, (id) => eb('customer_id', '=', id)),
        ...given(period, (month) => eb('period', '=', month)),
        ...given(after, ({ place, sequence }) =>
          sequence === undefined
            ? eb(eb.refTuple('customer_id', 'period', 'currency'), '>', eb.tuple(...place))
            : eb(eb.refTuple('customer_id', 'period', 'currency', 'sequence'), '>', eb.tuple(...place, sequence)),
        ),
      ]),
    )
    .orderBy('customer_id')
    .orderBy('period')
    .orderBy('currency')
    .orderBy('sequence')
    .limit(AT_ONCE)
    .execute();

const invoice = (rows: readonly ChargeRow[]): Invoice => {
  const { period, customer_id, currency } = rows[0] as ChargeRow;
  return {
    period,
    customerId: customer_id,
    currency,
    lines: rows.map(showCharge),
    total: sum(
      rows.map(({ subtotal }) => subtotal),
      currency,
    ),
  };
};
