import type { DatabaseSync, SQLInputValue } from 'node:sqlite';

/** Events to a transaction, as many as the ledger's own projections take while they catch up. */
const BATCH = 8_000;

type Data = Readonly<Record<string, SQLInputValue>>;

/** Reads a log of events into one table of subscriptions, by hand: prepared statements, one transaction a batch. */
export const project = (log: DatabaseSync, reads: DatabaseSync): number => {
  reads.exec(`
    CREATE TABLE subscriptions (
      subscription_id TEXT PRIMARY KEY, partner_id TEXT, customer_id TEXT, offer_id TEXT, sku_id TEXT,
      friendly_name TEXT, status TEXT, quantity INTEGER, unit_price TEXT, term_end TEXT, cycle_end TEXT,
      auto_renew INTEGER, revision INTEGER
    ) STRICT;
    CREATE TABLE checkpoint (position INTEGER);
    INSERT INTO checkpoint VALUES (0);
  `);
  const apply = reactions(reads);
  const keep = reads.prepare('UPDATE checkpoint SET position = ?');
  const select = log.prepare(
    'SELECT position, stream, revision, type, data FROM events WHERE position > ? ORDER BY position LIMIT ?',
  );
  select.setReturnArrays(true);
  let events = 0;
  let after = 0;
  for (;;) {
    const rows = select.all(after, BATCH) as unknown as [number, string, number, string, string][];
    reads.exec('BEGIN');
    for (const [position, stream, revision, type, data] of rows) {
      if (stream.startsWith('subscription-')) apply(type, stream.slice(13), JSON.parse(data) as Data, revision);
      after = position;
    }
    keep.run(after);
    reads.exec('COMMIT');
    events += rows.length;
    if (rows.length < BATCH) return events;
  }
};

type Reaction = (id: string, data: Data, revision: number) => void;

const endOf = (data: Data) => (data['cycle'] as unknown as { end: string }).end;
const members = ['partnerId', 'customerId', 'offerId', 'skuId', 'friendlyName'];

/** What each type of event does to the row of its subscription. */
const reactions = (reads: DatabaseSync): ((type: string, ...event: Parameters<Reaction>) => void) => {
  const insert = reads.prepare('INSERT INTO subscriptions VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)');
  const set = (columns: string, values: (data: Data) => SQLInputValue[]): Reaction => {
    const update = reads.prepare(`UPDATE subscriptions SET ${columns} revision = ? WHERE subscription_id = ?`);
    return (id, data, revision) => update.run(...values(data), revision, id);
  };
  const of = (name: string) => (data: Data) => [data[name] ?? null];
  const moved = set('', () => []);
  const known = new Map<string, Reaction>([
    [
      'SubscriptionCreated',
      (id, data, revision) => {
        const named = members.map((name) => data[name] ?? null);
        const [seats, price, end] = [data['quantity'] ?? null, data['unitPrice'] ?? null, data['termEnd'] ?? null];
        insert.run(id, ...named, 'active', seats, price, end, endOf(data), 1, revision);
      },
    ],
    ['SubscriptionRenamed', set('friendly_name = ?,', of('friendlyName'))],
    ['SeatsAdded', set('quantity = ?,', of('quantity'))],
    ['SubscriptionPaused', set('status = ?,', () => ['paused'])],
    ['SubscriptionResumed', set('status = ?,', () => ['active'])],
    ['AutoRenewEnabled', set('auto_renew = ?,', () => [1])],
    ['AutoRenewDisabled', set('auto_renew = ?,', () => [0])],
    ['ChargeCycleStarted', set('cycle_end = ?,', (data) => [endOf(data)])],
    ['SubscriptionRenewed', set('term_end = ?, cycle_end = ?,', (data) => [data['termEnd'] ?? null, endOf(data)])],
  ]);
  return (type, ...event) => (known.get(type) ?? moved)(...event);
};
