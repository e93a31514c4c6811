import { SignJWT } from 'jose';
import { catalogueOf, offer, plan, sku, type Client, type Reply } from '../support/client.ts';
import { Issuer } from '../support/issuer.ts';
import { startLedger, type RunningLedger } from '../support/ledger.ts';

const catalogue = catalogueOf(
  'test-1',
  '2015-01-01T00:00:00Z',
  offer('P', [sku('1', [plan('P1M', 'monthly', '10.08')])]),
);

const admin = { role: 'global-admin', partner: 'default' };

const { now: realNow } = Date;
/** Sets the machine's clock, which decides on tokens even when the ledger's clock is simulated. */
const itIs = (now: number): void => {
  Date.now = () => now;
};

const told = ({ status, body }: Reply): unknown[] => [status, body.code];

describe('a token of the issuer', () => {
  let issuer: Issuer;
  let ledger: RunningLedger;
  let operator: Client;

  beforeAll(async () => {
    issuer = await Issuer.start();
    ledger = await startLedger({ clock: '2021-06-18T09:00:00.000Z', catalogue, env: issuer.variables });
    operator = ledger.client;
  });
  afterAll(async () => {
    await ledger.stop();
    await issuer.stop();
  });
  afterEach(() => {
    Date.now = realNow;
    issuer.away = false;
  });

  const read = async (token: string): Promise<Reply> => operator.as(token).call('GET', '/v1/customers');
  const saying = async (claims: Parameters<Issuer['token']>[0]) => read(await issuer.token({ ...admin, ...claims }));

  it('admits its subject, for the partner and with the role that it names', async () => {
    const alice = operator.as(await issuer.token({ ...admin, role: 'sales-agent' }));
    const customerId = await alice.customer();
    const subscriptionId = await alice.buy(customerId, { offerId: 'P' });
    const { items } = await alice.must('GET', `/v1/subscriptions/${subscriptionId}/events`);
    const who = { id: 'login.example.com/alice', role: 'sales-agent', partnerId: 'default' };
    expect(items[0].actor).toEqual(who);
    expect(told(await alice.call('GET', '/v1/keys'))).toEqual([403, 'FORBIDDEN_ROLE']);
  });

  it.each([
    ['another issuer', { iss: 'https://login.example.com' }],
    ['no issuer', { iss: undefined }],
    ['another audience', { aud: 'another-program' }],
    ['no audience', { aud: undefined }],
    ['an end that has passed', { exp: Math.floor(Date.now() / 1_000) - 6 }],
    ['no end', { exp: undefined }],
    ['a beginning that is yet to come', { nbf: Math.floor(Date.now() / 1_000) + 60 }],
    ['no subject', { sub: undefined }],
    ['a subject with a line break', { sub: 'alice\nbob' }],
    ['a partner that is not registered', { partner: 'unregistered' }],
    ['no partner', { partner: undefined }],
    ['two partners', { partner: ['default', 'default'] }],
  ])('is refused with %s', async (_, claims) => {
    const reply = await saying(claims);
    expect(told(reply)).toEqual([401, 'UNAUTHENTICATED']);
    expect(reply.headers.get('www-authenticate')).toBe('Bearer');
  });

  it.each([
    ['no role', undefined],
    ['an unknown role', 'administrator'],
    ['the role of the ledger itself', 'system'],
    ['only roles of other programs', ['user', 'offline_access']],
    ['two roles', ['auditor', 'global-admin']],
    ['a number', 7],
  ])('allows nothing with %s', async (_, role) => {
    expect(told(await saying({ role }))).toEqual([403, 'FORBIDDEN_ROLE']);
  });

  it('may name its role in a list among roles of other programs, and its audience in a list', async () => {
    expect((await saying({ role: ['user', 'auditor'], aud: ['mail', Issuer.audience] })).status).toBe(200);
  });

  const part = (json: object) => Buffer.from(JSON.stringify(json)).toString('base64url');
  const good = () => ({
    ...admin,
    iss: Issuer.address,
    aud: Issuer.audience,
    sub: 'alice',
    exp: Math.floor(Date.now() / 1_000) + 60,
  });

  it('is refused without a signature', async () => {
    const body = `${part({ alg: 'none', kid: 'key-1' })}.${part(good())}`;
    for (const token of [`${body}.`, `${body}.${(await issuer.token(admin)).split('.')[2]!}`])
      expect(told(await read(token))).toEqual([401, 'UNAUTHENTICATED']);
  });

  it('is refused when it is signed with the public key as a shared secret', async () => {
    const [key] = issuer.keySet.keys;
    for (const secret of [JSON.stringify(key), key!.n!, Buffer.from(key!.n!, 'base64url')]) {
      const token = await new SignJWT(good())
        .setProtectedHeader({ alg: 'HS256', kid: 'key-1' })
        .sign(typeof secret === 'string' ? new TextEncoder().encode(secret) : secret);
      expect(told(await read(token))).toEqual([401, 'UNAUTHENTICATED']);
    }
  });

  it('is refused when its content was changed', async () => {
    const [head, , signature] = (await issuer.token({ ...admin, role: 'auditor' })).split('.');
    expect(told(await read(`${head!}.${part(good())}.${signature!}`))).toEqual([401, 'UNAUTHENTICATED']);
    for (const broken of ['eyJ..', 'eyJhIjoxfQ.e30.x', 'eyJhbGciOiJSUzI1NiJ9.e30.', `eyJ${'A'.repeat(12_000)}.e30.x`])
      expect(told(await read(broken))).toEqual([401, 'UNAUTHENTICATED']);
  });

  it('never acts as the operator', async () => {
    const token = operator.as(await issuer.token(admin));
    for (const [method, path] of [
      ['GET', '/v1/partners'],
      ['POST', '/v1/partners'],
      ['PUT', '/v1/catalog'],
    ] as const)
      // prettier-ignore
      expect(told(await token.call(method, path, method === 'GET' ? undefined : {}))).toEqual([403, 'FORBIDDEN_ROLE']);
    const foreign = { name: 'x', role: 'auditor', partnerId: 'fabrikam' };
    expect(told(await token.call('POST', '/v1/keys', foreign))).toEqual([403, 'FORBIDDEN_ROLE']);
    expect((await token.must('GET', '/v1/keys')).items).not.toEqual([]);
  });

  it('for a newly registered partner is valid at once, and shows nothing of other partners', async () => {
    const partner = { partnerId: 'adatum', name: 'Adatum', model: 'directBill', cloud: 'global' };
    const token = operator.as(await issuer.token({ ...admin, partner: 'adatum' }));
    expect((await token.call('GET', '/v1/customers')).status).toBe(401);
    await operator.must('POST', '/v1/partners', { ...partner, newCommercePreview: true });
    await operator.customer();
    expect(await token.all('/v1/customers')).toEqual([]);
  });

  it('signed with a new key is accepted once the issuer has published that key; one signed with the old key is not', async () => {
    const old = await issuer.token(admin);
    expect((await read(old)).status).toBe(200);
    await issuer.rotate();
    const looks = issuer.looks;
    expect(told(await saying({}))).toEqual([401, 'UNAUTHENTICATED']);
    // Tokens with unknown keys do not make the ledger fetch the key set again and again.
    expect(issuer.looks).toBe(looks);
    itIs(Date.now() + 31_000);
    expect((await saying({})).status).toBe(200);
    expect(issuer.looks).toBe(looks + 1);
    expect(told(await read(old))).toEqual([401, 'UNAUTHENTICATED']);
  });

  it('is refused while the key set is unavailable; API keys still work', async () => {
    const now = Date.now() + 1_000_000;
    itIs(now);
    const exp = Math.floor(now / 1_000) + 60;
    issuer.away = true;
    const looks = issuer.looks;
    for (let i = 0; i < 3; i += 1) {
      const reply = await saying({ exp });
      expect([...told(reply), reply.headers.get('retry-after')]).toEqual([401, 'UNAUTHENTICATED', '5']);
    }
    expect(issuer.looks).toBe(looks + 1);
    expect((await operator.call('GET', '/v1/customers')).status).toBe(200);
    issuer.away = false;
    itIs(now + 5_000);
    expect((await saying({ exp })).status).toBe(200);
  });
});

describe('tokens', () => {
  let issuer: Issuer;

  beforeAll(async () => {
    issuer = await Issuer.start();
  });
  afterAll(() => issuer.stop());

  it('are mapped by the configured claims, and rate-limited by subject', async () => {
    const env = {
      ...issuer.variables,
      SUBLEDGER_OIDC_ROLE_CLAIM: 'https://acme.example/role',
      SUBLEDGER_OIDC_PARTNER_CLAIM: 'tenant',
      SUBLEDGER_RATE_LIMIT: '2',
    };
    const ledger = await startLedger({ catalogue, env });
    const status = async (claims: object) =>
      (await ledger.client.as(await issuer.token({ ...claims })).call('GET', '/v1/customers')).status;
    const alice = { 'https://acme.example/role': 'auditor', tenant: 'default' };
    expect(await status(admin)).toBe(401);
    expect([await status(alice), await status(alice), await status(alice)]).toEqual([200, 200, 429]);
    expect(await status({ ...alice, sub: 'bob' })).toBe(200);
    await ledger.stop();
  });

  it('are refused by a ledger that has no issuer', async () => {
    const ledger = await startLedger({ catalogue });
    const reply = await ledger.client.as(await issuer.token(admin)).call('GET', '/v1/customers');
    expect(told(reply)).toEqual([401, 'UNAUTHENTICATED']);
    await ledger.stop();
  });
});
