// `npm run demo`: plays a story against a running ledger, and prints what happened and what it cost.
import { parseArgs } from 'node:util';
import { sum } from '#money';
import { CannotGoOn, LedgerClient } from './demo/ledger-client.ts';
import {
  askWhatIf,
  buy,
  changeSeats,
  chargesOf,
  lookAhead,
  lookAtOffers,
  meetCustomer,
  moveSeatsUp,
  namesOf,
  pauseAndResume,
  regret,
  tryOut,
} from './demo/story.ts';
import { Storyteller } from './demo/storyteller.ts';
import { Time } from './demo/time.ts';

const USAGE = 'usage: npm run demo -- [<url of the ledger>] [--key <API key>]';

class WrongUsage extends Error {}

const connect = (): LedgerClient => {
  const { url, key } = given();
  if (!URL.canParse(url) || !/^https?:/.test(url)) throw new WrongUsage(`${url} is no URL. ${USAGE}`);
  return new LedgerClient(url, key);
};

const given = (): { readonly url: string; readonly key: string } => {
  const { SUBLEDGER_URL, SUBLEDGER_API_KEY } = process.env;
  try {
    const { values, positionals } = parseArgs({ options: { key: { type: 'string' } }, allowPositionals: true });
    const url = positionals[0] ?? (SUBLEDGER_URL || 'http://127.0.0.1:3000');
    return { url, key: values.key ?? SUBLEDGER_API_KEY ?? '' };
  } catch (error) {
    throw new WrongUsage(`${(error as Error).message} ${USAGE}`, { cause: error });
  }
};

const tell = async (ledger: LedgerClient): Promise<void> => {
  const teller = new Storyteller(ledger);
  const time = await Time.of(teller);
  const cast = await meetCustomer(teller, time);
  await lookAtOffers(cast);
  const basic = await buy(cast);
  await askWhatIf(cast, basic);
  await changeSeats(cast, basic);
  await pauseAndResume(cast, basic);
  await moveSeatsUp(cast, basic);
  const trial = await tryOut(cast);
  await regret(cast);
  await lookAhead(cast, basic, trial);

  teller.chapter('The account');
  const charges = await chargesOf(teller, cast.customerId);
  const names = await namesOf(teller, cast.customerId);
  const total = sum(
    charges.map(({ subtotal }) => subtotal),
    'EUR',
  );
  teller.account(charges, total, (id) => names.get(id) ?? id);

  teller.chapter('Where to look next');
  teller.say(`${ledger.url}/docs                    every route, to try out`);
  teller.say(`${ledger.url}/v1/subscriptions/${basic}/events`);
  teller.say(`npx subledger events ${basic}   what was recorded`);
  teller.say(`npx subledger state ${basic}    what it comes to`);
  teller.say('npx subledger digest                                        the same for the same history');
};

try {
  await tell(connect());
} catch (error) {
  if (!(error instanceof CannotGoOn || error instanceof WrongUsage)) throw error;
  process.stderr.write(`demo: ${error.message}\n`);
  process.exitCode = error instanceof WrongUsage ? 2 : 1;
}
