import { spawn, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describeOnPostgres, startPostgres, type Postgres } from '../../../../test/support/postgres.ts';
import { digestTable } from '../digest.ts';
import { ProjectionRunner } from '../runner.ts';
import { openSqlite } from '../sqlite/index.ts';
import { counting, longLog, naming } from '../testing.ts';
import type { ReadStore } from '../read-store.ts';
import { openPostgres } from './index.ts';

const script = fileURLToPath(new URL('../leading.testing.ts', import.meta.url));

/** A process that leads or stands by, and what it has said. */
class Candidate {
  readonly said: string[] = [];
  readonly #child: ChildProcess;
  #heard = Promise.withResolvers<undefined>();

  constructor(url: string, holder: string) {
    const args = ['--disable-warning=ExperimentalWarning', script, url, holder];
    this.#child = spawn(process.execPath, args, {
      env: { PATH: process.env['PATH'] },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let rest = '';
    this.#child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      const lines = `${rest}${text}`.split('\n');
      rest = lines.pop() ?? '';
      this.said.push(...lines);
      this.#heard.resolve(undefined);
      this.#heard = Promise.withResolvers();
    });
  }

  /** The events up to which it has written. */
  get wrote(): readonly number[] {
    return this.said.flatMap((line) => (line.startsWith('wrote ') ? [Number(line.slice(6))] : []));
  }

  async until(condition: (self: this) => boolean): Promise<void> {
    while (!condition(this)) await this.#heard.promise;
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }
}

/** The tables that one runner makes of the whole log, by itself. */
const alone = async () => {
  const store = await openSqlite({ path: ':memory:' });
  const log = longLog();
  const runner = new ProjectionRunner({ log, store, projections: [naming(), counting()] });
  await runner.start();
  await runner.reached(log.end);
  await runner.stop();
  return digests(store);
};

const digests = async (store: ReadStore) => ({
  things: await digestTable(store, 'things'),
  tally: await digestTable(store, 'tally'),
});

const WRITING = `SELECT FROM pg_stat_activity
  WHERE datname = current_database() AND application_name = 'subledger writer' AND state = 'idle in transaction'`;

/** Pauses a process while it has a transaction open, with all its locks: the worst moment. */
const pauseMidWrite = async (candidate: Candidate, url: string): Promise<void> => {
  const { default: pg } = await import('pg');
  const client = new pg.Client(url);
  await client.connect();
  for (;;) {
    candidate.signal('SIGSTOP');
    if ((await client.query(WRITING)).rowCount === 1) break;
    candidate.signal('SIGCONT');
  }
  await client.end();
};

const all = longLog().events.length;

describeOnPostgres('of two projectors on one PostgreSQL', () => {
  let server: Postgres;
  let url: string;
  let store: ReadStore;
  let one: Candidate;
  let two: Candidate;
  beforeAll(async () => {
    server = await startPostgres();
  });
  afterAll(() => server.stop());

  beforeEach(async () => {
    url = await server.database();
    store = await openPostgres({ url });
    one = new Candidate(url, 'one');
    await one.until(({ wrote }) => wrote.length > 10);
    two = new Candidate(url, 'two');
    await one.until(({ wrote }) => wrote.length > 30);
    expect(two.said).toEqual([]);
  });
  afterEach(async () => {
    one.signal('SIGKILL');
    two.signal('SIGKILL');
    await store.close();
  });

  it('the second takes over when the first is killed, and nothing counts twice', async () => {
    one.signal('SIGKILL');
    await two.until(({ wrote }) => wrote.length > 0);
    expect(await store.leases.holderOf('projections')).toBe('two');
    await two.until(({ wrote }) => wrote.at(-1) === all);
    expect(await digests(store)).toEqual(await alone());
  });

  it('the second takes over when the first is paused, which writes nothing when it wakes', async () => {
    await pauseMidWrite(one, url);
    await two.until(({ wrote }) => wrote.length > 0);
    const [takenOverAt = 0] = two.wrote;
    const before = one.said.length;
    one.signal('SIGCONT');
    await one.until(({ said }) => said.slice(before).includes('leads projections no more'));
    // What was durable before it was paused it may only hear of now.
    expect(Math.max(...one.wrote)).toBeLessThan(takenOverAt);
    await two.until(({ wrote }) => wrote.at(-1) === all);
    expect(await digests(store)).toEqual(await alone());
    expect(one.said.filter((line) => line === 'leads projections')).toHaveLength(1);
  });
});
