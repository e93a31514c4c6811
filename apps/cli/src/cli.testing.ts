import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { RegisterPartner, partner } from '#access';
import { cataloguePublication, parseCatalogue, PublishCatalogue, timeline, type Catalogue } from '#catalog';
import { customer, RegisterCustomer } from '#customer';
import { CommandHandler } from '#event-store';
import { isRefusal, type Instant } from '#kernel';
import { openStores } from '#ledger';
import { timelineOf, type PartnerMeta } from '#policy';
import { AddSeats, PurchaseSubscription, ScheduleChange, subscription } from '#subscription';

export const SUBSCRIPTION = '9f2c1d04-5a7b-4c1e-8a55-0d6f3b1c2e01';
export const CUSTOMER = '9f2c1d04-5a7b-4c1e-8a55-0d6f3b1c2e02';

const launcher = resolve('apps/cli/bin/subledger.js');

export type Ran = { readonly status: number; readonly out: string; readonly err: string };

/** The command line as a separate process, on a data folder, with input on stdin if given. */
export const subledgerOn =
  (data: string, more: NodeJS.ProcessEnv = {}, input = '') =>
  (...args: readonly string[]): Promise<Ran> =>
    new Promise((done) => {
      const env: NodeJS.ProcessEnv = { PATH: process.env['PATH'], SUBLEDGER_DATA: data, ...more };
      const running = execFile(
        process.execPath,
        [launcher, ...args],
        { env, maxBuffer: 2 ** 26 },
        (error, out, err) => {
          done({ status: error === null ? 0 : Number(error.code), out, err });
        },
      );
      // It may exit without reading it.
      running.stdin?.on('error', () => undefined).end(input);
    });

/** The JSON output of a successful run that printed nothing else. */
export const json = ({ status, out, err }: Ran) => {
  expect({ status, err }).toEqual({ status: 0, err: '' });
  // eslint-disable-next-line @typescript-eslint/no-unsafe-return -- each verb prints another shape
  return JSON.parse(out);
};

/** The error of a failed run: one line on stderr, without a stack trace. */
export const failed = ({ status, err }: Ran): string => {
  expect(status).toBe(1);
  expect(err).toMatch(/^subledger: [^\n]+\n$/);
  return err;
};

const facts = { model: 'directBill', cloud: 'global', newCommercePreview: true } as const;

const metaAt = (at: Instant): PartnerMeta => {
  const commandId = randomUUID();
  return {
    commandId,
    at,
    actor: { id: 'alice', role: 'global-admin', partnerId: 'default' },
    partner: facts,
    correlationId: commandId,
    causationId: commandId,
  };
};

export const sampleCatalogue = (): Catalogue => {
  const parsed = parseCatalogue(JSON.parse(readFileSync('catalog.sample.json', 'utf8')));
  if ('errors' in parsed) throw new Error('the sample is no catalogue');
  return parsed;
};

const recorded = async (outcome: Promise<object>): Promise<void> => {
  const answer = await outcome;
  if ('refused' in answer && isRefusal(answer)) throw new Error(JSON.stringify(answer));
};

/**
 * A ledger with one subscription: 10 seats of Business Basic for a year, charged monthly, from 2021-06-18; a reduction
 * to 8 seats scheduled the same day; 2 more seats on 2021-06-20.
 */
export const seed = async (folder: string): Promise<void> => {
  const opened = await openStores({ dataFolder: folder });
  const handler = new CommandHandler(opened.events, { codec: opened.codec });
  const start = metaAt('2021-06-18T09:00:00.000Z');
  const again = () => ({ ...start, commandId: randomUUID() });
  const catalogue = sampleCatalogue();
  await recorded(handler.handle(cataloguePublication, 'main', new PublishCatalogue({ catalogue }, again())));
  const registration = { partnerId: 'default', name: 'Default', ...facts };
  await recorded(handler.handle(partner, 'default', new RegisterPartner(registration, again())));
  const who = { customerId: CUSTOMER, name: 'Contoso', country: 'NL', segment: 'commercial', currency: 'EUR' };
  await recorded(handler.handle(customer, CUSTOMER, new RegisterCustomer(who, again())));
  const buyer = { ...who, accountOpenedAt: start.at, held: [] };
  const context = {
    catalogue: timeline([catalogue]),
    policies: timelineOf('seed-2021-09'),
    customer: buyer,
  };
  const decider = subscription(context);
  const product = { offerId: 'M365BB', skuId: '0001', quantity: 10, term: 'P1Y', billingCycle: 'monthly' } as const;
  const purchase = { subscriptionId: SUBSCRIPTION, customerId: CUSTOMER, orderId: randomUUID(), ...product };
  await recorded(handler.handle(decider, SUBSCRIPTION, new PurchaseSubscription(purchase, again())));
  await recorded(
    handler.handle(
      decider,
      SUBSCRIPTION,
      new ScheduleChange({ subscriptionId: SUBSCRIPTION, quantity: 8, newSubscriptionId: randomUUID() }, again()),
    ),
  );
  const later = metaAt('2021-06-20T09:00:00.000Z');
  await recorded(
    handler.handle(decider, SUBSCRIPTION, new AddSeats({ subscriptionId: SUBSCRIPTION, quantity: 2 }, later)),
  );
  await opened.close();
};
