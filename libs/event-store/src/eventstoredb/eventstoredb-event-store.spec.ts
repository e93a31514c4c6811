import { StandIn } from '../../../../test/eventstoredb-stand-in/stand-in.ts';
import { codec } from '../codec.ts';
import { eventStoreContract } from '../event-store.contract.ts';
import { openEventStoreDb } from './index.ts';

/** A real server, if one is configured, is tested instead. */
const real = process.env.EVENTSTORE_URL;

let standIn: StandIn | undefined;
let url = real ?? '';

beforeAll(async () => {
  if (real !== undefined) return;
  standIn = await StandIn.start();
  ({ url } = standIn);
});

afterAll(() => standIn?.stop());

/** The speed of a server is not tested: a small one is slow until it has warmed up. */
const timeouts = { call: 20_000 };
eventStoreContract('EventStoreDB', () =>
  openEventStoreDb({ url, codec: codec({}), categories: ['contract', 'sideline'], timeouts }),
);
