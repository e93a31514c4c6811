import { startOf } from '#calendar';
import type { Instant } from '#kernel';
import type { ScheduledChange } from '#subscription';
import type { Kysely } from 'kysely';
import { given, keyset, type Page, type PageRequest } from '../page.ts';
import type { RenewalRow, RenewalTables } from './renewals.projection.ts';

type Db = Kysely<RenewalTables>;

/** Something fell due for this subscription and is not recorded yet. */
export type Due = { readonly subscriptionId: string; readonly partnerId: string; readonly dueAt: Instant };

/** Two dates of a subscription at which something falls due, independently: of its term, and of its suspension. */
const kinds = ['due_at', 'expires_at'] as const;

/** A place in the list of what is due: by instant, then by subscription. */
export type DuePlace = Pick<Due, 'dueAt' | 'subscriptionId'>;

/** After a place, up to and including an instant. */
type Span = { readonly after?: DuePlace | undefined; readonly until: Instant };

/**
 * A page of the subscriptions, of all partners, for which something falls due up to and including an instant, the earliest
 * first. `after` is the last place of the page before: rows are never read twice, whatever changed in them. A subscription for
 * which several things fall due is on a page once, and may be on a later page again.
 */
export const due = async (
  db: Db,
  until: Instant,
  { limit, after }: { readonly limit: number; readonly after?: DuePlace | undefined },
): Promise<readonly Due[]> => {
  const span = { until, after };
  const found = await Promise.all([
    ...kinds.map((kind) => firstDue(db, kind, span, limit)),
    firstAddOnDue(db, span, limit),
  ]);
  const earliest = new Map<string, Due>();
  // Cut before duplicates are left out: beyond its own `limit` rows, no list is complete.
  for (const one of found.flat().sort(byTime).slice(0, limit))
    if (!earliest.has(one.subscriptionId)) earliest.set(one.subscriptionId, one);
  return [...earliest.values()];
};

const byTime = (a: Due, b: Due): number =>
  a.dueAt === b.dueAt ? (a.subscriptionId < b.subscriptionId ? -1 : 1) : a.dueAt < b.dueAt ? -1 : 1;

/** Uses one index, so that a long list costs no more than a short one. */
const firstDue = async (
  db: Db,
  kind: (typeof kinds)[number],
  { after, until }: Span,
  limit: number,
): Promise<readonly Due[]> => {
  const rows = await waiting(db)
    .select(['subscription_id', 'partner_id', kind])
    .where((eb) =>
      eb.and([
        eb(kind, '<=', until),
        ...given(after, ({ dueAt, subscriptionId }) =>
          eb(eb.refTuple(kind, 'subscription_id'), '>', eb.tuple(dueAt, subscriptionId)),
        ),
      ]),
    )
    .orderBy(kind)
    .orderBy('subscription_id')
    .limit(limit)
    .execute();
  return rows.map((row) => ({
    subscriptionId: row.subscription_id,
    partnerId: row.partner_id,
    dueAt: row[kind] ?? until,
  }));
};

/**
 * Suspended add-ons, with their subscriptions. The flag is an expression without an index: otherwise a planner goes from all
 * subscriptions to their few suspended add-ons instead of the other way round.
 */
const suspendedAddOns = (db: Db) =>
  db
    .selectFrom('add_on_expiries')
    .innerJoin('renewals', 'renewals.subscription_id', 'add_on_expiries.subscription_id')
    .where((eb) => eb(eb.fn.coalesce('renewals.in_transit', eb.val(0)), '=', 0));

/** The same for the add-ons that were suspended by themselves (R41). */
const firstAddOnDue = async (db: Db, { after, until }: Span, limit: number): Promise<readonly Due[]> => {
  const rows = await suspendedAddOns(db)
    .select(['renewals.subscription_id', 'renewals.partner_id', 'add_on_expiries.expires_at'])
    .where((eb) =>
      eb.and([
        eb('add_on_expiries.expires_at', '<=', until),
        ...given(after, ({ dueAt, subscriptionId }) =>
          eb(
            eb.refTuple('add_on_expiries.expires_at', 'add_on_expiries.subscription_id'),
            '>',
            eb.tuple(dueAt, subscriptionId),
          ),
        ),
      ]),
    )
    .orderBy('add_on_expiries.expires_at')
    .orderBy('add_on_expiries.subscription_id')
    .limit(limit)
    .execute();
  return rows.map((row) => ({ subscriptionId: row.subscription_id, partnerId: row.partner_id, dueAt: row.expires_at }));
};

/** Sorts after every subscription id: ids are ASCII. */
const BEHIND_ALL_IDS = '\u{10FFFF}';

/** When something falls due next, for any subscription; `undefined` if nothing does up to and including `until`. */
export const earliestDue = async (
  db: Db,
  until: Instant = '9999-12-31T23:59:59.999Z',
  after?: Instant,
): Promise<Instant | undefined> => {
  const place = after === undefined ? undefined : { dueAt: after, subscriptionId: BEHIND_ALL_IDS };
  const [first] = await due(db, until, { limit: 1, after: place });
  return first?.dueAt;
};

/** How many subscriptions have something due that is not recorded yet. */
export const overdueCount = async (db: Db, now: Instant): Promise<number> => {
  // A part for each index: an OR over columns would read every row.
  const { count } = await db
    .selectFrom(
      kinds
        .map((kind) => waiting(db).select('subscription_id').where(kind, '<=', now))
        .reduce((parts, part) => parts.union(part))
        .union(suspendedAddOns(db).select('renewals.subscription_id').where('add_on_expiries.expires_at', '<=', now))
        .as('overdue'),
    )
    .select((eb) => eb.fn.countAll<number | string>().as('count'))
    .executeTakeFirstOrThrow();
  return Number(count);
};

/** Nothing falls due while seats are in transit. */
const waiting = (db: Db) => db.selectFrom('renewals').where('in_transit', '=', 0);

export type RenewalFilter = {
  readonly customerId?: string | undefined;
  /** Dates, both inclusive. */
  readonly from?: string | undefined;
  readonly to?: string | undefined;
};

/** What a subscription becomes when its term is over. Its price is added by the caller, who knows the catalogs. */
export type Renewal = ReturnType<typeof showRenewal>;

const showRenewal = (row: RenewalRow & { readonly renews_on: string }) => ({
  subscriptionId: row.subscription_id,
  customerId: row.customer_id,
  renewsOn: row.renews_on,
  action: actionOf(row),
  reason: reasonOf(row),
  current: {
    offerId: row.offer_id,
    skuId: row.sku_id,
    quantity: row.quantity,
    term: row.term,
    billingCycle: row.billing_cycle,
  },
  /** The fields that change; others stay. */
  scheduledChange: json(row.scheduled_change) as ScheduledChange | null,
});

const actionOf = (row: RenewalRow): RenewalRow['at_term_end'] =>
  row.auto_renew === 0 || row.cancel_at_renewal === 1 || isDeletedBefore(row) ? 'end' : row.at_term_end;

/** A suspension that is not ended runs out before the term does (R41). */
const isDeletedBefore = ({ expires_at, renews_on }: RenewalRow): boolean =>
  expires_at !== null && renews_on !== null && expires_at <= startOf(renews_on);

/** Why it does not renew. A suspension by support has the effects of a pause (A22). */
const reasonOf = (row: RenewalRow): 'autoRenewOff' | 'cancelled' | 'paused' | null => {
  if (row.cancel_at_renewal === 1) return 'cancelled';
  if (row.auto_renew === 1 && !isDeletedBefore(row)) return null;
  return row.status === 'paused' || row.status === 'suspended' ? 'paused' : 'autoRenewOff';
};

const json = (text: string | null): unknown => (text === null ? null : JSON.parse(text));

const list = keyset<readonly [renewsOn: string, subscriptionId: string]>('renewals', ['', '']);

/** A partner's subscriptions by the date on which their term or trial is over. */
export const listRenewals = async (
  db: Db,
  partnerId: string,
  { customerId, from, to }: RenewalFilter,
  request: PageRequest,
): Promise<Page<Renewal>> => {
  const last = list.after(request);
  const rows = await db
    .selectFrom('renewals')
    .selectAll()
    .where((eb) =>
      eb.and([
        eb('partner_id', '=', partnerId),
        ...given(customerId, (id) => eb('customer_id', '=', id)),
        ...given(from, (day) => eb('renews_on', '>=', day)),
        ...given(to, (day) => eb('renews_on', '<=', day)),
        ...given(last, (place) => eb(eb.refTuple('renews_on', 'subscription_id'), '>', eb.tuple(...place))),
      ]),
    )
    .where('renews_on', 'is not', null)
    .$narrowType<{ renews_on: string }>()
    .orderBy('renews_on')
    .orderBy('subscription_id')
    .limit(list.fetch(request))
    .execute();
  return list.page(rows, request, (row) => [row.renews_on, row.subscription_id], showRenewal);
};
