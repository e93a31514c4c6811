// A ledger that dies, as by kill -9, right after (or right before) it has made an event of one type durable: the moments
// between two steps of a process that no test can hit from outside. Uses the output of `npm run build`.
import type * as configuration_ from '../../apps/ledger/src/config/configuration.ts';
import type * as app_ from '../../apps/ledger/src/host/create-app.ts';
import type * as ledger_ from '#ledger';

const built = <Module>(file: string): Promise<Module> =>
  import(new URL(`../../dist/${file}`, import.meta.url).href) as Promise<Module>;

const { readConfiguration } = await built<typeof configuration_>('apps/ledger/src/config/configuration.js');
const { createApp, startApp } = await built<typeof app_>('apps/ledger/src/host/create-app.js');
const { Ledger } = await built<typeof ledger_>('libs/ledger/src/index.js');

const { DIES_AFTER: after, DIES_BEFORE: before } = process.env;
const configuration = readConfiguration(process.env);
const app = await createApp(configuration);
const { store } = app.get(Ledger);
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
