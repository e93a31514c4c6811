import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { byClients, compare, rate, type Result } from '../compare.ts';
import { Connection, type Request } from '../http-client.ts';
import { NOW } from '../harness.ts';
import { makeFolder, removeFolder } from '../dataset.ts';

const CONNECTIONS = 64;
const SUBSCRIPTIONS = 1_000;
const KEY = 'slk_a-key-of-the-benchmark';

type Server = { readonly process: ChildProcess; readonly url: string };

/** Starts a built program and waits until it says where it listens. */
const start = async (program: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Server> => {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', program, ...args], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  for await (const line of createInterface(child.stdout)) {
    const url = /http:\/\/\S+/.exec(line)?.[0];
    if (url !== undefined) return { process: child, url };
  }
  throw new Error(`${program} did not start: build it with \`npm run build\``);
};

const stop = async ({ process: child }: Server): Promise<void> => {
  if (child.exitCode !== null) return;
  child.kill('SIGTERM');
  await once(child, 'exit');
};

type Target = { readonly connections: readonly Connection[]; readonly requestFor: (n: number) => Request };

const measure = ({ connections, requestFor }: Target, requests: number): Promise<number> => {
  const idle = [...connections];
  return rate(requests, () =>
    byClients(connections.length, requests, async (n) => {
      const connection = idle.pop();
      if (connection === undefined) throw new Error('there are as many connections as clients');
      await connection.send(requestFor(n));
      idle.push(connection);
    }),
  );
};

const connectTo = ({ url }: Server): Promise<Connection[]> =>
  Promise.all(Array.from({ length: CONNECTIONS }, () => Connection.open(url)));

/** Buys the subscriptions that are then renamed. */
const buy = async (connections: readonly Connection[]): Promise<string[]> => {
  const [first] = connections;
  const create = (path: string, body: object): Request => ({ method: 'POST', path, key: KEY, body });
  const customer = { name: 'Contoso', country: 'NL', segment: 'commercial', currency: 'EUR' };
  const { customerId } = JSON.parse((await first?.send(create('/v1/customers', customer))) ?? '') as {
    customerId: string;
  };
  const plan = { offerId: 'M365BB', skuId: '0001', quantity: 10, term: 'P1Y', billingCycle: 'monthly' };
  const ids: string[] = [];
  const idle = [...connections];
  await byClients(connections.length, SUBSCRIPTIONS, async () => {
    const connection = idle.pop();
    const answer = await connection?.send(create('/v1/subscriptions', { customerId, ...plan }));
    if (connection === undefined || answer === undefined) throw new Error('no connection is free');
    idle.push(connection);
    ids.push((JSON.parse(answer) as { subscriptionId: string }).subscriptionId);
  });
  return ids;
};

/** HTTP: rename commands over HTTP, by connections that are kept alive; a route that does as little as can be beside them. */
export const overHttp = async ({ requests, rounds }: { requests: number; rounds: number }): Promise<Result> => {
  const folder = makeFolder();
  const servers: Server[] = [];
  const connections: Connection[] = [];
  let names = 0;
  const rename = (path: string) => (id: string | undefined) => ({
    method: 'PATCH',
    path: `${path}/${id ?? ''}`,
    key: KEY,
    body: { friendlyName: `Contoso, team ${(names += 1)}` },
  });
  try {
    const settings = {
      // The bench's own are for other rows: this one is about the embedded store.
      EVENTSTORE_URL: undefined,
      DATABASE_URL: undefined,
      SUBLEDGER_ROLE: undefined,
      PORT: '0',
      HOST: '127.0.0.1',
      SUBLEDGER_DATA: join(folder, 'ledger'),
      SUBLEDGER_CLOCK: `simulated:${NOW}`,
      SUBLEDGER_API_KEY: KEY,
    };
    const ledger = await start('dist/apps/ledger/src/main.js', [], settings);
    servers.push(ledger);
    const baseline = await start('dist/bench/baseline/server.js', [join(folder, 'baseline.sqlite')]);
    servers.push(baseline);
    const [ours, theirs] = [await connectTo(ledger), await connectTo(baseline)];
    connections.push(...ours, ...theirs);
    const ids = await buy(ours);
    const [renameOurs, renameTheirs] = [rename('/v1/subscriptions'), rename('/subscriptions')];
    const idOf = (n: number) => ids[n % ids.length];
    return await compare(
      rounds,
      () => measure({ connections: ours, requestFor: (n) => renameOurs(idOf(n)) }, requests),
      () => measure({ connections: theirs, requestFor: (n) => renameTheirs(idOf(n)) }, requests),
    );
  } finally {
    for (const connection of connections) connection.close();
    for (const server of servers) await stop(server);
    removeFolder(folder);
  }
};
