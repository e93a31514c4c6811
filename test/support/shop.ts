import { catalogueOf, offer, plan, sku, type Client, type Reply } from './client.ts';

const both = (price: string) => ({ EUR: price, USD: price });

const plans = (month: string, year: string) => [
  plan('P1M', 'monthly', both(month)),
  plan('P1Y', 'monthly', both(month)),
  plan('P1Y', 'annual', both(year)),
];

const years = (month: string, year: string) => [
  ...plans(month, year),
  plan('P3Y', 'monthly', both(month)),
  plan('P3Y', 'annual', both(year)),
];

const addOn = (prerequisite: string, minShareOfBase: string | null = null) => ({
  addOn: { prerequisiteSkus: [prerequisite], minShareOfBase },
});

const fromPartner = { publisher: { kind: 'partner', name: 'Fabrikam' } };

/** New commerce: 10.08, 6.43 and 3.00 a month, a trial that converts at 52.61, an add-on at 2.50. */
const newCommerce = offer('P', [
  sku('1', years('10.08', '120.96'), { upgradeTargets: ['P/2'] }),
  sku('2', years('6.43', '77.16')),
  sku('3', plans('3.00', '36.00'), { upgradeTargets: ['P/1'], minSeats: 2, maxSeats: 300 }),
  sku('T', [plan('P1M', 'monthly', both('0'))], { trialDays: 30, convertsTo: 'P/E' }),
  sku('E', plans('52.61', '631.32')),
  sku('A', years('2.50', '30.00'), addOn('P/1')),
  sku('W', [plan('P1M', 'monthly', { EUR: '0.00', JPY: '1000', KWD: '3.250', USD: '0.0155' })]),
]);

/** Legacy, as the book prints it: 4.00 a month or 48.00 a year, with add-ons and a trial. */
const legacy = offer(
  'L',
  [
    sku('1', plans('4.00', '48.00'), { upgradeTargets: ['L/2'] }),
    sku('2', plans('6.00', '72.00')),
    sku('A', plans('1.00', '12.00'), addOn('L/1')),
    sku('B', plans('2.00', '24.00'), addOn('L/1', '0.05')),
    sku('C', plans('3.00', '36.00'), addOn('L/2')),
    sku('D', plans('5.00', '60.00'), addOn('L/1')),
    sku('T', [plan('P1M', 'monthly', both('0'))], { trialDays: 30, convertsTo: 'L/1' }),
  ],
  { kind: 'legacy' },
);

/** Marketplace: 10.00 a month or 110.00 a year; another at 2.00 after 30 free days. */
const marketplace = offer(
  'M',
  [
    sku('1', plans('10.00', '110.00'), { setupUrl: 'https://fabrikam.example/setup?s={subscriptionId}' }),
    sku('T', plans('2.00', '20.00'), { trialDays: 30, setupUrl: 'https://fabrikam.example/try/{subscriptionId}' }),
  ],
  { kind: 'isvSaas', ...fromPartner },
);

/** Usage: 10.00 a month with 100 calls. */
const usage = offer('U', [sku('1', [{ ...plan('P1M', 'monthly', both('10.00')), includedUnits: { calls: '100' } }])], {
  kind: 'usage',
  billingType: 'usage',
  ...fromPartner,
});

/** An offer that is bought and managed elsewhere (R7). */
const elsewhere = offer('CONTAINER', [sku('1', [plan('P1M', 'monthly', both('0'))])], {
  kind: 'usage',
  billingType: 'usage',
  transactable: false,
  ...fromPartner,
});

/** A shop with all four kinds of offers, at the book's prices where it gives any. */
export const shop = catalogueOf('shop', '2015-01-01T00:00:00Z', newCommerce, legacy, marketplace, usage, elsewhere);

/** The status and code of a refusal. */
export const no = ({ status, body }: Reply): string => `${String(status)} ${String(body.code)}`;

/** Expects a list to show a customer's subscriptions exactly as each of them shows itself. */
export const expectAgreement = async (client: Client, customerId: string): Promise<void> => {
  const path = `/v1/subscriptions?customerId=${customerId}&include=allowedActions,refundOptions,withdrawn`;
  for (const listed of await client.all(path)) {
    const { refusedActions: _, ...single } = await client.get(listed.subscriptionId);
    expect(listed).toEqual(single);
  }
};
