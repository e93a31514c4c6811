import type { Charge } from './ledger-client.ts';
import { CannotGoOn } from './ledger-client.ts';
import type { Storyteller } from './storyteller.ts';
import type { Time } from './time.ts';

type Offer = {
  readonly offerId: string;
  readonly name: string;
  readonly purchasable: boolean;
  readonly skus: readonly {
    readonly skuId: string;
    readonly plans: readonly {
      readonly term: string;
      readonly billingCycle: string;
      readonly prices: Readonly<Record<string, string>>;
    }[];
  }[];
};

type Renewal = {
  readonly subscriptionId: string;
  readonly renewsOn: string;
  readonly action: string;
  readonly current: { readonly offerId: string; readonly quantity: number };
  readonly next: { readonly offerId: string; readonly quantity: number; readonly amount: string } | null;
};

type Standing = { readonly subscriptionId: string; readonly friendlyName: string; readonly renewsOn: string | null };

const BASIC = { offerId: 'M365BB', skuId: '0001' };
const STANDARD = { offerId: 'M365BS', skuId: '0001' };
const TRIAL = { offerId: 'M365BP-TRIAL', skuId: '0001' };
const YEARLY = { term: 'P1Y', billingCycle: 'monthly' };
const MONTHLY = { term: 'P1M', billingCycle: 'monthly' };

/** What the story is about. */
type Cast = { readonly customerId: string; readonly teller: Storyteller; readonly time: Time };

/** Registers a customer, of whom everything that follows tells. */
export const meetCustomer = async (teller: Storyteller, time: Time): Promise<Cast> => {
  teller.chapter('A customer');
  const name = `Contoso Bakeries (${time.today})`;
  const done = await teller.send('POST /customers', { name, country: 'NL', segment: 'commercial', currency: 'EUR' });
  if (done === undefined) throw new CannotGoOn('the customer was not registered');
  return { customerId: done.customerId, teller, time };
};

/** What this customer could buy. */
export const lookAtOffers = async ({ customerId, teller }: Cast): Promise<void> => {
  teller.chapter('What is for sale');
  const offers = await teller.ledger.list<Offer>(`/offers?customerId=${customerId}`);
  if (!offers.some(({ offerId }) => offerId === BASIC.offerId))
    throw new CannotGoOn(`this ledger does not sell ${BASIC.offerId}: the story needs the catalogue of the repository`);
  teller.table(
    ['offer', 'name', 'plan', 'EUR a seat'],
    offers.slice(0, 8).flatMap(({ offerId, name, skus }) => {
      const plan = skus[0]?.plans.find(({ term }) => term === 'P1Y') ?? skus[0]?.plans[0];
      return [[offerId, name, `${plan?.term ?? ''} ${plan?.billingCycle ?? ''}`, plan?.prices['EUR'] ?? '-']];
    }),
  );
  const closed = offers.filter(({ purchasable }) => !purchasable).length;
  teller.say(`… ${String(offers.length)} offers in all; ${String(closed)} of them this customer may not buy.`);
};

/** Buys what most of the story is about. Answers the subscription's id. */
export const buy = async ({ customerId, teller }: Cast): Promise<string> => {
  teller.chapter('Ten seats of Microsoft 365 Business Basic, for a year, charged by the month');
  const done = await teller.send('POST /subscriptions', { customerId, ...BASIC, quantity: 10, ...YEARLY });
  if (done === undefined) throw new CannotGoOn('without a purchase there is no story');
  return done.subscriptionId;
};

/** Asks what a cancellation would give back, without cancelling. */
export const askWhatIf = async ({ teller }: Cast, subscriptionId: string): Promise<void> => {
  teller.chapter('What would a cancellation give back? A dry run records nothing');
  await teller.send(`POST /subscriptions/${subscriptionId}/cancel?dryRun=true`, { reason: 'customerRequest' });
};

/** Plans fewer seats for the renewal, and drops the plan by adding seats. */
export const changeSeats = async ({ teller, time }: Cast, subscriptionId: string): Promise<void> => {
  teller.chapter('Fewer seats come with the renewal; more seats come at once, and drop that plan');
  await teller.send(`PUT /subscriptions/${subscriptionId}/scheduled-change`, { quantity: 8 });
  await time.daysLater(2);
  await teller.send(`POST /subscriptions/${subscriptionId}/add-seats`, { quantity: 2 });
};

/** Pauses and resumes. */
export const pauseAndResume = async ({ teller, time }: Cast, subscriptionId: string): Promise<void> => {
  teller.chapter('A pause takes the access away, not the bill');
  await teller.send(`POST /subscriptions/${subscriptionId}/pause`, { reason: 'nonPayment' });
  await time.daysLater(1);
  await teller.send(`POST /subscriptions/${subscriptionId}/resume`);
  teller.say('A resumed subscription ends with its term, unless auto-renew is switched on again:');
  await teller.send(`PUT /subscriptions/${subscriptionId}/auto-renew`, { enabled: true });
};

/** Moves some of the seats to a better product. */
export const moveSeatsUp = async ({ teller }: Cast, subscriptionId: string): Promise<void> => {
  teller.chapter('Four of the seats move up to Business Standard, into a subscription of their own');
  await teller.send(`POST /subscriptions/${subscriptionId}/upgrade`, { ...STANDARD, quantity: 4, target: 'new' });
};

/** Begins a trial. Answers its id, unless it was refused. */
export const tryOut = async ({ customerId, teller }: Cast): Promise<string | undefined> => {
  teller.chapter('A trial of Business Premium: free now, and paid by itself when it ends');
  const done = await teller.send('POST /subscriptions', { customerId, ...TRIAL, quantity: 25, ...MONTHLY });
  return done?.subscriptionId;
};

/** Buys something and takes it back at once. */
export const regret = async ({ customerId, teller }: Cast): Promise<void> => {
  teller.chapter('Bought by mistake, and cancelled in time: the money comes back');
  const done = await teller.send('POST /subscriptions', { customerId, ...STANDARD, quantity: 3, ...MONTHLY });
  if (done !== undefined)
    await teller.send(`POST /subscriptions/${done.subscriptionId}/cancel`, { reason: 'customerRequest' });
};

/** Tells what is going to happen, and when; and lets it happen where the clock can be moved. */
export const lookAhead = async (cast: Cast, subscriptionId: string, trialId: string | undefined): Promise<void> => {
  const { customerId, teller, time } = cast;
  teller.chapter('What comes next without another command');
  await teller.send(`PUT /subscriptions/${subscriptionId}/scheduled-change`, { quantity: 6 });
  const renewals = await teller.ledger.list<Renewal>(`/renewals?customerId=${customerId}`);
  teller.table(
    ['on', 'what', 'now', 'then', 'EUR'],
    renewals.map(({ renewsOn, action, current, next }) => [
      renewsOn,
      action,
      `${String(current.quantity)} × ${current.offerId}`,
      next === null ? '-' : `${String(next.quantity)} × ${next.offerId}`,
      next?.amount ?? '-',
    ]),
  );
  if (time.moves) await letItHappen(cast, subscriptionId, trialId);
  else
    teller.say("This ledger goes by the machine's clock. To see it happen, start one with its own, on another folder:");
  if (!time.moves) teller.say('SUBLEDGER_DATA=./demo-data SUBLEDGER_CLOCK=simulated:2021-06-18T09:00:00Z npm start');
};

const letItHappen = async (
  { customerId, teller, time }: Cast,
  subscriptionId: string,
  trialId: string | undefined,
): Promise<void> => {
  const known = (await chargesOf(teller, customerId)).length;
  teller.chapter('A month goes by: charge cycles begin, and the trial becomes paid');
  await time.dawnOf((await renewsOn(teller, trialId)) ?? time.today);
  const month = (await chargesOf(teller, customerId)).slice(known);
  teller.charges(month);
  if (trialId !== undefined) {
    teller.say('Business Premium shall end with its term:');
    await teller.send(`PUT /subscriptions/${trialId}/auto-renew`, { enabled: false });
  }
  teller.chapter('A year goes by: the renewal, with the six seats that were planned for it');
  await time.dawnOf((await renewsOn(teller, subscriptionId)) ?? time.today);
  const year = (await chargesOf(teller, customerId)).slice(known + month.length);
  const cycles = year.filter(({ chargeType }) => chargeType === 'cycleCharge');
  teller.charges(year.filter((charge) => !cycles.includes(charge)));
  teller.say(`… after ${String(cycles.length)} charge cycles.`);
};

const renewsOn = async (teller: Storyteller, subscriptionId: string | undefined): Promise<string | undefined> =>
  subscriptionId === undefined
    ? undefined
    : ((await teller.ledger.get<Standing>(`/subscriptions/${subscriptionId}`))?.renewsOn ?? undefined);

export const chargesOf = (teller: Storyteller, customerId: string): Promise<readonly Charge[]> =>
  teller.ledger.list<Charge>(`/charges?customerId=${customerId}`);

/** The names of the customer's subscriptions, by id. */
export const namesOf = async (teller: Storyteller, customerId: string): Promise<ReadonlyMap<string, string>> => {
  const all = await teller.ledger.list<Standing>(`/subscriptions?customerId=${customerId}`);
  return new Map(all.map(({ subscriptionId, friendlyName }) => [subscriptionId, friendlyName]));
};
