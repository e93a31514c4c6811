import type { DatabaseSync } from 'node:sqlite';

/** Events to a transaction, as many as the ledger's own projections take while they catch up. */
export const BATCH = 8_000;

type Logged = [position: number, stream: string, revision: number, type: string, data: string];

/** The next batch of a log after a place, by a prepared statement. */
export const batchesOf = (log: DatabaseSync): ((after: number) => Logged[]) => {
  const select = log.prepare(
    'SELECT position, stream, revision, type, data FROM events WHERE position > ? ORDER BY position LIMIT ?',
  );
  select.setReturnArrays(true);
  return (after) => select.all(after, BATCH) as unknown as Logged[];
};

type Value = string | number | null;
export type Data = Readonly<Record<string, Value>>;

/** The columns of the baselines' only table; the first is its key. */
export const columns = [
  ...['subscription_id', 'partner_id', 'customer_id', 'offer_id', 'sku_id', 'friendly_name', 'status', 'quantity'],
  ...['unit_price', 'term_end', 'cycle_end', 'auto_renew', 'revision'],
] as const;

const members = ['partnerId', 'customerId', 'offerId', 'skuId', 'friendlyName'];
const endOf = (data: Data) => (data['cycle'] as unknown as { end: string }).end;

/** The row of a new subscription (`SubscriptionCreated`), in the order of the columns. */
export const newRow = (id: string, data: Data, revision: number): Value[] => {
  const named = members.map((name) => data[name] ?? null);
  const [seats, price, end] = [data['quantity'] ?? null, data['unitPrice'] ?? null, data['termEnd'] ?? null];
  return [id, ...named, 'active', seats, price, end, endOf(data), 1, revision];
};

/** Which columns a type of event sets, besides the revision, and to what. */
export type Reaction = { readonly sets: readonly string[]; readonly to: (data: Data) => Value[] };

const of = (name: string) => (data: Data) => [data[name] ?? null];

/** What each other type of event does to the row of its subscription; those that are not named move its revision only. */
export const reactions: ReadonlyMap<string, Reaction> = new Map([
  ['SubscriptionRenamed', { sets: ['friendly_name'], to: of('friendlyName') }],
  ['SeatsAdded', { sets: ['quantity'], to: of('quantity') }],
  ['SubscriptionPaused', { sets: ['status'], to: () => ['paused'] }],
  ['SubscriptionResumed', { sets: ['status'], to: () => ['active'] }],
  ['AutoRenewEnabled', { sets: ['auto_renew'], to: () => [1] }],
  ['AutoRenewDisabled', { sets: ['auto_renew'], to: () => [0] }],
  ['ChargeCycleStarted', { sets: ['cycle_end'], to: (data) => [endOf(data)] }],
  ['SubscriptionRenewed', { sets: ['term_end', 'cycle_end'], to: (data) => [data['termEnd'] ?? null, endOf(data)] }],
]);

export const moved: Reaction = { sets: [], to: () => [] };
