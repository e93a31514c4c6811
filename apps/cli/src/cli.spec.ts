import { spawn } from 'node:child_process';
import { hash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { openStores, type Stores } from '#ledger';
import { CUSTOMER, failed, json, sampleCatalogue, seed, subledgerOn, SUBSCRIPTION } from './cli.testing.ts';

/** For a test with several runs, each a process: the machine may be busy. */

let scratch: string;
let seeded: string;
let folders = 0;

/** A path that does not exist yet. */
const nowhere = (): string => join(scratch, `folder-${String((folders += 1))}`);

/** A copy of the seeded ledger, for a test that writes to it. */
const copy = async (): Promise<string> => {
  const folder = nowhere();
  await cp(seeded, folder, { recursive: true });
  return folder;
};

beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'subledger-cli-'));
  seeded = nowhere();
  await seed(seeded);
});
afterAll(() => rm(scratch, { recursive: true }));

describe('the events verb', () => {
  it('lists events as they were recorded', async () => {
    const subledger = subledgerOn(seeded);
    const [shown, listed] = await Promise.all([
      subledger('events', SUBSCRIPTION),
      subledger('events', SUBSCRIPTION, '--json'),
    ]);
    expect(shown.out).toMatch(/0 {2}2021-06-18T09:00:00\.000Z .* SubscriptionCreated .* default\/global-admin/);
    expect(shown.out).toContain('new 100.80 EUR');
    const events: { type: string }[] = json(listed).events;
    expect(events.map(({ type }) => type)).toEqual([
      'SubscriptionCreated',
      'ChargesPosted',
      'ChangeScheduled',
      'SeatsAdded',
      'ChargesPosted',
      'ScheduledChangeRemoved',
    ]);
    expect(events[3]).toMatchObject({
      stream: `subscription-${SUBSCRIPTION}`,
      revision: 3,
      schema: 1,
      effectiveAt: '2021-06-20T09:00:00.000Z',
      actor: { id: 'alice', role: 'global-admin', partnerId: 'default' },
      policy: 'seed-2021-09',
      data: { added: 2, quantity: 12 },
    });
  });

  it('stops at an instant', async () => {
    const { events } = json(
      await subledgerOn(seeded)('events', SUBSCRIPTION, '--at', '2021-06-20T08:59:59.999Z', '--json'),
    );
    expect(events).toHaveLength(3);
  });

  it('accepts only an existing subscription', async () => {
    expect(failed(await subledgerOn(seeded)('events', CUSTOMER))).toContain(`there is no subscription ${CUSTOMER}`);
  });
});

describe('the state verb', () => {
  const at = async (...instant: string[]) =>
    json(await subledgerOn(seeded)('state', SUBSCRIPTION, ...instant, '--json'));

  it('shows the recorded state', async () => {
    expect(await at()).toMatchObject({
      status: 'active',
      quantity: 12,
      unitPrice: '10.08',
      scheduledChange: null,
      cycleStart: '2021-06-18',
      cycleEnd: '2021-07-17',
      renewsOn: '2022-06-18',
      policy: 'seed-2021-09',
      revision: 5,
    });
  });

  it('shows the state at an instant, with everything that was due by then', async () => {
    expect(await at('--at', '2021-06-18T10:00:00Z')).toMatchObject({
      quantity: 10,
      scheduledChange: { quantity: 8 },
      revision: 2,
    });
    expect(await at('--at', '2022-07-01T00:00:00Z')).toMatchObject({
      quantity: 12,
      termStart: '2022-06-18',
      cycleStart: '2022-06-18',
      cycleEnd: '2022-07-17',
    });
  });

  it('refuses an instant after the clock', async () => {
    const subledger = subledgerOn(seeded, { SUBLEDGER_CLOCK: 'simulated:2021-07-01T00:00:00Z' });
    const { cycleStart } = json(await subledger('state', SUBSCRIPTION, '--at', '2030-01-01T00:00:00Z', '--json'));
    expect(cycleStart).toBe('2021-06-18');
  });

  it('reports no state before the first event', async () => {
    const early = await subledgerOn(seeded)('state', SUBSCRIPTION, '--at', '2021-06-18T08:00:00Z');
    expect(failed(early)).toContain('begins at 2021-06-18T09:00:00.000Z');
  });

  it('prints a tree for people', async () => {
    const { status, out } = await subledgerOn(seeded)('state', SUBSCRIPTION);
    expect(status).toBe(0);
    expect(out).toMatch(/├─ quantity +12\n/);
    expect(out).toMatch(/├─ lots\n│ {2}├─ quantity 10, since 2021-06-18T09:00:00\.000Z\n│ {2}└─ quantity 2, /);
  });
});

describe('an export', () => {
  let file: string;
  let lines: string[];
  const digestOf = async (folder: string) => json(await subledgerOn(folder)('digest', '--json'));

  beforeAll(async () => {
    file = join(scratch, 'export.ndjson');
    const { out } = await subledgerOn(seeded)('export');
    await writeFile(file, out);
    lines = out.trimEnd().split('\n');
  });

  it('contains the log, line by line', () => {
    expect(lines).toHaveLength(9);
    expect(JSON.parse(lines[0]!)).toMatchObject({ stream: 'catalog-main', revision: 0, type: 'CataloguePublished' });
    expect(JSON.parse(lines[8]!)).toMatchObject({
      stream: `subscription-${SUBSCRIPTION}`,
      revision: 5,
      schema: 1,
      meta: { actor: { id: 'alice' }, recordedAt: '2021-06-20T09:00:00.000Z' },
    });
  });

  it('continues after a position', async () => {
    const { position } = JSON.parse(lines[6]!);
    const { out } = await subledgerOn(seeded)('export', '--after', position, '--json');
    expect(out).toBe(`${lines[7]!}\n${lines[8]!}\n`);
    expect(failed(await subledgerOn(seeded)('export', '--after', 'yesterday'))).toContain('"yesterday" is no position');
  });

  it('can be a table for spreadsheets', async () => {
    const { out } = await subledgerOn(seeded)('export', '--format', 'csv');
    const [headings, ...rows] = out.trimEnd().split('\n');
    expect(headings).toMatch(/^position,stream,revision,id,type,schema,effectiveAt,.*,data$/);
    expect(rows).toHaveLength(9);
    expect(rows[6]).toMatch(/,SeatsAdded,1,2021-06-20T09:00:00\.000Z,.*,"\{""added"":2,""quantity"":12,.*\}"$/);
  });

  it('may be read only in part', async () => {
    const child = spawn(process.execPath, [resolve('apps/cli/bin/subledger.js'), 'export'], {
      env: { SUBLEDGER_DATA: seeded },
    });
    child.stdout.destroy();
    const ended = Promise.withResolvers<number | null>();
    child.on('exit', ended.resolve);
    expect(await ended.promise).toBe(0);
  });

  it('is imported as the same ledger elsewhere', async () => {
    const folder = nowhere();
    const imported = json(await subledgerOn(folder)('import', file, '--json'));
    const [there, here] = await Promise.all([digestOf(folder), digestOf(await copy())]);
    expect(there).toEqual(here);
    expect(imported).toEqual(there.log);
    expect(there.log.events).toBe(9);
    expect(Object.keys(there.tables)).toEqual(expect.arrayContaining(['charges', 'renewals', 'subscriptions']));
    expect(there.tables.charges.rows).toBe(3);
    expect((await subledgerOn(folder)('export')).out).toBe(`${lines.join('\n')}\n`);

    expect(failed(await subledgerOn(folder)('import', file))).toContain('is not empty');
    expect(await digestOf(folder)).toEqual(here);
  });

  it.each([
    ['a line that is no JSON', (all: string[]) => [...all, '{'], 'line 10'],
    ['an event that is missing', (all: string[]) => all.toSpliced(5, 1), 'continues with revision 2, not 3'],
    ['events in another order', (all: string[]) => [all[1]!, all[0]!, ...all.slice(2)], 'not in order'],
    [
      'an event of a newer version',
      (all: string[]) => all.map((line) => line.replaceAll('"schema":1', '"schema":2')),
      'its schema 2 is newer than 1',
    ],
    [
      'a stream of another kind',
      (all: string[]) => all.map((line) => line.replace('"customer-', '"invoice-')),
      'it names no stream of a ledger',
    ],
    ['no actor', (all: string[]) => all.map((line) => line.replace('"actor":', '"actress":')), 'names no actor'],
    [
      'no effective time',
      (all: string[]) => all.map((line) => line.replace(/"effectiveAt":"[^"]*"/, '"effectiveAt":"noon"')),
      'when it took effect',
    ],
    ['a line without end', (all: string[]) => [...all, 'x'.repeat(5_000_000)], 'line 10 of'],
    ['no data', (all: string[]) => all.map((line) => line.replace(/"data":/, '"date":')), 'line 1'],
  ])('with %s is refused, and nothing is imported', async (_what, spoil, why) => {
    const spoilt = join(scratch, `spoilt-${String((folders += 1))}.ndjson`);
    await writeFile(spoilt, spoil(lines).join('\n'));
    const folder = nowhere();
    expect(failed(await subledgerOn(folder)('import', spoilt))).toContain(why);
    expect(await readdir(folder)).toEqual(['lock']);
  });

  it('is imported only if it has the expected digest', async () => {
    const other = await subledgerOn(nowhere())('import', file, '--sha256', '0'.repeat(64));
    expect(failed(other)).toContain('nothing is imported');
    expect((await subledgerOn(nowhere())('import', file, '--sha256', 'short')).status).toBe(2);
    expect(failed(await subledgerOn(nowhere())('import', 'missing.ndjson'))).toContain('missing.ndjson');
  });
});

describe('the read models', () => {
  it('are the same after a rebuild', async () => {
    const subledger = subledgerOn(await copy());
    const before = json(await subledger('digest', '--json'));
    const { rebuilt } = json(await subledger('rebuild', '--all', '--json'));
    expect(rebuilt).toContainEqual({ name: 'billing', version: 1, events: 9, quarantined: 0 });
    expect((await subledger('rebuild', 'renewals')).out).toMatch(/renewals +2 +9 +0/);
    expect(json(await subledger('digest', '--json'))).toEqual(before);
  });

  it('show their progress', async () => {
    const subledger = subledgerOn(await copy());
    const before = json(await subledger('projections', '--json')).projections;
    expect(before).toContainEqual(expect.objectContaining({ name: 'billing', version: null, position: '', lag: 9 }));
    await subledger('digest');
    const after = json(await subledger('projections', '--json')).projections;
    expect(after).toContainEqual(
      expect.objectContaining({ name: 'billing', version: 1, lag: 0, rebuilding: false, quarantined: [] }),
    );
    expect((await subledger('projections')).out).toMatch(/billing +1 +\d+ +0 +0/);
  });
});

describe('the keys verb', () => {
  it('shows a key once, and stores its hash', async () => {
    const subledger = subledgerOn(await copy());
    const made = json(await subledger('keys', 'create', '--name', 'audit 2021', '--role', 'auditor', '--json'));
    expect(made).toMatchObject({ name: 'audit 2021', role: 'auditor', partnerId: 'default', operator: false });
    expect(made.key).toMatch(/^slk_[A-Za-z0-9_-]{43}$/);

    const { out } = await subledger('export');
    expect(out).not.toContain(made.key);
    expect(out).toContain(`"hash":"${hash('sha256', made.key, 'hex')}"`);
    const listed = await subledger('keys', 'list', '--json');
    expect(listed.out).not.toContain('hash');
    expect(json(listed).items).toEqual([expect.objectContaining({ keyId: made.keyId, revoked: false })]);

    expect(json(await subledger('keys', 'revoke', made.keyId, '--json'))).toEqual({
      keyId: made.keyId,
      revoked: true,
    });
    expect((await subledger('keys', 'list')).out).toMatch(/audit 2021 .* revoked\n/);
    expect(failed(await subledger('keys', 'revoke', made.keyId))).toContain('revoked already');
  });

  it('accepts only existing partners and roles', async () => {
    const subledger = subledgerOn(seeded);
    const stranger = await subledger('keys', 'create', '--name', 'x', '--role', 'auditor', '--partner', 'unregistered');
    expect(failed(stranger)).toContain('no partner unregistered');
    expect((await subledger('keys', 'create', '--name', 'x', '--role', 'king')).status).toBe(2);
    expect(failed(await subledger('keys', 'revoke', SUBSCRIPTION))).toContain('there is no key');
  });
});

describe('a catalogue', () => {
  const written = async (catalogue: object): Promise<string> => {
    const file = join(scratch, `catalogue-${String((folders += 1))}.json`);
    await writeFile(file, JSON.stringify(catalogue));
    return file;
  };

  it('is checked, and every problem is reported with its path', async () => {
    const subledger = subledgerOn(nowhere());
    const good = json(await subledger('catalog', 'check', 'catalog.sample.json', '--json'));
    expect(good).toMatchObject({ ok: true, version: '2021-09' });
    const { offers, ...rest } = sampleCatalogue();
    const bad = await written({ ...rest, offers: [{ ...offers[0], kind: 'barter' }] });
    const shown = await subledger('catalog', 'check', bad);
    expect(failed(shown)).toContain('is no catalogue: 1 problem');
    expect(shown.out).toMatch(/^offers\[0\]\.kind /);
    const told = await subledger('catalog', 'check', bad, '--json');
    expect(told.status).toBe(1);
    expect(JSON.parse(told.out)).toMatchObject({ ok: false, errors: [{ path: 'offers[0].kind' }] });
    const latin1 = join(scratch, 'latin1.json');
    await writeFile(latin1, Buffer.from('{"version":"\xe9"}', 'latin1'));
    expect(failed(await subledger('catalog', 'check', latin1))).toContain('is not UTF-8');
  });

  it('is published once, and another one with its version is refused', async () => {
    const subledger = subledgerOn(await copy());
    const next = { ...sampleCatalogue(), version: '2021-10', effectiveFrom: '2021-10-01T00:00:00Z' };
    const file = await written(next);
    const from = '2021-10-01T00:00:00.000Z';
    expect(json(await subledger('catalog', 'publish', file, '--json'))).toEqual({
      version: '2021-10',
      effectiveFrom: from,
      published: true,
    });
    expect((await subledger('catalog', 'publish', file)).out).toContain('was published before');
    const other = await subledger('catalog', 'publish', await written({ ...next, offers: [] }));
    expect(failed(other)).toContain('CATALOG_VERSION_EXISTS');
  });
});

describe('beside a running ledger', () => {
  let running: Stores;
  let folder: string;

  beforeAll(async () => {
    folder = await copy();
    await subledgerOn(folder)('digest');
    running = await openStores({ dataFolder: folder });
  });
  afterAll(() => running.close());

  it.each([`events ${SUBSCRIPTION}`, `state ${SUBSCRIPTION}`, 'export', 'projections', 'digest', 'keys list'])(
    '%s reads',
    async (line) => {
      expect(await subledgerOn(folder)(...line.split(' '))).toMatchObject({ status: 0, err: '' });
    },
  );

  it.each([
    ['POST /v1/keys', 'keys', 'create', '--name', 'x', '--role', 'auditor'],
    [`DELETE /v1/keys/${SUBSCRIPTION}`, 'keys', 'revoke', SUBSCRIPTION],
    ['PUT /v1/catalog', 'catalog', 'publish', 'catalog.sample.json'],
    ['stop it first', 'rebuild', '--all'],
    ['an empty folder of its own', 'import', 'package.json'],
  ])('it says what to do instead: %s', async (instead, ...args) => {
    const line = failed(await subledgerOn(folder)(...args));
    expect(line).toContain('belongs to another running ledger');
    expect(line).toContain(instead);
  });
});

describe('where there is no ledger', () => {
  it.each([
    `events ${SUBSCRIPTION}`,
    `state ${SUBSCRIPTION}`,
    'export',
    'projections',
    'digest',
    'rebuild --all',
    'keys list',
    'catalog publish catalog.sample.json',
  ])('%s says so, and creates nothing', async (line) => {
    const folder = nowhere();
    expect(failed(await subledgerOn(folder)(...line.split(' ')))).toContain(`there is no ledger in ${folder}`);
    expect(existsSync(folder)).toBe(false);
  });
});

describe('the command line', () => {
  it.each([
    'frobnicate',
    'digest --jsn',
    'digest everything',
    'events',
    `events ${SUBSCRIPTION} --at noon`,
    'rebuild',
    'rebuild everything',
    'rebuild billing --all',
    'export --format xml',
    'export --json --format csv',
    'keys',
    'keys create',
  ])('exits with 2 when used incorrectly: %s', async (line) => {
    const { status, out, err } = await subledgerOn(seeded)(...line.split(' '));
    expect({ status, out }).toEqual({ status: 2, out: '' });
    expect(err).not.toMatch(/^ +at /m);
  });

  it('exits with 0 for help', async () => {
    const { status, out } = await subledgerOn(seeded)('--help');
    expect(status).toBe(0);
    for (const verb of ['events', 'state', 'export', 'import', 'rebuild', 'projections', 'digest', 'keys', 'catalog'])
      expect(out).toContain(verb);
    expect(await readFile('package.json', 'utf8')).toContain('"subledger": "./apps/cli/bin/subledger.js"');
  });

  it('names a variable with an invalid value', async () => {
    const clock = subledgerOn(seeded, { SUBLEDGER_CLOCK: 'tomorrow' });
    expect(failed(await clock('state', SUBSCRIPTION))).toContain('SUBLEDGER_CLOCK must be');
    const elsewhere = subledgerOn(seeded, { EVENTSTORE_URL: 'http://localhost' });
    expect(failed(await elsewhere('digest'))).toContain('EVENTSTORE_URL must be');
    const away = subledgerOn(seeded, { EVENTSTORE_URL: 'esdb://127.0.0.1:1?tls=false' });
    expect(failed(await away('digest'))).toMatch(/the event store at \S+ \(EVENTSTORE_URL\) does not answer/);
  });
});

describe('verify', () => {
  it('reads every event, and says that all is well', async () => {
    const subledger = subledgerOn(seeded);
    const { log } = json(await subledger('digest', '--json'));
    expect(json(await subledger('verify', '--json'))).toEqual({ events: log.events, unchecked: 0, damages: [] });
    expect((await subledger('verify')).out).toBe(`${String(log.events)} events can be read\n`);
  });

  it('names what is damaged, and fails', async () => {
    const folder = await copy();
    const path = join(folder, 'events.sqlite');
    const bytes = await readFile(path);
    const at = bytes.indexOf('"subtotal":"100.80"') + '"subtotal":"'.length;
    bytes.write('9', at);
    await writeFile(path, bytes);
    const { status, out, err } = await subledgerOn(folder)('verify', '--json');
    expect([status, err]).toEqual([1, 'subledger: an event is damaged or missing: restore a backup\n']);
    expect(JSON.parse(out)).toMatchObject({
      damages: [
        {
          stream: `subscription-${SUBSCRIPTION}`,
          reason: 'its bytes are not those that were written',
        },
      ],
    });
  });
});
