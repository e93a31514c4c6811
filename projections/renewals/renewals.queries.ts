import type { Instant } from '#kernel';
import type { PolicyPin } from '#policy';
import type { ScheduledChange } from '#subscription';
import type { Kysely } from 'kysely';
import { given, keyset, type Page, type PageRequest } from '../page.ts';
import type { RenewalRow, RenewalTables } from './renewals.projection.ts';

type Db = Kysely<RenewalTables>;

/** Something fell due to this subscription, and nobody has recorded it yet. */
export type Due = { readonly subscriptionId: string; readonly partnerId: string; readonly dueAt: Instant };

/** Everybody's subscriptions to which something falls due up to and including an instant, the earliest first. */
export const due = async (db: Db, until: Instant, limit: number): Promise<readonly Due[]> => {
  const rows = await waiting(db)
    .select(['subscription_id', 'partner_id', 'due_at'])
    .where('due_at', '<=', until)
    .orderBy('due_at')
    .orderBy('subscription_id')
    .limit(limit)
    .execute();
  return rows.map((row) => ({ subscriptionId: row.subscription_id, partnerId: row.partner_id, dueAt: row.due_at }));
};

/** When something falls due next, whose ever it is; `undefined` when nothing does up to and including `until`. */
export const earliestDue = async (db: Db, until?: Instant): Promise<Instant | undefined> => {
  const row = await waiting(db)
    .select('due_at')
    .where((eb) => eb.and(given(until, (at) => eb('due_at', '<=', at))))
    .orderBy('due_at')
    .limit(1)
    .executeTakeFirst();
  return row?.due_at;
};

/** How many subscriptions have something due that is not recorded yet. */
export const overdueCount = async (db: Db, now: Instant): Promise<number> => {
  const { count } = await waiting(db)
    .select((eb) => eb.fn.countAll<number | string>().as('count'))
    .where('due_at', '<=', now)
    .executeTakeFirstOrThrow();
  return Number(count);
};

/** Nothing falls due while seats are under way. */
const waiting = (db: Db) => db.selectFrom('renewals').where('in_transit', '=', 0);

export type RenewalFilter = {
  readonly customerId?: string | undefined;
  /** Dates, both inclusive. */
  readonly from?: string | undefined;
  readonly to?: string | undefined;
};

/** What a subscription comes to when its term is over, and everything that its next price is found by. */
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
  /** The dimensions that change; those left out stay. */
  scheduledChange: json(row.scheduled_change) as ScheduledChange | null,
  kind: row.kind,
  isTrial: row.is_trial === 1,
  /** What a trial turns into. */
  convertsTo: json(row.converts_to) as { readonly offerId: string; readonly skuId: string } | null,
  unitPrice: row.unit_price,
  currency: row.currency,
  catalogVersion: row.catalog_version,
  policy: json(row.policy) as PolicyPin,
});

type Standing = Pick<RenewalRow, 'kind' | 'status' | 'is_trial' | 'auto_renew' | 'cancel_at_renewal'>;

/** A legacy trial ends unless somebody converts it (R28). */
const actionOf = ({ kind, is_trial, auto_renew, cancel_at_renewal }: Standing): 'renew' | 'convert' | 'end' => {
  if (auto_renew === 0 || cancel_at_renewal === 1) return 'end';
  if (is_trial === 0) return 'renew';
  return kind === 'legacy' ? 'end' : 'convert';
};

/** Why it does not renew. A suspension by support has the effects of a pause (A22). */
const reasonOf = ({
  status,
  auto_renew,
  cancel_at_renewal,
}: Standing): 'autoRenewOff' | 'cancelled' | 'paused' | null => {
  if (cancel_at_renewal === 1) return 'cancelled';
  if (auto_renew === 1) return null;
  return status === 'paused' || status === 'suspended' ? 'paused' : 'autoRenewOff';
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
