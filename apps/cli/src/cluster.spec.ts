import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { openStoresReadOnly, openStores, storeLocationsFrom, PROJECTOR_LEASE } from '#ledger';
import { projections } from '#projections';
import { ProjectionRunner } from '#read-store';
import { StandIn } from '../../../test/eventstoredb-stand-in/stand-in.ts';
import { describeOnPostgres, startPostgres, type Postgres } from '../../../test/support/postgres.ts';
import { failed, json, sampleCatalogue, seed, subledgerOn, SUBSCRIPTION } from './cli.testing.ts';

type Variables = Readonly<Record<string, string>>;

let scratch: string;
let standIn: StandIn;
let names = 0;
const nowhere = (): string => join(scratch, `path-${String((names += 1))}`);
const written = async (lines: readonly string[]): Promise<string> => {
  const path = nowhere();
  await writeFile(path, lines.map((line) => `${line}\n`).join(''));
  return path;
};
const lineIn = (text: string): readonly string[] => text.split('\n').filter((line) => line !== '');
/** Lines of an export without their positions, which depend on the store. */
const withoutPositions = (lines: readonly string[]): readonly object[] =>
  lines.map((line) => {
    const { position, ...event } = JSON.parse(line);
    expect(position).toMatch(/^\d[\d/]+$/);
    return event;
  });
/** The command line on this event store, with an empty data folder. */
const onEvents = (more: Variables = {}, input?: string) =>
  subledgerOn(nowhere(), { EVENTSTORE_URL: standIn.url, ...more }, input);

beforeAll(async () => {
  [scratch, standIn] = await Promise.all([mkdtemp(join(tmpdir(), 'subledger-cluster-')), StandIn.start()]);
});
afterAll(async () => {
  await standIn.stop();
  await rm(scratch, { recursive: true });
});

/** 200 events of six streams, in a row on one stream and interleaved. */
const long = (() => {
  const streams = ['a', 'b', 'c', 'a', 'd', 'e', 'f', 'a', 'b', 'f'].map((name) => `customer-${name}`);
  const next = new Map<string, number>();
  return Array.from({ length: 200 }, (_, n) => {
    const stream = streams[Math.trunc(n / ((n % 3) + 1)) % streams.length] ?? '';
    const revision = next.get(stream) ?? 0;
    next.set(stream, revision + 1);
    const position = String(n + 1).padStart(16, '0');
    const id = `00000000-0000-2000-8000-${String(n).padStart(12, '0')}`;
    const at = '2021-06-18T09:00:00.000Z';
    const actor = { id: 'alice', role: 'global-admin', partnerId: 'default' };
    const ids = { commandId: id, fingerprint: 'f', $correlationId: id, $causationId: id };
    const meta = { schema: 1, recordedAt: at, ...ids, actor };
    return JSON.stringify({
      position,
      stream,
      revision,
      id,
      type: 'Noted',
      schema: 1,
      data: { effectiveAt: at, n },
      meta,
    });
  });
})();

describe('an import into an event store', () => {
  const exported = async () => {
    const { status, out, err } = await onEvents()('export');
    expect({ status, err }).toEqual({ status: 0, err: '' });
    return lineIn(out);
  };
  let file: string;
  beforeAll(async () => {
    file = await written(long);
  });
  afterEach(async () => {
    await standIn.clear();
    await standIn.wipe();
  });

  it('keeps the order of all events, even when connections break or answers are lost; also from stdin', async () => {
    await standIn.fault('breakBefore');
    await standIn.fault('breakAfter', 2);
    await standIn.fault('notLeader');
    const { events } = json(await onEvents({}, long.join('\n'))('import', '-', '--json'));
    expect(events).toBe(200);
    expect(withoutPositions(await exported())).toEqual(withoutPositions(long));
  });

  it('continues where it was killed', async () => {
    await standIn.fault('slow', 15);
    const env = { EVENTSTORE_URL: standIn.url, SUBLEDGER_DATA: nowhere() };
    const killed = spawn(process.execPath, [resolve('apps/cli/bin/subledger.js'), 'import', file], { env });
    const stores = await openStoresReadOnly(storeLocationsFrom(env));
    while ((await stores.events.read('customer-a')).length < 5);
    killed.kill('SIGKILL');
    await stores.close();
    await standIn.clear();
    const before = await exported();
    expect(before.length).toBeLessThan(200);
    expect(withoutPositions(before)).toEqual(withoutPositions(long.slice(0, before.length)));

    const { status, err, out } = await onEvents()('import', file);
    expect({ status, err }).toEqual({ status: 0, err: expect.stringMatching(/^\d+ of 200 events are there already/) });
    expect(out).toMatch(/^imported 200 events at esdb:\S+; digest of the log [0-9a-f]{64}\n$/);
    expect(withoutPositions(await exported())).toEqual(withoutPositions(long));
  });

  it('refuses an export that does not contain all events of the store', async () => {
    const begun = long.slice(0, 3);
    expect(json(await onEvents()('import', await written(begun), '--json')).events).toBe(3);
    const less = long.slice(0, 2);
    const other = long.with(1, long[1]!.replace('"n":1}', '"n":111}'));
    const refused = [less, other].map(async (lines) => failed(await onEvents()('import', await written(lines))));
    for (const line of await Promise.all(refused)) expect(line).toMatch(/the ledger at esdb:\S+ is not empty/);
    expect(withoutPositions(await exported())).toEqual(withoutPositions(begun));
  });

  it('reports its progress when an event is too large', async () => {
    const large = await written([long[0]!, long[1]!, long[2]!.replace('"n":2}', `"n":"${'2'.repeat(1_100_000)}"}`)]);
    expect(failed(await onEvents()('import', large))).toMatch(/maximum-append-size.*; at least 2 of 3 events are in/);
  });

  it('appends nothing of an invalid file', async () => {
    const [spoilt, gap] = [await written(long.with(199, '{')), await written(long.toSpliced(100, 1))];
    const lines = await Promise.all([
      onEvents()('import', spoilt),
      onEvents()('import', gap),
      onEvents()('import', file, '--sha256', '0'.repeat(64)),
    ]);
    const whys = [/line 200 of/, /the export is not whole/, /nothing is imported/];
    for (const [n, why] of whys.entries()) expect(failed(lines[n]!)).toMatch(why);
    expect(await exported()).toEqual([]);
  });
});

describeOnPostgres('a ledger on EventStoreDB and PostgreSQL', () => {
  let postgres: Postgres;
  let embedded: string;
  let file: string;
  let variables: Variables;
  /** Of the embedded ledger that the events come from. */
  let digest: {
    readonly log: { readonly sha256: string };
    readonly tables: Readonly<Record<string, { rows: number }>>;
  };
  const onCluster = (more: Variables = {}) => subledgerOn(nowhere(), { ...variables, ...more });

  beforeAll(async () => {
    embedded = nowhere();
    [postgres] = await Promise.all([startPostgres(), seed(embedded)]);
    variables = { EVENTSTORE_URL: standIn.url, DATABASE_URL: await postgres.database() };
    digest = json(await subledgerOn(embedded)('digest', '--json'));
    file = await written(lineIn((await subledgerOn(embedded)('export')).out));
  });
  afterAll(() => postgres.stop());

  it('takes over from an embedded one, and back, with equal digests of log and tables', async () => {
    const { sha256 } = digest.log;
    expect(json(await onCluster()('import', file, '--sha256', sha256, '--json'))).toEqual({ events: 9, sha256 });
    const [digested, { out }] = await Promise.all([onCluster()('digest', '--json'), onCluster()('export')]);
    expect(json(digested)).toEqual(digest);
    expect(digest.tables['charges']?.rows).toBe(3);

    const back = subledgerOn(nowhere());
    expect(json(await back('import', await written(lineIn(out)), '--json'))).toEqual({ events: 9, sha256 });
    expect(json(await back('digest', '--json'))).toEqual(digest);
  });

  it('is imported once, however often the import is repeated', async () => {
    const { status, err, out } = await onCluster()('import', file);
    expect({ status, err }).toEqual({ status: 0, err: '9 of 9 events are there already: going on after them\n' });
    expect(out).toContain(digest.log.sha256);
  });

  it('is not imported where the read models belong to another log', async () => {
    const other = await StandIn.start();
    const onOther = onCluster({ EVENTSTORE_URL: other.url });
    expect(failed(await onOther('import', file))).toMatch(/the read store at \S+ is not empty/);
    expect((await onOther('export')).out).toBe('');
    await other.stop();
  });

  it('can be read', async () => {
    const subledger = onCluster();
    const [events, state, projections] = await Promise.all([
      subledger('events', SUBSCRIPTION, '--json'),
      subledger('state', SUBSCRIPTION, '--json'),
      subledger('projections', '--json'),
    ]);
    const recorded: readonly { readonly position: string }[] = json(events).events;
    expect(recorded).toHaveLength(6);
    expect(json(state)).toMatchObject({ quantity: 12, revision: 5 });
    expect(json(projections).projections).toContainEqual(
      expect.objectContaining({ name: 'billing', version: 1, lag: 0, quarantined: [] }),
    );
    const after = await subledger('export', '--after', recorded[2]!.position);
    expect(lineIn(after.out)).toHaveLength(3);
  });

  it('rebuilds its read models with the same result', async () => {
    const { rebuilt } = json(await onCluster()('rebuild', '--all', '--json'));
    expect(rebuilt).toContainEqual({ name: 'billing', version: 1, events: 9, quarantined: 0 });
    expect(json(await onCluster()('digest', '--json'))).toEqual(digest);
  });

  it('accepts keys and price lists while it runs', async () => {
    const subledger = onCluster();
    const { keyId } = json(await subledger('keys', 'create', '--name', 'audit', '--role', 'auditor', '--json'));
    expect(json(await subledger('keys', 'list', '--json')).items).toMatchObject([{ keyId, revoked: false }]);
    expect(json(await subledger('keys', 'revoke', keyId, '--json'))).toEqual({ keyId, revoked: true });
    const next = await written([JSON.stringify({ ...sampleCatalogue(), version: 'next' })]);
    expect(json(await subledger('catalog', 'publish', next, '--json'))).toMatchObject({ published: true });
  });

  it('leaves the read models to a running projector, and waits for it', async () => {
    const stores = await openStores(storeLocationsFrom(variables));
    const { reads, events } = stores;
    const lease = (await reads.leases.acquire(PROJECTOR_LEASE, 'a projector', 60_000))!;
    expect(failed(await onCluster()('rebuild', 'billing'))).toMatch(
      /a projector of this ledger is running.*stop it first/,
    );

    // Keys were created meanwhile, so the read models are behind.
    const asking = async () =>
      Number(
        (
          await reads.db
            .selectFrom('pg_stat_activity')
            .select(({ fn }) => fn.countAll().as('connections'))
            .where('application_name', '=', 'subledger leases')
            .executeTakeFirstOrThrow()
        ).connections,
      );
    const idle = await asking();
    const digested = onCluster()('digest', '--json');
    while ((await asking()) === idle);
    const projector = new ProjectionRunner({ log: events, store: reads.fencedBy(lease), projections });
    await projector.start();
    expect(json(await digested).log.events).toBe(12);
    await projector.stop();
    await reads.leases.release(lease);
    await stores.close();
  });

  describe('with a store that is unavailable', () => {
    const away = 'esdb://someone:secret@127.0.0.1:1?tls=false';
    const verbs = [
      `state ${SUBSCRIPTION}`,
      'digest',
      'rebuild --all',
      'keys create --name x --role auditor',
      'import package.json',
    ];

    it('names the event store, without the password', async () => {
      const lines = await Promise.all(verbs.map((verb) => onCluster({ EVENTSTORE_URL: away })(...verb.split(' '))));
      for (const line of lines.map(failed)) {
        expect(line).toMatch(/the event store at esdb:\/\/127\.0\.0\.1:1 \(EVENTSTORE_URL\) does not answer/);
        expect(line).not.toContain('secret');
      }
    });

    it('names a database that does not exist', async () => {
      const wrong = { DATABASE_URL: variables['DATABASE_URL']!.replace(/test_\d+/, 'nowhere') };
      const lines = await Promise.all(
        ['projections', 'rebuild --all', 'import package.json'].map((verb) => onCluster(wrong)(...verb.split(' '))),
      );
      for (const line of lines.map(failed)) expect(line).toContain('database "nowhere" does not exist');
    });

    it('reports an invalid URL', async () => {
      const database = onCluster({ DATABASE_URL: 'postgres//db' });
      expect(failed(await database('digest'))).toContain('DATABASE_URL must be a URL such as');
      const log = onCluster({ EVENTSTORE_URL: 'esdb://someone:secret@' });
      expect(failed(await log('digest'))).toMatch(/EVENTSTORE_URL (?!.*secret)/);
    });

    it('reports an event store that denies access', async () => {
      const secure = await StandIn.start({ secure: true });
      const as = (user: string, password: string) => onEvents({ EVENTSTORE_URL: secure.urlFor(user, password) });
      const lines = await Promise.all([
        as('admin', 'wrong')('digest'),
        // This user may read streams, but not the whole log.
        as('ops', 'changeit')('export'),
        as('ops', 'changeit')('import', file),
      ]);
      for (const line of lines.map(failed)) expect(line).toMatch(/the event store at \S+ \S+ denies access/);
      await secure.stop();
    });

    it('does not wait for an event store that hangs', async () => {
      standIn.hang();
      const lines = await Promise.all(
        ['export', 'digest', 'import package.json'].map((verb) => onCluster()(...verb.split(' '))),
      );
      standIn.goOn();
      for (const line of lines.map(failed)) expect(line).toContain('does not answer');
    });
  });
});
