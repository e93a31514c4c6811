import { commandClass, refuse, type Decider, type Decision, type Event, type History, type Instant } from '#kernel';

/** Record a customer, to whom subscriptions can then be sold (R1). */
export class RegisterCustomer extends commandClass('RegisterCustomer')<{
  readonly customerId: string;
  readonly name: string;
  readonly country: string;
  readonly segment: string;
  readonly currency: string;
  /** Defaults to the instant of registration. */
  readonly accountOpenedAt?: Instant;
}> {}

/** Reserve one of the places that a limited offer has, for a purchase that is about to be recorded (R5). */
export class ClaimOfferSlot extends commandClass('ClaimOfferSlot')<{
  readonly offerId: string;
  readonly limit: number;
  readonly slot: OfferSlot;
  /** Holders of slots that are deleted by now: their slots come free. */
  readonly ended: readonly string[];
}> {}

/** Give a slot back, because the purchase it was claimed for was refused. */
export class ReleaseOfferSlot extends commandClass('ReleaseOfferSlot')<{ readonly subscriptionId: string }> {}

export type CustomerCommand = RegisterCustomer | ClaimOfferSlot | ReleaseOfferSlot;

/** A customer of the partner is known, to whom subscriptions can be sold (R1). */
export type CustomerRegistered = Event<
  'CustomerRegistered',
  {
    readonly customerId: string;
    readonly partnerId: string;
    readonly name: string;
    readonly country: string;
    readonly segment: string;
    readonly currency: string;
    readonly accountOpenedAt: Instant;
  }
>;

/** A place of a limited offer and the purchase that fills it, whole, so that a process can finish what a kill cut short. */
export type OfferSlot = {
  readonly subscriptionId: string;
  readonly skuId: string;
  readonly quantity: number;
  /** The purchase command's own id and data. */
  readonly commandId: string;
  readonly purchase: Readonly<Record<string, unknown>>;
};

/** One of the places of a limited offer is taken, for a purchase that is recorded next (R5). */
export type OfferSlotClaimed = Event<'OfferSlotClaimed', OfferSlot & { readonly offerId: string }>;

/** A place of a limited offer is free again: its purchase was refused, or its holder is deleted (R5). */
export type OfferSlotReleased = Event<'OfferSlotReleased', { readonly subscriptionId: string }>;

export type CustomerEvent = CustomerRegistered | OfferSlotClaimed | OfferSlotReleased;

export type HeldSlot = { readonly offerId: string; readonly skuId: string; readonly quantity: number };

export type Registered = Omit<CustomerRegistered['data'], 'effectiveAt'> & {
  /** Limited offers that the customer holds, by subscription. */
  readonly slots: Readonly<Record<string, HeldSlot>>;
  readonly lastEffectiveAt: Instant;
};

export type Customer = { readonly customerId: null } | Registered;

const decide = (command: CustomerCommand, state: Customer): Decision<CustomerEvent> => {
  if (command.type === 'RegisterCustomer') return register(command, state);
  if (state.customerId === null || state.partnerId !== command.meta.actor.partnerId)
    return refuse('CUSTOMER_NOT_FOUND', 'there is no such customer');
  return command.type === 'ClaimOfferSlot' ? claim(command, state) : release(command, state);
};

const mayRegister: ReadonlySet<string> = new Set([
  'global-admin',
  'admin-agent',
  'billing-admin',
  'helpdesk-agent',
  'sales-agent',
  'system',
]);

const register = ({ data, meta }: RegisterCustomer, state: Customer): Decision<CustomerEvent> => {
  if (!mayRegister.has(meta.actor.role))
    return refuse('FORBIDDEN_ROLE', `the role ${meta.actor.role} may not register customers (R3)`);
  if (state.customerId !== null)
    return refuse('CUSTOMER_EXISTS', `a customer with the id ${data.customerId} exists already`);
  return [
    {
      type: 'CustomerRegistered',
      data: {
        ...data,
        partnerId: meta.actor.partnerId,
        accountOpenedAt: data.accountOpenedAt ?? meta.at,
        effectiveAt: meta.at,
      },
    },
  ];
};

/** Counts every slot whose holder is not known to be deleted (R5): so two buyers at once cannot both have the last one. */
const claim = (
  { data: { offerId, limit, slot, ended }, meta }: ClaimOfferSlot,
  state: Registered,
): Decision<CustomerEvent> => {
  const effectiveAt = meta.at < state.lastEffectiveAt ? state.lastEffectiveAt : meta.at;
  const taken = Object.entries(state.slots).filter(([id, held]) => held.offerId === offerId && !ended.includes(id));
  if (taken.some(([id]) => id === slot.subscriptionId)) return [];
  if (taken.length >= limit)
    return limit === 1
      ? refuse('ALREADY_OWNED_SINGLE', `the customer holds ${offerId} already, and only one is allowed (R14)`)
      : refuse('OFFER_LIMIT', `the customer holds ${offerId} ${taken.length} times; ${limit} are allowed (R5)`, {
          limit,
        });
  return [
    ...ended
      .filter((subscriptionId) => subscriptionId in state.slots)
      .map((subscriptionId): OfferSlotReleased => ({
        type: 'OfferSlotReleased',
        data: { subscriptionId, effectiveAt },
      })),
    { type: 'OfferSlotClaimed', data: { offerId, ...slot, effectiveAt } },
  ];
};

const release = (
  { data: { subscriptionId }, meta: { at } }: ReleaseOfferSlot,
  state: Registered,
): Decision<CustomerEvent> =>
  subscriptionId in state.slots
    ? [
        {
          type: 'OfferSlotReleased',
          data: { subscriptionId, effectiveAt: at < state.lastEffectiveAt ? state.lastEffectiveAt : at },
        },
      ]
    : [];

const evolve = (state: Customer, event: CustomerEvent): Customer => {
  if (event.type === 'CustomerRegistered') {
    const { effectiveAt, ...registered } = event.data;
    return { ...registered, slots: {}, lastEffectiveAt: effectiveAt };
  }
  if (state.customerId === null) return state;
  const { subscriptionId, effectiveAt } = event.data;
  const { [subscriptionId]: _, ...others } = state.slots;
  const lastEffectiveAt = effectiveAt;
  if (event.type === 'OfferSlotReleased') return { ...state, slots: others, lastEffectiveAt };
  const { offerId, skuId, quantity } = event.data;
  return { ...state, slots: { ...others, [subscriptionId]: { offerId, skuId, quantity } }, lastEffectiveAt };
};

/** The customer: who they are, and which limited offers they hold. */
export const customer: Decider<CustomerCommand, CustomerEvent, Customer> = {
  category: 'customer',
  initial: { customerId: null },
  decide,
  evolve,
};

/** Old shapes of the customer's events; none yet. */
export const history: History = {};
