import { hidden, commandNaming, refuse, type Decider, type Event, type History, type Instant } from '#kernel';
import * as slots from './slots.ts';
import type { Decision, RefusalCode } from './refusals.ts';

/** Record a customer, to whom subscriptions can then be sold (R1). */
export class RegisterCustomer extends commandNaming('customer', 'RegisterCustomer')<{
  readonly customerId: string;
  readonly name: string;
  readonly country: string;
  readonly segment: string;
  readonly currency: string;
  /** Defaults to the instant of registration. */
  readonly accountOpenedAt?: Instant;
}> {}

export type CustomerCommand = RegisterCustomer | slots.SlotCommand;

/** A customer was registered, to whom subscriptions can be sold (R1). */
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

export type CustomerEvent = CustomerRegistered | slots.SlotEvent;

/** A registered customer, with what they hold of limited offers and capped SKUs, by subscription. */
export type Registered = Omit<CustomerRegistered['data'], 'effectiveAt'> & slots.Holding;

export type Customer = { readonly customerId: null } | Registered;

const decide = (command: CustomerCommand, state: Customer): Decision<CustomerEvent> => {
  if (command.type === 'RegisterCustomer') return register(command, state);
  if (state.customerId === null || state.partnerId !== command.meta.actor.partnerId)
    return hidden(refuse('CUSTOMER_NOT_FOUND', 'there is no such customer'));
  return slots.decide(command, state);
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
    return hidden(refuse('FORBIDDEN_ROLE', `the role ${meta.actor.role} may not register customers (R3)`));
  if (state.customerId !== null)
    return hidden(refuse('CUSTOMER_EXISTS', `a customer with the id ${data.customerId} exists already`));
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

const evolve = (state: Customer, event: CustomerEvent): Customer => {
  if (event.type === 'CustomerRegistered') {
    const { effectiveAt, ...registered } = event.data;
    return { ...registered, slots: {}, lastEffectiveAt: effectiveAt };
  }
  return state.customerId === null ? state : slots.evolve(state, event);
};

/** The customer, with what they hold of limited offers and capped SKUs. */
export const customer: Decider<CustomerCommand, CustomerEvent, Customer, RefusalCode> = {
  category: 'customer',
  initial: { customerId: null },
  decide,
  evolve,
};

/** Old shapes of the customer's events; none yet. */
export const history: History = {};
