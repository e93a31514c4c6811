import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { catalogueOf, offer, plan, sku, type Client } from '../support/client.ts';
import { startLedger, type RunningLedger, type Setting } from '../support/ledger.ts';

const catalogue = catalogueOf(
  'test-1',
  '2015-01-01T00:00:00Z',
  offer('P', [sku('1', [plan('P1M', 'monthly', '10.08')])]),
);

/** The policies that this ledger has used: since when, and from which presets. */
const adoptions = async (client: Client): Promise<unknown[]> =>
  (await client.all('/v1/events'))
    .filter(({ stream }) => stream === 'policy-main')
    .map(({ type, effectiveAt, actor, data }) => [
      type,
      effectiveAt,
      actor.role,
      (data.timeline as { preset: string }[]).map(({ preset }) => preset),
    ]);

describe('the policy of a ledger', () => {
  let data: string;
  let ledger: RunningLedger;
  const restart = async (clock: string, policy?: Setting['policy']): Promise<Client> => {
    ledger = await startLedger({ data, catalogue, clock, ...(policy === undefined ? {} : { policy }) });
    return ledger.client;
  };

  beforeEach(() => {
    data = mkdtempSync(join(tmpdir(), 'policy-'));
  });
  afterEach(async () => {
    await ledger.stop();
    rmSync(data, { recursive: true });
  });

  it('is recorded with every change, and a subscription keeps the policy that it was bought under (E53)', async () => {
    let client = await restart('2021-06-18T09:00:00.000Z');
    const customerId = await client.customer();
    const first = await client.buy(customerId, { offerId: 'P', term: 'P1M' });
    const before = await client.get(first);
    await ledger.stop();

    client = await restart('2021-06-19T09:00:00.000Z', 'docs-2022-03');
    expect(await client.get(first)).toEqual(before);
    const second = await client.buy(customerId, { offerId: 'P' });
    expect((await client.get(second)).policy).toBe('docs-2022-03');
    await client.at('2021-07-18T00:00:00.000Z');
    expect((await client.get(first)).policy).toBe('docs-2022-03');
    await ledger.stop();

    client = await restart('2021-07-19T09:00:00.000Z', 'docs-2022-03');
    await ledger.stop();
    client = await restart('2021-07-20T09:00:00.000Z', {
      timeline: [
        { from: '2021-09-01T00:00:00Z', preset: 'docs-2022-03', override: { 'nce.cancel.proratedWindow': 'PT168H' } },
        { from: '2015-01-01T00:00:00Z', preset: 'seed-2021-09' },
      ],
    });
    await ledger.stop();
    client = await restart('2021-07-21T09:00:00.000Z');

    expect(await adoptions(client)).toEqual([
      ['PolicyAdopted', '2021-06-18T09:00:00.000Z', 'system', ['seed-2021-09']],
      ['PolicyAdopted', '2021-06-19T09:00:00.000Z', 'system', ['docs-2022-03']],
      ['PolicyAdopted', '2021-07-20T09:00:00.000Z', 'system', ['seed-2021-09', 'docs-2022-03']],
      ['PolicyAdopted', '2021-07-21T09:00:00.000Z', 'system', ['seed-2021-09']],
    ]);
  });

  it('appears in the events of the operator’s partner, and of no other', async () => {
    const client = await restart('2021-06-18T09:00:00.000Z');
    const partner = { partnerId: 'fabrikam', name: 'Fabrikam', model: 'directBill', cloud: 'global' };
    await client.must('POST', '/v1/partners', { ...partner, newCommercePreview: true });
    const { key } = await client.must('POST', '/v1/keys', { name: 'a', role: 'auditor', partnerId: 'fabrikam' });
    expect(await adoptions(client)).toHaveLength(1);
    expect(await adoptions(client.as(key))).toEqual([]);
  });
});
