import { parseArgs } from 'node:util';
import type { Fault } from './faults.ts';
import { startServer } from './server.ts';

/** What a test may ask of the server that it has started: switch a fault, or all off. */
export type Order =
  { readonly fault: Fault; readonly times: number } | { readonly breakAll: true } | { readonly clear: true };

const { values } = parseArgs({ options: { port: { type: 'string' }, data: { type: 'string' } } });
const { faults, breakAll, address } = await startServer(Number(values.port ?? 2113), values.data);
const { host, port } = address();

if (process.send === undefined) {
  console.log(
    `A stand-in for EventStoreDB listens at esdb://${host}:${port}?tls=false; it keeps ${values.data ?? 'nothing'}.`,
  );
} else {
  const tell = process.send.bind(process);
  process.on('message', (order: Order) => {
    if ('fault' in order) faults.set(order.fault, order.times);
    else if ('breakAll' in order) breakAll();
    else faults.clear();
    tell({ done: true });
  });
  // Who started it is gone: so is the reason to run.
  process.on('disconnect', () => process.exit());
  tell({ port });
}
