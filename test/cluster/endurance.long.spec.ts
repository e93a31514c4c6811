import { setTimeout as delay } from 'node:timers/promises';
import { catalogueOf, offer, plan, sku, type Client, type Reply } from '../support/client.ts';
import { Cluster, leaderOf, type Member } from '../support/cluster.ts';
import { describeOnPostgres } from '../support/postgres.ts';

const CLIENTS = 64;
/** How long the clients keep sending, in milliseconds. */
const LONG = 30_000;
/** How long a projector runs before it is killed, in milliseconds. */
const LIFE = 5_000;
/** How many projectors are killed at least while the clients send. */
const KILLS = 3;

const setting = {
  catalogue: catalogueOf(
    'endurance',
    '2015-01-01T00:00:00Z',
    offer('P', [sku('1', [plan('P1M', 'monthly', '10.08')])]),
  ),
};

/** Sends a command with the same key until it gets an answer; counts the attempts without one. */
const insist = async (client: Client, id: string, key: string): Promise<{ reply: Reply; unanswered: number }> => {
  for (let unanswered = 0; ; unanswered += 1) {
    const reply = await client
      .send(id, 'add-seats', { quantity: 1 }, { headers: { 'idempotency-key': key } })
      .catch(() => undefined);
    if (reply !== undefined && reply.status !== 503) return { reply, unanswered };
    await delay(100);
  }
};

describeOnPostgres('64 clients, while projectors are killed and the event store is restarted', () => {
  let cluster: Cluster;
  let apis: Member[];
  let projectors: Member[];
  beforeAll(async () => {
    cluster = await Cluster.start();
    projectors = await Promise.all([cluster.join('projector'), cluster.join('projector')]);
    apis = await Promise.all([cluster.join('api', setting), cluster.join('api,scheduler', setting)]);
  });
  afterAll(() => cluster.stop());

  let killed = 0;
  /** Kills the leading projector every few seconds; another one takes over, and a new one joins. */
  const killProjectors = async (until: AbortSignal): Promise<void> => {
    while (!until.aborted) {
      await delay(LIFE, undefined, { signal: until }).catch(() => undefined);
      const leader = await leaderOf(projectors, 'projections');
      await leader.kill();
      killed += 1;
      projectors = [...projectors.filter((one) => one !== leader), await cluster.join('projector')];
    }
  };

  const restartStore = async (): Promise<void> => {
    await cluster.events.kill();
    await delay(1_000);
    await cluster.events.restart();
  };

  it('find every answered command in the log exactly once, and read models equal to a fresh replay', async () => {
    const [first] = apis;
    if (first === undefined) throw new Error('no process answers');
    const over = new AbortController();
    const killing = killProjectors(over.signal);
    const customerId = await first.client.customer();
    const ids = await Promise.all(
      Array.from({ length: CLIENTS }, () => first.client.buy(customerId, { offerId: 'P' })),
    );
    const end = performance.now() + LONG;
    let unansweredInAll = 0;
    const answered = new Map<string, number[]>();
    const client = async (id: string, index: number) => {
      const own = apis[index % apis.length]!.client;
      const revisions: number[] = [];
      answered.set(id, revisions);
      // A slow machine kills fewer per minute, so the test runs longer there.
      while (performance.now() < end || killed < KILLS) {
        const { reply, unanswered } = await insist(own, id, `${id}/${String(revisions.length)}`);
        expect(reply.status).toBe(200);
        unansweredInAll += unanswered;
        revisions.push(reply.body.revision as number);
      }
    };
    const sending = Promise.all(ids.map(client));
    for (const _ of ['once', 'twice']) {
      await delay(LONG / 3);
      await restartStore();
    }
    await sending;
    over.abort();
    await killing;
    expect(unansweredInAll).toBeGreaterThan(0);

    for (const [id, revisions] of answered) {
      const events = await first.client.all(`/v1/subscriptions/${id}/events`);
      const added = events.filter(({ type }) => type === 'SeatsAdded');
      expect(added).toHaveLength(revisions.length);
      expect(new Set(added.map(({ commandId }) => commandId)).size).toBe(revisions.length);
      expect((await first.client.get(id)).quantity).toBe(1 + revisions.length);
      // Sent one after the other, each command got its own revision in the stream.
      expect(revisions.toSorted((a, b) => a - b)).toEqual(revisions);
    }
    const { kept, replayed } = await cluster.digests();
    expect(kept).toEqual(replayed);
    expect([...answered.values()].flat().length).toBeGreaterThan(CLIENTS);
  });
});
