import diagnostics from 'node:diagnostics_channel';
import type { Socket } from 'node:net';
import { catalogueOf, offer, plan, sku, type Client } from '../support/client.ts';
import { startLedger, type RunningLedger } from '../support/ledger.ts';
import { no } from '../support/shop.ts';

const month = [plan('P1M', 'monthly', '10.00')];
const year = [plan('P1Y', 'monthly', '10.00'), ...month];
const saas = { kind: 'isvSaas', publisher: { kind: 'partner', name: 'Fabrikam' } };
const metered = { kind: 'usage', billingType: 'usage', publisher: { kind: 'partner', name: 'Fabrikam' } };

/** An offer for each reason why it cannot be bought, and similar ones without a reason. */
const catalogue = catalogueOf(
  'rule-book',
  '2015-01-01T00:00:00Z',
  offer('BASIC', [sku('1', year, { upgradeTargets: ['BETTER/1'] })]),
  offer('BETTER', [sku('1', year)], { category: 'smallBusiness' }),
  offer('OFFICE', [sku('1', year), sku('2', year, { addOn: { prerequisiteSkus: ['OFFICE/1'] } })], { kind: 'legacy' }),
  offer('CRM', [sku('1', year, { setupUrl: 'https://crm.example/finish/{subscriptionId}' })], saas),
  offer('GIVEN', [sku('1', month)], { ...saas, exclusiveTo: ['default'] }),
  offer('METER', [sku('1', month)], { ...metered, category: 'trial' }),
  offer('SCHOOL', [sku('1', month)], { segments: ['education'] }),
  offer('SINGLE', [sku('1', month)], { kind: 'legacy', limitPerCustomer: 1 }),
  offer('RESTING', [sku('1', month)], { kind: 'legacy', limitPerCustomer: 1 }),
  offer('ABROAD', [sku('1', month)], { ...saas, countries: ['DE'] }),
  offer('DIRECT', [sku('1', month)], { ...saas, inCsp: false }),
  offer('OTHERS', [sku('1', month)], { ...saas, exclusiveTo: ['contoso'] }),
  offer('CONTAINER', [sku('1', month)], { ...metered, transactable: false }),
  offer('NOTHING', [sku('1', month)], {
    ...metered,
    segments: ['education'],
    countries: ['DE'],
    inCsp: false,
    exclusiveTo: ['contoso'],
    transactable: false,
  }),
);

const at = '2021-06-18T09:00:00.000Z';

let ledger: RunningLedger;
let client: Client;
let customerId: string;

beforeEach(async () => {
  ledger = await startLedger({ clock: at, catalogue });
  client = ledger.client;
  customerId = await client.customer();
});
afterEach(() => ledger.stop());

type Offered = {
  readonly offerId: string;
  readonly purchasable: boolean;
  readonly reasons: readonly { readonly code: string; readonly reactivateSubscriptionId?: string }[];
};

const offered = async (query = '', as = client): Promise<readonly Offered[]> =>
  (await as.all(`/v1/offers${query === '' ? '' : `?${query}`}`)) as Offered[];
const ids = async (query: string, as = client) => (await offered(query, as)).map(({ offerId }) => offerId);
const request = (offerId: string, over: object = {}) => ({
  customerId,
  offerId,
  skuId: '1',
  quantity: 10,
  term: 'P1M',
  billingCycle: 'monthly',
  ...over,
});

describe('the list of offers', () => {
  it("has both Microsoft's offers and the marketplace's, for a customer and a partner (R4, R9, R30)", async () => {
    const all = await offered();
    expect(all.map(({ offerId }) => offerId)).toEqual([
      ...['BASIC', 'BETTER', 'OFFICE', 'CRM', 'GIVEN', 'METER', 'SCHOOL', 'SINGLE', 'RESTING'],
      ...['ABROAD', 'DIRECT', 'OTHERS', 'CONTAINER', 'NOTHING'],
    ]);
    const judged = await offered(`customerId=${customerId}`);
    // For a customer no offer is left out or changed, except for the fields about the customer.
    expect(judged.map(({ purchasable: _, reasons: __, ...rest }) => rest)).toEqual(all);
    expect(judged.filter(({ purchasable }) => purchasable).map(({ offerId }) => offerId)).toEqual([
      ...['BASIC', 'BETTER', 'OFFICE', 'CRM', 'GIVEN', 'METER', 'SINGLE', 'RESTING'],
    ]);
    // Every purchase must have the result that the list predicts, which another view or another set of rules would not give.
    for (const { offerId, purchasable, reasons } of judged) {
      const { quantity: _, ...without } = request(offerId);
      const reply = await client.call(
        'POST',
        '/v1/subscriptions?dryRun=true',
        offerId === 'METER' ? without : request(offerId),
      );
      expect([offerId, reply.status < 300, reply.body.code]).toEqual([offerId, purchasable, reasons[0]?.code]);
    }
  });

  it.each([
    ['R10', 'publisher=microsoft', ['BASIC', 'BETTER', 'OFFICE', 'SCHOOL', 'SINGLE', 'RESTING']],
    ['R10', 'publisher=partner', ['CRM', 'GIVEN', 'METER', 'ABROAD', 'DIRECT', 'OTHERS', 'CONTAINER', 'NOTHING']],
    ['R11', 'billingType=usage', ['METER', 'CONTAINER', 'NOTHING']],
    ['R12', 'category=smallBusiness', ['BETTER']],
    ['R12', 'category=trial', ['METER']],
    ['R13', 'publisher=partner&billingType=usage&category=enterprise', ['CONTAINER', 'NOTHING']],
    ['R13', 'publisher=microsoft&billingType=usage', []],
  ])('%s: can be filtered by %s', async (_, query, expected) => {
    expect(await ids(query)).toEqual(expected);
  });

  it('shows an offer that cannot be bought, with every reason (R13–R19)', async () => {
    const resting = await client.buy(customerId, { offerId: 'RESTING' });
    await client.tell(resting, 'suspend', { reason: 'nonPayment' });
    await client.buy(customerId, { offerId: 'SINGLE' });
    const judged = await offered(`customerId=${customerId}`);
    const reasons = judged
      .filter(({ purchasable }) => !purchasable)
      .map((one) => [one.offerId, one.reasons.map(({ code }) => code)]);
    expect(reasons).toEqual([
      ['SCHOOL', ['SEGMENT_NOT_SUPPORTED']],
      ['SINGLE', ['ALREADY_OWNED_SINGLE']],
      ['RESTING', ['SUSPENDED_EXISTS', 'ALREADY_OWNED_SINGLE']],
      ['ABROAD', ['COUNTRY_NOT_SUPPORTED']],
      ['DIRECT', ['NOT_IN_CSP']],
      ['OTHERS', ['EXCLUSIVE_TO_OTHERS']],
      ['CONTAINER', ['NOT_TRANSACTABLE_HERE']],
      [
        'NOTHING',
        [
          'SEGMENT_NOT_SUPPORTED',
          'COUNTRY_NOT_SUPPORTED',
          'NOT_IN_CSP',
          'EXCLUSIVE_TO_OTHERS',
          'NOT_TRANSACTABLE_HERE',
        ],
      ],
    ]);
    // R15: the subscription to be reactivated.
    const hints = judged.flatMap((one) => one.reasons.map(({ reactivateSubscriptionId }) => reactivateSubscriptionId));
    expect(hints.filter((hint) => hint !== undefined)).toEqual([resting]);
  });

  it('is the same for a partner of the US government’s cloud as for any other (R2)', async () => {
    const partner = { name: 'Agency', model: 'directBill', newCommercePreview: true };
    const [here, there] = await Promise.all(
      ['global', 'usgov'].map(async (cloud) => {
        await client.must('POST', '/v1/partners', { ...partner, partnerId: cloud, cloud });
        const key = await client.must('POST', '/v1/keys', { name: cloud, role: 'sales-agent', partnerId: cloud });
        const agency = client.as(key.key);
        const theirs = await agency.customer();
        const bought = await agency.must('POST', '/v1/subscriptions', { ...request('BASIC'), customerId: theirs });
        return [await offered(`customerId=${theirs}`, agency), bought.charges[0].subtotal];
      }),
    );
    expect(there).toEqual(here);
    expect(here?.[1]).toBe('100.00');
  });
});

describe('a marketplace subscription', () => {
  it('is bought by licence or metered, and an exclusive one by the partner that it is reserved for (R6)', async () => {
    const { quantity: _, ...units } = request('METER');
    for (const [body, kind] of [
      [request('CRM'), 'isvSaas'],
      [request('GIVEN'), 'isvSaas'],
      [units, 'usage'],
    ] as const) {
      const { subscriptionId } = await client.must('POST', '/v1/subscriptions', body);
      expect(await client.get(subscriptionId)).toMatchObject({ kind, status: 'active' });
    }
    expect(no(await client.call('POST', '/v1/subscriptions', request('OTHERS')))).toBe('409 EXCLUSIVE_TO_OTHERS');
  });

  it('shows its set-up link to its readers, and the ledger sends no mail: nothing leaves the ledger (R24, R25)', async () => {
    const called: (string | undefined)[] = [];
    const hear = (message: unknown) => {
      const { socket } = message as { socket: Socket };
      socket.once('connect', () => called.push(socket.remoteAddress));
    };
    diagnostics.subscribe('net.client.socket', hear);
    try {
      const reply = await client.call('POST', '/v1/subscriptions', request('CRM'), {
        headers: { connection: 'close' },
      });
      const { subscriptionId, events } = reply.body;
      const types = (events as { type: string }[]).map(({ type }) => type);
      expect(types).toEqual(['SubscriptionCreated', 'ChargesPosted']);
      const activationLink = `https://crm.example/finish/${String(subscriptionId)}`;
      expect(await client.get(subscriptionId)).toMatchObject({ activationLink });
      expect(await client.all('/v1/subscriptions')).toMatchObject([{ activationLink }]);
      await client.at('2021-06-25T09:00:00.000Z');
    } finally {
      diagnostics.unsubscribe('net.client.socket', hear);
    }
    // The test sees its own calls, and calls to stores on this machine; no socket has another address.
    expect(called).toContain('127.0.0.1');
    expect(called.filter((address) => address !== undefined && address !== '127.0.0.1')).toEqual([]);
  });
});

describe('after its purchase a subscription', () => {
  it('lists the actions that it allows: add-ons, seats, suspending (R23)', async () => {
    const { allowedActions } = await client.get(await client.buy(customerId, { offerId: 'OFFICE', quantity: 2 }));
    expect(allowedActions).toEqual(expect.arrayContaining(['add-ons', 'add-seats', 'remove-seats', 'suspend']));
    const single = await client.get(await client.buy(customerId, { offerId: 'SINGLE', quantity: 2 }));
    expect(single.allowedActions).toEqual(expect.arrayContaining(['add-seats', 'remove-seats', 'suspend']));
    expect(single.allowedActions).not.toContain('add-ons');
    expect(single.allowedActions).not.toContain('upgrade');
  });

  it('can be cancelled by a program, and only as a whole (R57, R62)', async () => {
    const id = await client.buy(customerId, { offerId: 'BASIC', quantity: 10 });
    const body = { reason: 'customerRequest' };
    expect(no(await client.send(id, 'cancel', { ...body, quantity: 4 }))).toBe('400 VALIDATION_FAILED');
    const cancelled = await client.tell(id, 'cancel', body);
    expect(cancelled.charges).toMatchObject([{ chargeType: 'cancelImmediate', quantity: 10, subtotal: '-100.00' }]);
    expect(await client.get(id)).toMatchObject({ status: 'deleted', access: false, allowedActions: [] });
  });

  it('loses and regains access with the command (R40, R60, R67, R69)', async () => {
    const [office, basic] = [
      await client.buy(customerId, { offerId: 'OFFICE' }),
      await client.buy(customerId, { offerId: 'BASIC' }),
    ];
    const access = async (id: string, verb: string, body: object = {}) => {
      await client.tell(id, verb, body);
      return (await client.get(id)).access;
    };
    const reason = { reason: 'nonPayment' };
    expect(await access(office, 'suspend', reason)).toBe(false);
    expect(await access(office, 'reactivate')).toBe(true);
    expect(await access(basic, 'pause')).toBe(false);
    expect(await access(basic, 'resume')).toBe(true);
    expect(await access(basic, 'cancel', reason)).toBe(false);
  });
});

describe('a scheduled change', () => {
  const path = (id: string) => `/v1/subscriptions/${id}/scheduled-change`;

  it('can be read, replaced and removed (R84, R85)', async () => {
    const id = await client.buy(customerId, { offerId: 'BASIC', quantity: 10 });
    await client.must('PUT', path(id), { quantity: 4 });
    expect((await client.get(id)).scheduledChange).toEqual({ quantity: 4 });
    await client.must('PUT', path(id), { term: 'P1Y' });
    expect((await client.get(id)).scheduledChange).toEqual({ term: 'P1Y' });
    await client.must('DELETE', path(id));
    expect((await client.get(id)).scheduledChange).toBeNull();
    await client.at('2021-07-18T00:00:00.000Z');
    expect(await client.get(id)).toMatchObject({ quantity: 10, term: 'P1M', termStart: '2021-07-18' });
  });

  it('to another SKU leaves licences to be reassigned manually, and says so (R80, R87)', async () => {
    const id = await client.buy(customerId, { offerId: 'BASIC', quantity: 10 });
    await client.must('PUT', path(id), { offerId: 'BETTER', quantity: 8 });
    expect(await client.get(id)).toMatchObject({ offerId: 'BASIC', licenceReassignment: null });
    await client.at('2021-07-18T00:00:00.000Z');
    expect(await client.get(id)).toMatchObject({ offerId: 'BETTER', quantity: 8, licenceReassignment: 'manual' });
    expect((await client.lines(id)).at(-1)).toEqual(['renew', 8, '80.00', '2021-07-18', '2021-08-17']);
    expect(await client.all('/v1/subscriptions')).toMatchObject([{ licenceReassignment: 'manual' }]);
  });
});
