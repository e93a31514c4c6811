import type { Meta } from '#kernel';
import { givenFor } from '#kernel/testing';
import { customer, type CustomerEvent, type Registered } from './customer.ts';
import type { SeenPlaces, SeenSeats } from './seats.ts';
import { ClaimOfferSlot, ClaimSeats, ReleaseOfferSlot, ReleaseSeats } from './slots.ts';

const given = givenFor(customer);
const at = '2021-06-18T09:00:00.000Z';

const meta = (when = at, partnerId = 'p1'): Meta => ({
  commandId: 'a-claim',
  at: when,
  actor: { id: 'a-user', role: 'global-admin', partnerId },
  correlationId: 'a-claim',
  causationId: 'a-claim',
});

const contoso = { customerId: 'c1', name: 'Contoso', country: 'NL', segment: 'commercial', currency: 'EUR' };

const registered: CustomerEvent = {
  type: 'CustomerRegistered',
  data: { ...contoso, partnerId: 'p1', accountOpenedAt: at, effectiveAt: at },
};

const wanting = (subscriptionId: string, quantity = 5) => ({
  subscriptionId,
  skuId: '0001',
  quantity,
  commandId: `buy-${subscriptionId}`,
  purchase: { subscriptionId, quantity },
});

type Extra = { readonly ended?: readonly string[]; readonly who?: Meta };

const claim = (subscriptionId: string, limit: number | null = 1, { ended = [], who = meta() }: Extra = {}) =>
  new ClaimOfferSlot({ offerId: 'SINGLE', limit, cap: null, slot: wanting(subscriptionId), ended }, who);

const claimed = (subscriptionId: string, offerId = 'SINGLE', effectiveAt = at, quantity = 5): CustomerEvent => ({
  type: 'OfferSlotClaimed',
  data: { offerId, ...wanting(subscriptionId, quantity), effectiveAt },
});

const released = (subscriptionId: string, effectiveAt = at): CustomerEvent => ({
  type: 'OfferSlotReleased',
  data: { subscriptionId, effectiveAt },
});

describe('claiming a place of a limited offer', () => {
  it('keeps the whole purchase, so that it can be finished after a kill', () =>
    given(registered).when(claim('s1')).then(claimed('s1')));

  it('for the same purchase again changes nothing', () =>
    given(registered, claimed('s1')).when(claim('s1')).thenNothing());

  it('is refused for another purchase under the same id', () => {
    const other = { ...wanting('s1'), commandId: 'another' };
    const command = new ClaimOfferSlot({ offerId: 'SINGLE', limit: 9, cap: null, slot: other, ended: [] }, meta());
    given(registered, claimed('s1')).when(command).thenRefused('SUBSCRIPTION_EXISTS');
  });

  it('is refused where the only one is taken (R5, R14)', () =>
    given(registered, claimed('s1')).when(claim('s2')).thenRefused('ALREADY_OWNED_SINGLE'));

  it('is refused where all allowed places are taken', () => {
    given(registered, claimed('s1')).when(claim('s2', 2)).then(claimed('s2'));
    given(registered, claimed('s1'), claimed('s2')).when(claim('s3', 2)).thenRefused('OFFER_LIMIT');
  });

  it('does not count another offer', () =>
    given(registered, claimed('s1', 'ANOTHER')).when(claim('s2')).then(claimed('s2')));

  it('frees the places of holders that have been deleted', () =>
    given(registered, claimed('s1'))
      .when(claim('s2', 1, { ended: ['s1', 's9'] }))
      .then(released('s1'), claimed('s2')));

  it('takes effect no earlier than the previous event, even if the clock went back (E13)', () =>
    given(registered, claimed('s1', 'ANOTHER', '2021-06-18T10:00:00.000Z'))
      .when(claim('s2', 1, { who: meta('2021-06-18T09:30:00.000Z') }))
      .then(claimed('s2', 'SINGLE', '2021-06-18T10:00:00.000Z')));

  it('is refused for a customer who is unknown, or who belongs to another partner', () => {
    given().when(claim('s1')).thenRefused('CUSTOMER_NOT_FOUND');
    given(registered)
      .when(claim('s1', 1, { who: meta(at, 'p2') }))
      .thenRefused('CUSTOMER_NOT_FOUND');
  });
});

describe('releasing a place', () => {
  const release = (subscriptionId: string, commandId = `buy-${subscriptionId}`) =>
    new ReleaseOfferSlot({ subscriptionId, commandId }, meta());

  it('makes it available again', () => {
    given(registered, claimed('s1')).when(release('s1')).then(released('s1'));
    given(registered, claimed('s1'), released('s1')).when(claim('s2')).then(claimed('s2'));
  });

  it('that is free, or that another purchase holds, changes nothing', () => {
    given(registered, claimed('s1'), released('s1')).when(release('s1')).thenNothing();
    given(registered, claimed('s1')).when(release('s1', 'another')).thenNothing();
  });

  it('is refused for a customer who is unknown', () => given().when(release('s1')).thenRefused('CUSTOMER_NOT_FOUND'));
});

/** A holder as a reader sees it, whose slot has been claimed the given number of times. */
const seen = (subscriptionId: string, quantity: number, times = 1, ...recorded: readonly string[]): SeenSeats => ({
  subscriptionId,
  quantity,
  recorded,
  times,
});

const buy = (subscriptionId: string, quantity: number, ...looked: readonly SeenSeats[]) =>
  new ClaimOfferSlot(
    {
      offerId: 'CAPPED',
      limit: null,
      cap: { limit: 300, seen: looked },
      slot: wanting(subscriptionId, quantity),
      ended: [],
    },
    meta(),
  );

const more = (subscriptionId: string, added: number, commandId = `add-${added}`) => ({
  subscriptionId,
  offerId: 'CAPPED',
  skuId: '0001',
  added,
  commandId,
  after: 1,
  revision: null,
});

const add = (claimOf: ReturnType<typeof more>, ...looked: readonly SeenSeats[]) =>
  new ClaimSeats({ claim: claimOf, cap: { limit: 300, seen: looked }, ended: [] }, meta());

const added = (claimOf: ReturnType<typeof more>, quantity: number, ...recorded: readonly string[]): CustomerEvent => ({
  type: 'SeatsClaimed',
  data: { ...claimOf, quantity, recorded, effectiveAt: at },
});

const held = (subscriptionId: string, quantity: number) => claimed(subscriptionId, 'CAPPED', at, quantity);
const has = (subscriptionId: string, quantity: number) => seen(subscriptionId, quantity, 1, `buy-${subscriptionId}`);

describe('W41: with 200 of 300 seats of a SKU held', () => {
  const [two, recorded] = [held('s1', 200), has('s1', 200)];

  it('a request for 200 more is refused, with the limit and the number held', () => {
    const { decision } = given(registered, two).when(buy('s2', 200, recorded));
    expect(decision).toMatchObject({ refused: 'OFFER_LIMIT', facts: { limit: 300, held: 200 } });
  });

  it('a request for 100 more is accepted', () =>
    given(registered, two)
      .when(buy('s2', 100, recorded))
      .then(held('s2', 100)));

  it('the same applies to an increase of an existing subscription', () => {
    given(registered, two)
      .when(add(more('s1', 101), recorded))
      .thenRefused('OFFER_LIMIT');
    given(registered, two)
      .when(add(more('s1', 100), recorded))
      .then(added(more('s1', 100), 300, 'buy-s1'));
  });

  it('a purchase in progress counts, although readers do not see it yet', () => {
    given(registered, two).when(buy('s2', 101)).thenRefused('OFFER_LIMIT');
    given(registered, two)
      .when(buy('s2', 101, seen('s1', 0)))
      .thenRefused('OFFER_LIMIT');
  });

  it('a reduction makes room again', () =>
    given(registered, two)
      .when(buy('s2', 200, has('s1', 100)))
      .then(held('s2', 200)));

  it('a deleted holder does not count, and its slot becomes free', () => {
    const { data } = buy('s2', 300, has('s1', 0));
    given(registered, two)
      .when(new ClaimOfferSlot({ ...data, ended: ['s1'] }, meta()))
      .then(released('s1'), held('s2', 300));
  });

  it('another SKU does not count', () =>
    given(registered, claimed('s1', 'ANOTHER', at, 250), two)
      .when(buy('s2', 100, recorded))
      .then(held('s2', 100)));

  it('seats that came without a claim count as readers see them', () => {
    given(registered, two)
      .when(buy('s2', 61, recorded, seen('s9', 40, 0)))
      .thenRefused('OFFER_LIMIT');
    given(registered)
      .when(add(more('s9', 261), seen('s9', 40, 0)))
      .thenRefused('OFFER_LIMIT');
    given(registered)
      .when(add(more('s9', 260), seen('s9', 40, 0)))
      .then(added(more('s9', 260), 300));
  });
});

describe('claiming seats', () => {
  const past = [registered, held('s1', 200), added(more('s1', 50), 250, 'buy-s1')] as const;

  it('for the same increase again changes nothing', () =>
    given(...past)
      .when(add(more('s1', 50), seen('s1', 200, 2)))
      .thenNothing());

  it('counts increases in progress, of this subscription and of others', () => {
    given(...past)
      .when(add(more('s1', 51), seen('s1', 200, 2)))
      .thenRefused('OFFER_LIMIT');
    given(...past)
      .when(buy('s2', 51, seen('s1', 200, 2)))
      .thenRefused('OFFER_LIMIT');
    given(...past)
      .when(add(more('s1', 49), seen('s1', 200, 2)))
      .then(added(more('s1', 49), 299));
  });

  it('counts an increase once, when it has been recorded', () => {
    given(...past)
      .when(add(more('s1', 51), seen('s1', 250, 2, 'add-50')))
      .thenRefused('OFFER_LIMIT');
    given(...past)
      .when(add(more('s1', 49), seen('s1', 250, 2, 'add-50')))
      .then(added(more('s1', 49), 299, 'add-50'));
  });

  it('counts two concurrent increases of one subscription, whichever is recorded first', () => {
    const both = [...past, added(more('s1', 40), 290)] as const;
    // The later one has been recorded, the earlier one not.
    given(...both)
      .when(buy('s2', 11, seen('s1', 240, 3, 'add-40')))
      .thenRefused('OFFER_LIMIT');
    given(...both)
      .when(buy('s2', 10, seen('s1', 240, 3, 'add-40')))
      .then(held('s2', 10));
  });

  it('ignores data from before the last claim', () => {
    given(...past)
      .when(buy('s2', 51, has('s1', 200)))
      .thenRefused('OFFER_LIMIT');
    given(...past)
      .when(buy('s2', 50, has('s1', 200)))
      .then(held('s2', 50));
  });
});

describe('releasing seats', () => {
  const past = [registered, held('s1', 200), added(more('s1', 50), 250, 'buy-s1')] as const;
  const release = (commandId: string) => new ReleaseSeats({ subscriptionId: 's1', commandId }, meta());
  const free: CustomerEvent = {
    type: 'SeatsReleased',
    data: { subscriptionId: 's1', commandId: 'add-50', effectiveAt: at },
  };

  it('makes room for others, and leaves the subscription its own seats', () => {
    given(...past)
      .when(release('add-50'))
      .then(free);
    given(...past, free)
      .when(buy('s2', 100, seen('s1', 200, 2)))
      .then(held('s2', 100));
    given(...past, free)
      .when(buy('s2', 101))
      .thenRefused('OFFER_LIMIT');
  });

  it('without a claim changes nothing', () => {
    given(...past)
      .when(release('another'))
      .thenNothing();
    given(...past, free)
      .when(release('add-50'))
      .thenNothing();
    given(registered).when(release('add-50')).thenNothing();
  });
});

describe('the events of a customer', () => {
  const events = [registered, held('s1', 200), added(more('s1', 50), 250), released('s1')];

  it('are read back from JSON exactly as they were written', () => {
    expect(JSON.parse(JSON.stringify(events))).toEqual(events);
  });

  it('require an existing customer', () => {
    expect(events.slice(1).reduce(customer.evolve, customer.initial)).toEqual({ customerId: null });
  });

  it('include an increase as the first claim of a subscription that came without one', () => {
    const state = [registered, added(more('s9', 10), 40)].reduce(customer.evolve, customer.initial) as Registered;
    expect(state.slots).toEqual({
      s9: {
        offerId: 'CAPPED',
        skuId: '0001',
        quantity: 40,
        claims: { 'add-10': { offerId: 'CAPPED', skuId: '0001', seats: 10, places: 0, after: 1 } },
        times: 1,
      },
    });
  });

  it('ignore released seats of a slot that no longer exists', () => {
    const late: CustomerEvent = {
      type: 'SeatsReleased',
      data: { subscriptionId: 's1', commandId: 'add-50', effectiveAt: at },
    };
    const state = [...events, late].reduce(customer.evolve, customer.initial) as Registered;
    expect(state.slots).toEqual({});
  });
});

describe('a place of a limited offer for a subscription that enters it other than by purchase (R5)', () => {
  const arrive = (subscriptionId: string, places: number, ...holders: readonly SeenPlaces[]) =>
    new ClaimSeats(
      {
        claim: {
          subscriptionId,
          offerId: 'SINGLE',
          skuId: '0001',
          added: 0,
          places,
          commandId: `upgrade-${subscriptionId}`,
          after: 3,
          revision: null,
          command: { type: 'UpgradeSubscription', data: {} },
        },
        cap: null,
        limit: 1,
        holders,
        ended: [],
      },
      meta(),
    );
  const arrived = (subscriptionId: string): CustomerEvent => ({
    type: 'SeatsClaimed',
    data: { ...arrive(subscriptionId, 1).data.claim, quantity: 0, recorded: [], effectiveAt: at },
  });
  const holds = (subscriptionId: string, places: number, times: number): SeenPlaces => ({
    subscriptionId,
    places,
    recorded: [`upgrade-${subscriptionId}`],
    times,
  });

  it('is claimed once, and keeps the whole command', () => {
    given(registered).when(arrive('s1', 1)).then(arrived('s1'));
    given(registered, arrived('s1')).when(arrive('s1', 1)).thenNothing();
    given(registered, arrived('s1')).when(arrive('s2', 1)).thenRefused('ALREADY_OWNED_SINGLE');
    given(registered, arrived('s1')).when(claim('s2')).thenRefused('ALREADY_OWNED_SINGLE');
  });

  it('counts as long as readers see its holder there', () => {
    given(registered, arrived('s1'))
      .when(arrive('s2', 1, holds('s1', 1, 1)))
      .thenRefused('ALREADY_OWNED_SINGLE');
    given(registered, arrived('s1'))
      .when(arrive('s2', 1, holds('s1', 0, 1)))
      .then(arrived('s2'));
    // Claimed again since the reader saw it.
    given(registered, arrived('s1'))
      .when(arrive('s2', 1, holds('s1', 0, 0)))
      .thenRefused('ALREADY_OWNED_SINGLE');
  });

  it('counts if its holder came without a claim', () =>
    given(registered)
      .when(arrive('s2', 1, holds('s1', 1, 0)))
      .thenRefused('ALREADY_OWNED_SINGLE'));
});
