import { partner } from '#access';
import type { CommandHandler } from '#event-store';
import type { PartnerFacts } from '#policy';

/** What processes know of a partner whose subscription they act on. */
export const factsOf = async (handling: CommandHandler, partnerId: string): Promise<PartnerFacts> => {
  const { state } = await handling.load(partner, partnerId);
  if (state.partnerId === null) throw new Error(`there is no partner ${partnerId}`);
  const { model, cloud, newCommercePreview } = state;
  return { model, cloud, newCommercePreview };
};
