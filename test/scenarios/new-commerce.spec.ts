import { catalogueOf, offer, plan, sku, type Client } from '../support/client.ts';
import { startLedger, type RunningLedger } from '../support/ledger.ts';

/** The book's products: 10.08 and 6.43 a month, 120.96 a year in advance, a trial of 30 days for 52.61. */
const catalogue = catalogueOf(
  'book',
  '2015-01-01T00:00:00Z',
  offer('P', [
    sku(
      '1',
      [
        plan('P1M', 'monthly', '10.08'),
        plan('P1Y', 'monthly', '10.08'),
        plan('P1Y', 'annual', '120.96'),
        plan('P3Y', 'monthly', '10.08'),
      ],
      { upgradeTargets: ['P/2'] },
    ),
    sku('2', [plan('P1M', 'monthly', '6.43'), plan('P1Y', 'monthly', '6.43')]),
    sku('T', [plan('P1M', 'monthly', '0')], { trialDays: 30, convertsTo: 'P/E' }),
    sku('E', [plan('P1M', 'monthly', '52.61')]),
  ]),
);

let ledger: RunningLedger;
let client: Client;
let customerId: string;

const begin = async (clock: string, policy?: string) => {
  ledger = await startLedger({ clock, catalogue, ...(policy === undefined ? {} : { policy }) });
  client = ledger.client;
  customerId = await client.customer();
};

afterEach(() => ledger.stop());

describe('the worked examples of new commerce, by HTTP and a moving clock', () => {
  it('W1, W2: ten seats for a month, and for the next', async () => {
    await begin('2021-06-18T09:00:00.000Z');
    const id = await client.buy(customerId, { offerId: 'P', quantity: 10 });
    await client.at('2021-07-18T00:00:00.000Z');
    expect(await client.lines(id)).toEqual([
      ['new', 10, '100.80', '2021-06-18', '2021-07-17'],
      ['renew', 10, '100.80', '2021-07-18', '2021-08-17'],
    ]);
  });
});
