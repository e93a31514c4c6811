import { randomUUID } from 'node:crypto';
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { Meta } from '#kernel';
import { EventTable } from './event-table.ts';

/** What the floor remembers of a subscription: as much as it needs to decide what it can decide. */
type State = { revision: number; status: string; friendlyName: string };

/** As long as the digest that the ledger writes. */
const FINGERPRINT = '0'.repeat(64);

const metaOf = ({ commandId, correlationId, causationId, actor, at }: Meta): string =>
  JSON.stringify({
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

/** Two commands written by hand against a table of events. Folded states are kept; a stream's end is checked by the table. */
export class FloorSubscriptions {
  readonly #table: EventTable;
  readonly #stream: StatementSync;
  readonly #states = new Map<string, State>();

  constructor(database: DatabaseSync) {
    this.#table = new EventTable(database);
    this.#stream = database.prepare('SELECT revision, type, data FROM events WHERE stream = ? ORDER BY revision');
  }

  /** The folded state, from memory if it is there. */
  load(id: string): State {
    const known = this.#states.get(id);
    if (known !== undefined) return known;
    const state = { revision: -1, status: 'none', friendlyName: '' };
    for (const { revision, type, data } of this.#stream.all(`subscription-${id}`)) {
      const { friendlyName } = JSON.parse(String(data)) as { friendlyName?: string };
      state.revision = Number(revision);
      state.status = statuses[String(type)] ?? state.status;
      state.friendlyName = friendlyName ?? state.friendlyName;
    }
    this.#states.set(id, state);
    return state;
  }

  async rename(id: string, friendlyName: string, meta: Meta): Promise<void> {
    const state = this.load(id);
    if (state.status === 'none' || state.status === 'deleted') throw new Error('there is no such subscription');
    if (friendlyName === state.friendlyName) throw new Error('nothing changes');
    const data = JSON.stringify({ friendlyName, effectiveAt: meta.at });
    const line = { id: randomUUID(), type: 'SubscriptionRenamed', data, meta: metaOf(meta) };
    await this.#table.append(`subscription-${id}`, [line], state.revision);
    state.friendlyName = friendlyName;
    state.revision += 1;
  }

  /** Opens a subscription: `created` and `posted` are what the ledger records for such a purchase, but for the ids. */
  async purchase(id: string, { created, posted }: { created: object; posted: object }, meta: Meta): Promise<void> {
    const text = metaOf(meta);
    const orderId = randomUUID();
    const lines = [
      {
        id: randomUUID(),
        type: 'SubscriptionCreated',
        data: JSON.stringify({ ...created, subscriptionId: id, orderId }),
        meta: text,
      },
      {
        id: randomUUID(),
        type: 'ChargesPosted',
        data: JSON.stringify({ ...posted, referenceId: meta.commandId, subscriptionId: id, orderId }),
        meta: text,
      },
    ];
    await this.#table.append(`subscription-${id}`, lines, -1);
    this.#states.set(id, { revision: 1, status: 'active', friendlyName: 'Microsoft 365 Business Basic' });
  }
}
