import { partner } from '#access';
import type { CommandHandler } from '#event-store';
import type { PartnerFacts } from '#policy';

/** The facts about a partner, for processes that act on its subscriptions. */
export const factsOf = async (handler: CommandHandler, partnerId: string): Promise<PartnerFacts> => {
  const { state } = await handler.load(partner, partnerId);
  if (state.partnerId === null) throw new Error(`there is no partner ${partnerId}`);
  const { model, cloud, newCommercePreview } = state;
  return { model, cloud, newCommercePreview };
};
