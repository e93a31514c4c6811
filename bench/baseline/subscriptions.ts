import { randomUUID } from 'node:crypto';
import type { PartnerMeta } from '#policy';

/** The state that the baseline keeps of a subscription: as much as its decisions need. */
type State = { revision: number; status: string; friendlyName: string };

/** What was decided. */
export type Fact = { readonly id: string; readonly type: string; readonly data: object };

/** The log of a baseline: hand-written code on the same storage as the ledger's. */
export type Log = {
  readonly read: (stream: string) => Read | Promise<Read>;
  /** Durable when it resolves. Rejects when the stream has a revision after `after` already. */
  readonly append: (stream: string, facts: readonly Fact[], metadata: object, after: number) => Promise<unknown>;
};

type Read = readonly { readonly revision: number; readonly type: string; readonly data: object }[];

/** As long as the digest that the ledger writes. */
const FINGERPRINT = '0'.repeat(64);

const metaOf = ({ commandId, correlationId, causationId, actor, at }: PartnerMeta): object => ({
  commandId,
  fingerprint: FINGERPRINT,
  $correlationId: correlationId,
  $causationId: causationId,
  actor,
  recordedAt: at,
  schema: 1,
  policy: 'seed-2021-09',
  catalogVersion: '2021-09',
});

const statuses: Readonly<Record<string, string>> = {
  SubscriptionCreated: 'active',
  SubscriptionPaused: 'paused',
  SubscriptionResumed: 'active',
  SubscriptionCancelled: 'deleted',
};

/** Two commands written directly against a log. Folded states are kept; a stream's end is checked by the log. */
export class BaselineSubscriptions {
  readonly #log: Log;
  readonly #states = new Map<string, State>();

  constructor(log: Log) {
    this.#log = log;
  }

  /** Reads and folds what is not remembered. */
  async load(id: string): Promise<State> {
    const state = { revision: -1, status: 'none', friendlyName: '' };
    for (const { revision, type, data } of await this.#log.read(`subscription-${id}`)) {
      const { friendlyName } = data as { friendlyName?: string };
      state.revision = revision;
      state.status = statuses[type] ?? state.status;
      state.friendlyName = friendlyName ?? state.friendlyName;
    }
    this.#states.set(id, state);
    return state;
  }

  async rename(id: string, friendlyName: string, meta: PartnerMeta): Promise<void> {
    const state = this.#states.get(id) ?? (await this.load(id));
    if (state.status === 'none' || state.status === 'deleted') throw new Error('there is no such subscription');
    if (friendlyName === state.friendlyName) throw new Error('nothing changes');
    const fact = { id: randomUUID(), type: 'SubscriptionRenamed', data: { friendlyName, effectiveAt: meta.at } };
    await this.#log.append(`subscription-${id}`, [fact], metaOf(meta), state.revision);
    state.friendlyName = friendlyName;
    state.revision += 1;
  }

  /** Opens a subscription: `created` and `posted` are what the ledger records for such a purchase, but for the ids. */
  async purchase(
    id: string,
    { created, posted }: { created: object; posted: object },
    meta: PartnerMeta,
  ): Promise<void> {
    const orderId = randomUUID();
    const facts = [
      { id: randomUUID(), type: 'SubscriptionCreated', data: { ...created, subscriptionId: id, orderId } },
      {
        id: randomUUID(),
        type: 'ChargesPosted',
        data: { ...posted, referenceId: meta.commandId, subscriptionId: id, orderId },
      },
    ];
    await this.#log.append(`subscription-${id}`, facts, metaOf(meta), -1);
    this.#states.set(id, { revision: 1, status: 'active', friendlyName: 'Microsoft 365 Business Basic' });
  }
}
