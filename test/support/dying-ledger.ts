// A ledger that dies, as by kill -9, right after (or right before) it has made an event of one type durable: the places
// between two steps of a process that no test from outside can hit. Runs from what `npm run build` made.
import type { EventStore } from '#event-store';

const built = new URL('../../dist/apps/ledger/src/', import.meta.url);
const { readConfiguration } = (await import(
  new URL('configuration.js', built).href
)) as typeof import('../../apps/ledger/src/configuration.ts');
const { createApp, startApp } = (await import(
  new URL('create-app.js', built).href
)) as typeof import('../../apps/ledger/src/create-app.ts');
const { Ledger } = (await import(
  new URL('ledger/ledger.js', built).href
)) as typeof import('../../apps/ledger/src/ledger/ledger.ts');

const { DIES_AFTER: after, DIES_BEFORE: before } = process.env;
const configuration = readConfiguration(process.env);
const app = await createApp(configuration);
const store: EventStore = app.get(Ledger).store;
const append = store.append.bind(store);
const die = () => process.kill(process.pid, 'SIGKILL');

store.append = async (stream, events, expected) => {
  if (events.some(({ type }) => type === before)) die();
  const receipt = await append(stream, events, expected);
  if (
    events.some(
      ({ type, data }) =>
        type === after || (after === 'opened' && 'upgradedFrom' in data && data.upgradedFrom !== null),
    )
  )
    die();
  return receipt;
};

const { url } = await startApp(app, configuration);
process.stdout.write(`subledger listens on ${url}\n`);
