import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';

/** How often, and after how many milliseconds, a call is repeated that was answered 503. */
const ATTEMPTS = 30;
const RETRY_AFTER_MS = 500;

/** Why the demonstration cannot go on, in one line. */
export class CannotGoOn extends Error {
  override readonly name = 'CannotGoOn';
}

export type Charge = {
  readonly sequence?: number;
  readonly subscriptionId: string;
  readonly chargeType: string;
  readonly offerId: string;
  readonly skuId: string;
  readonly effectiveUnitPrice: string;
  readonly quantity: number | string;
  readonly subtotal: string;
  readonly currency: string;
  readonly days: number;
  readonly cycleDays: number;
  readonly effectiveAt: string;
};

/** What a command answers (http-api.md §2), as far as the story looks at it. */
export type Done = {
  readonly subscriptionId: string;
  readonly customerId: string;
  readonly targetSubscriptionId?: string;
  readonly events: readonly { readonly type: string; readonly effectiveAt: string; readonly data: object }[];
  readonly charges: readonly Charge[];
};

/** A no, with the rule's name. */
export type Problem = { readonly status: number; readonly code: string; readonly detail: string };

export const isProblem = (answer: object): answer is Problem => 'code' in answer && 'status' in answer;

const HOW_TO_START =
  'Start one in another terminal with "npm start", then come back with the key that it prints: npm run demo -- --key <key>';

/** A ledger over HTTP. Refusals of rules are answers; whatever else goes wrong ends the story. */
export class LedgerClient {
  readonly url: string;
  readonly #key: string;
  /** The position of the last command: the next read reflects it, also if another process updates the read models. */
  #position: string | null = null;

  constructor(url: string, key: string) {
    this.url = url.replace(/\/+$/, '').replace(/\/v1$/, '');
    this.#key = key;
  }

  /** `path` as in `/customers`; undefined where there is nothing. */
  async get<T extends object>(path: string): Promise<T | undefined> {
    const answer = await this.#ask<T>('GET', path);
    if (!isProblem(answer)) return answer;
    if (answer.status === 404) return undefined;
    throw new CannotGoOn(`GET ${path} was answered ${String(answer.status)} ${answer.code}: ${answer.detail}`);
  }

  /** All items of a list. */
  async list<T extends object>(path: string): Promise<readonly T[]> {
    const items: T[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const more: string = cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`;
      const page: { items: T[]; nextCursor: string | null } | undefined = await this.get(
        `${path}${path.includes('?') ? '&' : '?'}limit=500${more}`,
      );
      items.push(...(page?.items ?? []));
      cursor = page?.nextCursor ?? null;
    }
    return items;
  }

  /** A command. */
  send<T extends object = Done>(method: string, path: string, body: object = {}): Promise<T | Problem> {
    return this.#ask<T>(method, path, body);
  }

  async #ask<T extends object>(method: string, path: string, body?: object): Promise<T | Problem> {
    const key = randomUUID();
    let response = await this.#fetch(method, path, body, key);
    // The ledger asks to try again with the same key when a store does not answer in time.
    for (let attempt = 1; attempt < ATTEMPTS && response.status === 503; attempt += 1) {
      await delay(RETRY_AFTER_MS);
      response = await this.#fetch(method, path, body, key);
    }
    if (response.status === 401)
      throw new CannotGoOn(
        this.#key === ''
          ? `the ledger at ${this.url} wants a key: give the one that "npm start" printed, as --key or in SUBLEDGER_API_KEY`
          : `the ledger at ${this.url} does not know this key: give the right one as --key or in SUBLEDGER_API_KEY`,
      );
    const answer = (await response.json().catch(() => undefined)) as T | Problem | undefined;
    if (answer === undefined) throw new CannotGoOn(`what answers at ${this.url} is no subledger. ${HOW_TO_START}`);
    if (response.status >= 500 || response.status === 403 || response.status === 429)
      throw new CannotGoOn(`${method} ${path} was answered ${String(response.status)}: ${(answer as Problem).detail}`);
    return answer;
  }

  async #fetch(method: string, path: string, body: object | undefined, key: string): Promise<Response> {
    const headers = {
      authorization: `Bearer ${this.#key}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(method === 'POST' ? { 'idempotency-key': key } : {}),
      ...(method === 'GET' && this.#position !== null ? { 'ledger-position': this.#position } : {}),
    };
    const content = body === undefined ? {} : { body: JSON.stringify(body) };
    try {
      const response = await fetch(`${this.url}/v1${path}`, { method, headers, ...content });
      this.#position = response.headers.get('ledger-position') ?? this.#position;
      return response;
    } catch {
      throw new CannotGoOn(`no ledger answers at ${this.url}. ${HOW_TO_START}`);
    }
  }
}
