import { partner, RegisterPartner } from '#access';
import { CATALOGUE_ID, cataloguePublication, parseCatalogue, PublishCatalogue } from '#catalog';
import { customer, RegisterCustomer } from '#customer';
import { codec, type EventStore } from '#event-store';
import { openMemory } from '#event-store/memory';
import { isRefusal, type Command, type Event, type Instant } from '#kernel';
import { history } from './stores/index.ts';
import { CheckOutCart, CreateCart, ReviewCart, type CartLine } from '#order';
import { timelineOf, type PartnerMeta } from '#policy';
import type { ReadStore } from '#read-store';
import { SimulatedClock } from './context/clock.ts';
import { writeSide as writeSideOver } from './compose.ts';
import type { Decider } from './context/refusals.ts';
import type { Process } from './processes/process.ts';
import { processesOf } from './processes/processes.ts';

const at: Instant = '2021-06-18T09:00:00.000Z';
const shapes = codec(history);

export const memory = (): EventStore => openMemory({ codec: shapes });

/** A store whose process dies at its n-th append, before or after it was written; from then on every call fails. */
export const dying = (store: EventStore, n: number, when: 'before' | 'after'): EventStore => {
  let left = n;
  const killed = () => new Error('killed');
  return {
    read: (stream, from) => (left <= 0 ? Promise.reject(killed()) : store.read(stream, from)),
    follow: (position, signal) => store.follow(position, signal),
    logEnd: () => store.logEnd(),
    close: () => store.close(),
    append: async (stream, events, expected) => {
      if (left <= 0) throw killed();
      left -= 1;
      if (left === 0 && when === 'before') throw killed();
      const receipt = await store.append(stream, events, expected);
      if (left === 0) throw killed();
      return receipt;
    },
  };
};

/** The parts of a process that keep state over a store. */
export const writeSide = async (store: EventStore, reads: ReadStore, patienceMs = 50) => {
  const clock = new SimulatedClock(at);
  const policies = timelineOf('seed-2021-09');
  const side = writeSideOver({ store, reads, codec: shapes, clock, policies, patienceMs, retries: [] });
  await side.catalogCache.refresh();
  return { ...side, clock };
};

export type WriteSide = Awaited<ReturnType<typeof writeSide>>;

/** A process by its name. */
export const processOf = (side: WriteSide, name: Process['name']): Process => {
  const found = processesOf(side).find((process) => process.name === name);
  if (found === undefined) throw new Error(`there is no process ${name}`);
  return found;
};

/** The metadata of a user's command at nine o'clock. */
export const metaOf = (commandId: string): PartnerMeta => ({
  commandId,
  at,
  actor: { id: 'a-user', role: 'sales-agent', partnerId: 'p1' },
  partner: { model: 'directBill', cloud: 'global', newCommercePreview: true },
  correlationId: commandId,
  causationId: commandId,
});

const does = async <C extends Command, E extends Event, S>(
  { handler }: WriteSide,
  decider: Decider<C, E, S>,
  id: string,
  command: C,
) => {
  const outcome = await handler.handle(decider, id, command);
  if (isRefusal(outcome)) throw new Error(`${outcome.refused}: ${outcome.because}`);
  return outcome;
};

type Limited = { readonly once?: boolean; readonly cap?: number; readonly upgradeTargets?: readonly string[] };

const offer = (offerId: string, { once = false, cap, upgradeTargets = [] }: Limited = {}) => ({
  offerId,
  name: offerId,
  kind: 'newCommerce',
  publisher: { kind: 'microsoft', name: 'Microsoft' },
  billingType: 'license',
  category: 'enterprise',
  segments: ['commercial'],
  countries: 'all',
  limitPerCustomer: once ? 1 : null,
  skus: [
    {
      skuId: '1',
      name: offerId,
      maxSeatsPerCustomer: cap ?? null,
      upgradeTargets,
      plans: [{ term: 'P1M', billingCycle: 'monthly', prices: { EUR: '10.08' } }],
    },
  ],
});

/**
 * A partner, a customer `c1`; for sale are BASIC, SINGLE: once for each customer, and CAPPED: ten seats for each. BASIC is
 * upgraded to all of them and to PLUS, PLUS to BASIC.
 */
export const stocked = async (side: WriteSide): Promise<void> => {
  const facts = { partnerId: 'p1', name: 'P', model: 'directBill', cloud: 'global', newCommercePreview: true } as const;
  await does(side, partner, 'p1', new RegisterPartner(facts, metaOf('partner')));
  const buyer = { customerId: 'c1', name: 'C', country: 'NL', segment: 'commercial', currency: 'EUR' };
  await does(side, customer, 'c1', new RegisterCustomer(buyer, metaOf('customer')));
  const offers = [
    offer('BASIC', { upgradeTargets: ['SINGLE/1', 'CAPPED/1', 'PLUS/1'] }),
    offer('PLUS', { upgradeTargets: ['BASIC/1'] }),
    offer('SINGLE', { once: true }),
    offer('CAPPED', { cap: 10 }),
  ];
  const catalogue = parseCatalogue({ version: '1', effectiveFrom: '2021-01-01T00:00:00Z', offers });
  if ('errors' in catalogue) throw new Error(JSON.stringify(catalogue.errors));
  await does(side, cataloguePublication, CATALOGUE_ID, new PublishCatalogue({ catalogue }, metaOf('catalogue')));
  await side.catalogCache.refresh();
};

export const cartLine = (offerId: string): CartLine => ({
  offerId,
  skuId: '1',
  quantity: 3,
  term: 'P1M',
  billingCycle: 'monthly',
});

/** A cart that was filled, reviewed and bought, and whose order has not been fulfilled. */
export const ordered = async (side: WriteSide, cartId: string, ...lines: readonly CartLine[]) => {
  const { orders } = side;
  const create = new CreateCart({ cartId, customerId: 'c1', lines, errors: [] }, metaOf(`create-${cartId}`));
  await does(side, await orders.cart(create.meta, 'c1'), cartId, create);
  const { totals, amounts, errors } = await orders.previewCart({ cartId, customerId: 'c1', lines }, metaOf('rehearse'));
  const review = new ReviewCart({ cartId, totals, amounts, errors }, metaOf(`review-${cartId}`));
  await does(side, await orders.cart(review.meta), cartId, review);
  const { events } = await does(
    side,
    await orders.cart(metaOf('out')),
    cartId,
    new CheckOutCart({ cartId }, metaOf(`out-${cartId}`)),
  );
  const [event] = events;
  if (event?.type !== 'CartOrdered') throw new Error('the cart was not ordered');
  return event;
};
