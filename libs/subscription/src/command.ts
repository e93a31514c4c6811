import { commandNaming as naming, commandTo as to } from '#kernel';
import type { PartnerMeta } from '#policy';

/** The class of a command to a subscription that exists: `class AddSeats extends commandTo('AddSeats')<{ quantity: number }> {}`. */
export const commandTo = <Type extends string>(type: Type) =>
  to<'subscription', Type, PartnerMeta>('subscription', type);

/** The class of a command that creates a subscription: its `data` holds the id. */
export const commandNaming = <Type extends string>(type: Type) =>
  naming<'subscription', Type, PartnerMeta>('subscription', type);
