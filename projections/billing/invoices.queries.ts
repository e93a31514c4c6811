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

/** A partner's invoices by customer, month and currency. */
export const listInvoices = async (
  db: Kysely<BillingTables>,
  partnerId: string,
  filter: InvoiceFilter,
  request: PageRequest,
): Promise<Page<Invoice>> => {
  const asked = askedFor(db, partnerId, filter);
  const last = invoices.after(request);
  const headings = await asked
    .select(['customer_id', 'period', 'currency'])
    .distinct()
    .where((eb) =>
      eb.and(given(last, (place) => eb(eb.refTuple('customer_id', 'period', 'currency'), '>', eb.tuple(...place)))),
    )
    .orderBy('customer_id')
    .orderBy('period')
    .orderBy('currency')
    .limit(invoices.fetch(request))
    .execute();
  const lines = await linesOf(asked, headings.slice(0, request.limit));
  return invoices.page(headings, request, placeOf, (heading) => invoice(heading, lines));
};

const askedFor = (db: Kysely<BillingTables>, partnerId: string, { customerId, period }: InvoiceFilter) =>
  db
    .selectFrom('charges')
    .where((eb) =>
      eb.and([
        eb('partner_id', '=', partnerId),
        ...given(customerId, (id) => eb('customer_id', '=', id)),
        ...given(period, (month) => eb('period', '=', month)),
      ]),
    );

/** The lines of invoices that follow each other: one stretch of the index. */
const linesOf = async (
  asked: ReturnType<typeof askedFor>,
  headings: readonly Heading[],
): Promise<ReadonlyMap<string, readonly ChargeRow[]>> => {
  const [first, last] = [headings[0], headings.at(-1)];
  if (first === undefined || last === undefined) return new Map();
  const rows = await asked
    .selectAll()
    .where((eb) => {
      const place = eb.refTuple('customer_id', 'period', 'currency');
      return eb.and([eb(place, '>=', eb.tuple(...placeOf(first))), eb(place, '<=', eb.tuple(...placeOf(last)))]);
    })
    .orderBy('sequence')
    .execute();
  return Map.groupBy(rows, (row) => placeOf(row).join());
};

const invoice = (heading: Heading, lines: ReadonlyMap<string, readonly ChargeRow[]>): Invoice => {
  const rows = lines.get(placeOf(heading).join()) ?? [];
  return {
    period: heading.period,
    customerId: heading.customer_id,
    currency: heading.currency,
    lines: rows.map(showCharge),
    total: sum(
      rows.map(({ subtotal }) => subtotal),
      heading.currency,
    ),
  };
};
