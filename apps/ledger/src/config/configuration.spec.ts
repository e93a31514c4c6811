import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pinAt } from '#policy';
import { ConfigurationError, readConfiguration } from './configuration.ts';

const problemOf = (environment: Record<string, string>): ConfigurationError => {
  try {
    readConfiguration(environment);
  } catch (error) {
    if (error instanceof ConfigurationError) return error;
    throw error;
  }
  throw new Error('was accepted');
};

const elsewhere = {
  EVENTSTORE_URL: 'esdb+discover://admin:changeit@events.example:2113?tls=true',
  DATABASE_URL: 'postgres://ledger:secret@db.example:5432/ledger',
};

describe('the configuration', () => {
  let folder: string;
  const file = (name: string, text: string | Buffer): string => {
    const path = join(folder, name);
    writeFileSync(path, text);
    return path;
  };

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'configuration-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it('has a default for everything', () => {
    const { locations, catalogueFile, policy, roles, ...rest } = readConfiguration({});
    const cacheBytes = 268_435_456;
    expect(rest).toEqual({ port: 3000, host: '127.0.0.1', clock: { kind: 'system' }, logLevel: 'warn', cacheBytes });
    expect(locations).toEqual({ dataFolder: join(process.cwd(), 'data') });
    expect(catalogueFile).toBe(join(process.cwd(), 'catalog.sample.json'));
    expect(policy.timeline.map(({ pin }) => pin)).toEqual([{ preset: 'seed-2021-09' }]);
    expect([...roles]).toEqual(['api', 'projector', 'scheduler']);
  });

  it('treats an empty value as unset', () => {
    expect(readConfiguration({ PORT: '', EVENTSTORE_URL: '', SUBLEDGER_CLOCK: '' }).port).toBe(3000);
  });

  it('accepts a simulated clock in any form of ISO 8601', () => {
    expect(readConfiguration({ SUBLEDGER_CLOCK: 'simulated:2021-06-18T11:00:00.1239+02:00' }).clock).toEqual({
      kind: 'simulated',
      from: '2021-06-18T09:00:00.123Z',
    });
  });

  it('accepts the addresses of stores outside the data folder', () => {
    expect(readConfiguration(elsewhere).locations).toEqual({
      dataFolder: join(process.cwd(), 'data'),
      eventStoreUrl: 'esdb+discover://admin:changeit@events.example:2113?tls=true',
      databaseUrl: 'postgres://ledger:secret@db.example:5432/ledger',
    });
  });

  it('shows no password of an invalid URL', () => {
    for (const variable of ['EVENTSTORE_URL', 'DATABASE_URL'])
      expect(problemOf({ [variable]: 'ftp://admin:changeit@events.example' }).message).not.toContain('changeit');
  });

  it('accepts duties, a rate limit, a key and a log level', () => {
    const { roles, rateLimit, apiKey, logLevel, port } = readConfiguration({
      ...elsewhere,
      SUBLEDGER_ROLE: 'scheduler, api',
      SUBLEDGER_RATE_LIMIT: '60',
      SUBLEDGER_API_KEY: 'secret',
      LOG_LEVEL: 'debug',
      PORT: '0',
    });
    expect([[...roles], rateLimit, apiKey, logLevel, port]).toEqual([['api', 'scheduler'], 60, 'secret', 'debug', 0]);
  });

  it('reads a policy from a file, with its overrides', () => {
    const path = file(
      'policy.json',
      JSON.stringify({
        timeline: [
          { from: '2015-01-01T00:00:00Z', preset: 'seed-2021-09' },
          {
            from: '2022-03-01T00:00:00Z',
            preset: 'docs-2022-03',
            override: { 'nce.cancel.proratedWindow': 'PT168H' },
          },
        ],
      }),
    );
    const { policy } = readConfiguration({ SUBLEDGER_POLICY: path });
    expect(pinAt(policy, '2022-02-28T23:59:59.999Z')).toEqual({ preset: 'seed-2021-09' });
    expect(pinAt(policy, '2022-03-01T00:00:00.000Z')).toEqual({
      preset: 'docs-2022-03',
      override: { 'nce.cancel.proratedWindow': 'PT168H' },
    });
  });

  it.each([
    ['PORT', '65536'],
    ['PORT', '80a'],
    ['PORT', '-1'],
    ['SUBLEDGER_CLOCK', 'now'],
    ['SUBLEDGER_CLOCK', 'simulated:'],
    ['SUBLEDGER_CLOCK', 'simulated:2021-02-30T00:00:00Z'],
    ['SUBLEDGER_CLOCK', 'simulated:2021-06-18'],
    ['SUBLEDGER_CLOCK', 'simulated:9900-01-01T00:00:00.001Z'],
    ['SUBLEDGER_API_KEY', 'two words'],
    ['SUBLEDGER_API_KEY', 'é'],
    ['SUBLEDGER_POLICY', 'seed-2020-01'],
    ['SUBLEDGER_RATE_LIMIT', '0'],
    ['SUBLEDGER_RATE_LIMIT', 'many'],
    ['SUBLEDGER_ROLE', 'reader'],
    ['SUBLEDGER_ROLE', 'api,all'],
    ['LOG_LEVEL', 'loud'],
    ['SUBLEDGER_ROLE', 'api'],
    ['EVENTSTORE_URL', 'http://localhost:2113'],
    ['EVENTSTORE_URL', 'esdb://'],
    ['DATABASE_URL', 'mysql://localhost/ledger'],
    ['DATABASE_URL', 'postgres://local host/ledger'],
    ['SUBLEDGER_OIDC_ISSUER', 'https://login.example.com'],
    ['SUBLEDGER_OIDC_AUDIENCE', 'subledger'],
    ['SUBLEDGER_OIDC_JWKS_URL', 'https://login.example.com/keys'],
    ['SUBLEDGER_OIDC_ROLE_CLAIM', 'roles'],
    ['SUBLEDGER_OIDC_PARTNER_CLAIM', 'tenant'],
  ])('refuses %s=%s, in one line that begins with the name', (variable, value) => {
    const problem = problemOf({ [variable]: value });
    expect(problem.setting).toBe(variable);
    expect(problem.message.startsWith(`${variable} `)).toBe(true);
    expect(problem.message).not.toContain('\n');
  });

  const oidc = {
    SUBLEDGER_OIDC_ISSUER: 'https://login.example.com/',
    SUBLEDGER_OIDC_AUDIENCE: 'subledger',
    SUBLEDGER_OIDC_JWKS_URL: 'https://login.example.com/keys',
  };

  it('accepts an issuer of tokens, and the claims to read', () => {
    expect(readConfiguration(oidc).oidc).toEqual({
      issuer: 'https://login.example.com/',
      audience: 'subledger',
      keySetUrl: new URL('https://login.example.com/keys'),
      roleClaim: 'role',
      partnerClaim: 'partner',
    });
    const named = { SUBLEDGER_OIDC_ROLE_CLAIM: 'https://acme.example/role', SUBLEDGER_OIDC_PARTNER_CLAIM: 'tenant' };
    const { roleClaim, partnerClaim } = readConfiguration({ ...oidc, ...named }).oidc ?? {};
    expect([roleClaim, partnerClaim]).toEqual(['https://acme.example/role', 'tenant']);
    const local = { ...oidc, SUBLEDGER_OIDC_JWKS_URL: 'http://127.0.0.1:8080/keys' };
    expect(readConfiguration(local).oidc?.keySetUrl.port).toBe('8080');
  });

  it.each([
    ['SUBLEDGER_OIDC_ISSUER', 'login.example.com'],
    ['SUBLEDGER_OIDC_ISSUER', 'ftp://login.example.com'],
    ['SUBLEDGER_OIDC_AUDIENCE', 'two words'],
    ['SUBLEDGER_OIDC_JWKS_URL', '/keys'],
    ['SUBLEDGER_OIDC_JWKS_URL', 'http://login.example.com/keys'],
    ['SUBLEDGER_OIDC_ROLE_CLAIM', 'rôle'],
  ])('refuses %s=%s together with the others', (variable, value) => {
    expect(problemOf({ ...oidc, [variable]: value }).setting).toBe(variable);
  });

  it('names the variables that OIDC still needs', () => {
    expect(problemOf({ ...oidc, SUBLEDGER_OIDC_JWKS_URL: '' }).message).toBe(
      'SUBLEDGER_OIDC_ISSUER also needs SUBLEDGER_OIDC_JWKS_URL to be set',
    );
  });

  it('never shows a key', () => {
    expect(problemOf({ SUBLEDGER_API_KEY: 'not so secret' }).message).not.toContain('secret');
  });

  it('names the position of a problem in a policy file', () => {
    const text = JSON.stringify({
      timeline: [{ from: '2021-01-01T00:00:00Z', preset: 'seed-2021-09', override: { a: 1 } }],
    });
    expect(problemOf({ SUBLEDGER_POLICY: file('wrong.json', text) }).message).toContain('timeline[0].override.a');
    expect(problemOf({ SUBLEDGER_POLICY: file('none.json', '{') }).message).toContain('is not JSON');
    const latin1 = Buffer.from('{"caf\xe9":1}', 'latin1');
    expect(problemOf({ SUBLEDGER_POLICY: file('latin1.json', latin1) }).message).toContain('is not UTF-8');
  });
});
