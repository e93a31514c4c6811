import { openStoresReadOnly, storeLocationsFrom } from '#ledger';
import { projections } from '#projections';
import { digestTable, ProjectionRunner, type ReadStore, type TableDigest } from '#read-store';
import { openSqlite } from '#read-store/sqlite';
import { StandIn } from '../eventstoredb-stand-in/stand-in.ts';
import { spawnLedger, type Setting } from './ledger.ts';
import { startPostgres, type Postgres } from './postgres.ts';

type Roles = 'all' | 'api' | 'projector' | 'scheduler';
type Digests = Readonly<Record<string, TableDigest>>;

/** The stores that several processes of one ledger share, and those processes. */
export class Cluster {
  readonly events: StandIn;
  readonly postgres: Postgres;
  readonly databaseUrl: string;
  readonly #processes: Member[] = [];

  private constructor(events: StandIn, postgres: Postgres, databaseUrl: string) {
    this.events = events;
    this.postgres = postgres;
    this.databaseUrl = databaseUrl;
  }

  /** Starts with an empty log and an empty database; call `stop` at the end. */
  static async start(): Promise<Cluster> {
    const [events, postgres] = await Promise.all([StandIn.start(), startPostgres()]);
    return new Cluster(events, postgres, await postgres.database());
  }

  /** The variables that lead a process to the stores. */
  get env(): Readonly<Record<string, string>> {
    return { EVENTSTORE_URL: this.events.url, DATABASE_URL: this.databaseUrl };
  }

  /** Starts another process with these duties; resolves when all that must run at its start is running. */
  async join(role: Roles | `${Roles},${Roles}`, setting: Setting = {}): Promise<Member> {
    const env = { ...this.env, SUBLEDGER_ROLE: role, ...setting.env };
    const member = await spawnLedger({ ...setting, env });
    this.#processes.push(member);
    return member;
  }

  /** Digests of all read models: of those that were maintained, and of those that a fresh replay of the log produces. */
  async digests(): Promise<{ readonly kept: Digests; readonly replayed: Digests }> {
    const stores = await openStoresReadOnly(storeLocationsFrom(this.env));
    const fresh = await openSqlite({ path: ':memory:' });
    const runner = new ProjectionRunner({ log: stores.events, store: fresh, projections });
    try {
      await runner.start();
      await runner.caughtUp();
      const end = runner.statuses().map(({ position }) => position);
      await keptUpTo(stores.reads, end.sort().at(-1) ?? '');
      return { kept: await digestsOf(stores.reads), replayed: await digestsOf(fresh) };
    } finally {
      await runner.stop();
      await fresh.close();
      await stores.close();
    }
  }

  async stop(): Promise<void> {
    for (const member of this.#processes) {
      member.child.kill('SIGCONT');
      await member.kill();
      member.clear();
    }
    await this.events.stop();
    await this.postgres.stop();
  }
}

export type Member = Awaited<ReturnType<typeof spawnLedger>>;

const keptUpTo = async (reads: ReadStore | undefined, end: string): Promise<void> => {
  const isUp = async () => {
    const served = ((await reads?.builds()) ?? []).filter((build) => build.served);
    return served.length === projections.length && served.every(({ checkpoint }) => checkpoint.position >= end);
  };
  while (!(await isUp())) await new Promise(setImmediate);
};

const digestsOf = async (reads: ReadStore | undefined): Promise<Digests> => {
  const digests: Record<string, TableDigest> = {};
  if (reads === undefined) return digests;
  for (const { tables } of projections)
    for (const name of Object.keys(tables)) digests[name] = await digestTable(reads, name);
  return digests;
};

/** Polls the health of a process until it is as expected; returns it. Retries while the process does not listen. */
export const untilHealth = async (
  { client }: Member,
  condition: (health: { readonly status: number; readonly body: Health }) => boolean,
): Promise<Health> => {
  for (;;) {
    const health = await client.call('GET', '/health').catch(() => undefined);
    if (health !== undefined && condition(health)) return health.body as Health;
    await new Promise(setImmediate);
  }
};

/** The process that leads a duty, as soon as one does. */
export const leaderOf = async (members: readonly Member[], duty: DutyName): Promise<Member> => {
  for (;;) {
    for (const member of members) {
      const health = await untilHealth(member, () => true);
      if (leads(duty)({ body: health })) return member;
    }
    await new Promise(setImmediate);
  }
};

/** The part of `GET /health` that tests use. */
export type Health = {
  readonly status: string;
  readonly eventStore: { readonly status: string; readonly error?: string };
  readonly readStore: { readonly status: string; readonly error?: string };
  readonly leaderships: readonly { readonly name: string; readonly state: string }[];
};

type DutyName = 'projections' | 'scheduler';

/** Whether this process leads the given duty. */
export const leads =
  (name: DutyName) =>
  ({ body }: { readonly body: Health }): boolean =>
    body.leaderships.some((duty) => duty.name === name && duty.state === 'leading');
