import { hidden, commandNaming, refuse, type Decider, type Event } from '#kernel';
import type { RefusalCode } from './refusals.ts';
import type { PartnerFacts } from '#policy';

/** Let a partner use this ledger. Operator only. */
export class RegisterPartner extends commandNaming('partner', 'RegisterPartner')<
  PartnerFacts & { readonly partnerId: string; readonly name: string }
> {}

/** A partner was registered and may use this ledger. */
export type PartnerRegistered = Event<
  'PartnerRegistered',
  PartnerFacts & { readonly partnerId: string; readonly name: string }
>;

export type Partner = { readonly partnerId: null } | Omit<PartnerRegistered['data'], 'effectiveAt'>;

/** A partner: how it does business (R34), in which cloud (R2), and whether new commerce is open to it (R44). */
export const partner: Decider<RegisterPartner, PartnerRegistered, Partner, RefusalCode> = {
  category: 'partner',
  initial: { partnerId: null },
  decide: ({ data, meta }, state) =>
    state.partnerId === null
      ? [{ type: 'PartnerRegistered', data: { ...data, effectiveAt: meta.at } }]
      : hidden(refuse('PARTNER_EXISTS', `the partner ${data.partnerId} exists already`)),
  evolve: (_, { data: { effectiveAt: __, ...registered } }) => registered,
};
