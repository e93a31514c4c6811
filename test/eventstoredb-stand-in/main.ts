import { parseArgs } from 'node:util';
import type { Fault } from './faults.ts';
import { startServer } from './server.ts';

/** Messages from the test that started the server: set a fault, or clear all faults. */
export type Order =
  { readonly fault: Fault; readonly times: number } | { readonly breakAll: true } | { readonly clear: true };

const cannotStart = (error: unknown): never => {
  console.error(`The stand-in cannot start: ${error instanceof Error ? error.message : String(error)}`);
  process.exit(1);
};

const options = {
  port: { type: 'string' },
  data: { type: 'string' },
  durable: { type: 'boolean' },
  certificate: { type: 'string' },
  version: { type: 'string' },
  'max-append-size': { type: 'string' },
  'commit-timeout': { type: 'string' },
} as const;
const given = () => {
  try {
    return parseArgs({ options }).values;
  } catch (error) {
    return cannotStart(error);
  }
};
const values = given();
const numberIn = (name: 'port' | 'max-append-size' | 'commit-timeout'): number | undefined =>
  values[name] === undefined ? undefined : Number(values[name]);

const { data, durable, certificate, version } = values;
const { faults, breakAll, address, end } = await startServer({
  port: numberIn('port') ?? 2113,
  path: data,
  durable,
  certificate,
  version,
  maximumAppendSize: numberIn('max-append-size'),
  commitTimeout: numberIn('commit-timeout'),
}).catch(cannotStart);
const { host, port } = address();

process.on('SIGTERM', () => void end().then(() => process.exit()));

if (process.send === undefined) {
  const [user, security] =
    certificate === undefined ? ['', 'tls=false'] : ['admin:changeit@', `tlsCAFile=${certificate}`];
  console.log(
    `A stand-in for EventStoreDB listens at esdb://${user}${host}:${port}?${security}; it keeps ${data ?? 'nothing'}.`,
  );
} else {
  const tell = process.send.bind(process);
  process.on('message', (order: Order) => {
    if ('fault' in order) faults.set(order.fault, order.times);
    else if ('breakAll' in order) breakAll();
    else faults.clear();
    tell({ done: true });
  });
  // The parent process is gone, so the server has no reason to run.
  process.on('disconnect', () => process.exit());
  tell({ port });
}
