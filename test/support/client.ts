import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { STORES } from './stores-of.ts';

/** How many times a call is sent while it is answered 503. */
const ATTEMPTS = 40;

/** Whether the stores are servers, as test/support/on-cluster.ts arranges it. */
const onServers = (): boolean => STORES in globalThis;

const isLate = ({ status, body }: Reply): boolean =>
  status === 503 && ['EVENT_STORE_UNAVAILABLE', 'READ_STORE_UNAVAILABLE', 'PROJECTION_BEHIND'].includes(body?.code);

/** An answer of the ledger. */
export type Reply = { readonly status: number; readonly body: any; readonly headers: Headers }; // eslint-disable-line @typescript-eslint/no-explicit-any -- JSON from outside

type Sending = { readonly headers?: Readonly<Record<string, string>>; readonly key?: string };

/** A plan of a price list: `plan('P1M', 'monthly', '10.08')` in EUR, or in several currencies at once. */
export const plan = (term: string, billingCycle: string, prices: string | Readonly<Record<string, string>>) => ({
  term,
  billingCycle,
  prices: typeof prices === 'string' ? { EUR: prices } : prices,
});

/** A SKU with default properties. */
export const sku = (skuId: string, plans: readonly object[], over: object = {}) => ({
  skuId,
  name: `SKU ${skuId}`,
  minSeats: 1,
  maxSeats: 100_000,
  trialDays: null,
  convertsTo: null,
  addOn: null,
  upgradeTargets: [] as string[],
  setupUrl: null,
  plans,
  ...over,
});

/** An offer of new commerce that every customer may buy. */
export const offer = (offerId: string, skus: readonly object[], over: object = {}) => ({
  offerId,
  name: `Offer ${offerId}`,
  kind: 'newCommerce',
  publisher: { kind: 'microsoft', name: 'Microsoft' },
  billingType: 'license',
  category: 'enterprise',
  segments: ['commercial'],
  countries: 'all',
  limitPerCustomer: null,
  inCsp: true,
  transactable: true,
  exclusiveTo: null,
  skus,
  ...over,
});

export const catalogueOf = (version: string, effectiveFrom: string, ...offers: readonly object[]) => ({
  version,
  effectiveFrom,
  offers,
});

/** A program that uses the ledger over HTTP. Its reads reflect at least its own writes. */
export class Client {
  readonly base: string;
  readonly key: string;
  /** The largest position answered so far: commands sent in parallel may be answered in any order. */
  #position = '';

  constructor(base: string, key: string) {
    this.base = base;
    this.key = key;
  }

  /** A client of the same ledger with another key. */
  as(key: string): Client {
    return new Client(this.base, key);
  }

  /**
   * Returns any answer. If the stores are servers, a 503 is retried with the same key, as clients
   * should: on a slow machine the stores are late at times. test/cluster examines each 503 itself.
   */
  call(method: string, path: string, body?: unknown, sending: Sending = {}): Promise<Reply> {
    return onServers() ? this.#insist(method, path, body, sending) : this.#call(method, path, body, sending);
  }

  async #insist(method: string, path: string, body: unknown, sending: Sending): Promise<Reply> {
    const key = method === 'POST' ? { 'idempotency-key': randomUUID() } : {};
    const again = { ...sending, headers: { ...key, ...sending.headers } };
    let reply = await this.#call(method, path, body, again);
    for (let attempt = 1; attempt < ATTEMPTS && isLate(reply); attempt += 1) {
      await delay(200);
      reply = await this.#call(method, path, body, again);
    }
    return reply;
  }

  async #call(method: string, path: string, body: unknown, sending: Sending): Promise<Reply> {
    const { headers = {}, key = this.key } = sending;
    const reading = method === 'GET' && this.#position !== '' ? { 'ledger-position': this.#position } : {};
    const response = await fetch(this.base + path, {
      method,
      headers: {
        ...(key === '' ? {} : { authorization: `Bearer ${key}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...reading,
        ...headers,
      },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      signal: AbortSignal.timeout(120_000),
    });
    this.knows(response.headers.get('ledger-position') ?? '');
    const text = await response.text();
    return { status: response.status, headers: response.headers, body: jsonOf(text) };
  }

  /** Makes later reads reflect this position as well, which another client was answered. */
  knows(position: string): void {
    if (position > this.#position) this.#position = position;
  }

  /** Like `call`, but an unsuccessful answer fails the test. Always retries after a 503. */
  async must(method: string, path: string, body?: unknown, sending: Sending = {}): Promise<Reply['body']> {
    const reply = await this.#insist(method, path, body, sending);
    if (reply.status >= 300) throw new Error(`${method} ${path}: ${reply.status} ${JSON.stringify(reply.body)}`);
    return reply.body;
  }

  /** Moves the clock; resolves when everything that fell due is recorded and every read model has caught up. */
  at(now: string): Promise<Reply['body']> {
    return this.must('PUT', '/v1/clock', { now });
  }

  /** Registers a customer; returns its id. */
  async customer(over: object = {}): Promise<string> {
    const facts = { name: 'Contoso', country: 'NL', segment: 'commercial', currency: 'EUR', ...over };
    return (await this.must('POST', '/v1/customers', facts)).customerId;
  }

  /** Buys; returns the subscription's id. */
  async buy(customerId: string, request: object): Promise<string> {
    const body = { customerId, skuId: '1', quantity: 1, term: 'P1M', billingCycle: 'monthly', ...request };
    return (await this.must('POST', '/v1/subscriptions', body)).subscriptionId;
  }

  get(subscriptionId: string): Promise<Reply['body']> {
    return this.must('GET', `/v1/subscriptions/${subscriptionId}`);
  }

  /** Sends a verb to a subscription; returns any answer. */
  send(subscriptionId: string, verb: string, body: object = {}, sending?: Sending): Promise<Reply> {
    return this.call('POST', `/v1/subscriptions/${subscriptionId}/${verb}`, body, sending);
  }

  /** Sends a verb that must succeed. */
  tell(subscriptionId: string, verb: string, body: object = {}): Promise<Reply['body']> {
    return this.must('POST', `/v1/subscriptions/${subscriptionId}/${verb}`, body);
  }

  /** All items of a list, page by page. */
  async all(path: string): Promise<Reply['body'][]> {
    const items: Reply['body'][] = [];
    const separator = path.includes('?') ? '&' : '?';
    for (let cursor: string | null = ''; cursor !== null;) {
      const from = cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`;
      const page = await this.must('GET', `${path}${separator}limit=500${from}`);
      items.push(...page.items);
      cursor = page.nextCursor;
    }
    return items;
  }

  /** The charges of a subscription in ledger order: `[chargeType, quantity, subtotal, chargeStart, chargeEnd]`. */
  async lines(subscriptionId: string): Promise<unknown[][]> {
    const charges = await this.all(`/v1/charges?subscriptionId=${subscriptionId}`);
    return charges.map((c) => [c.chargeType, c.quantity, c.subtotal, c.chargeStart, c.chargeEnd]);
  }
}

const jsonOf = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
};
