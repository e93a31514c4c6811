import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { catalogueOf, offer, plan, sku } from './support/client.ts';
import { startLedger, type RunningLedger } from './support/ledger.ts';

const listOf = (version: string, effectiveFrom: string, price: string) =>
  catalogueOf(version, effectiveFrom, offer('P', [sku('1', [plan('P1M', 'monthly', price)])]));

let data: string;
let running: RunningLedger | undefined;
const started = async (...setting: Parameters<typeof startLedger>): Promise<RunningLedger> => {
  await running?.stop();
  return (running = await startLedger(...setting));
};

beforeAll(() => {
  data = mkdtempSync(join(tmpdir(), 'subledger-start-'));
});
afterAll(async () => {
  await running?.stop();
  rmSync(data, { recursive: true });
});

it('what fell due before a start is settled at the price list that was in force when it fell due', async () => {
  const first = await started({
    data,
    clock: '2021-06-18T09:00:00Z',
    catalogue: listOf('2021-06', '2021-01-01T00:00:00Z', '10.00'),
  });
  const customerId = await first.client.customer();
  const ids = [];
  for (let i = 0; i < 20; i += 1) ids.push(await first.client.buy(customerId, { offerId: 'P', quantity: 1 }));

  // Two renewals are overdue; the second is due after the new list came into force.
  const next = await started({
    data,
    clock: '2021-08-20T09:00:00Z',
    catalogue: listOf('2021-08', '2021-08-01T00:00:00Z', '12.00'),
  });
  await next.client.at('2021-08-20T09:00:00.001Z');
  const renewed = (await next.client.all('/v1/charges')).filter(({ chargeType }) => chargeType === 'renew');
  const prices = renewed.map(({ chargeStart, subtotal }) => `${String(chargeStart)} ${String(subtotal)}`);
  expect(prices.toSorted()).toEqual([...ids.map(() => '2021-07-18 10.00'), ...ids.map(() => '2021-08-18 12.00')]);
});
