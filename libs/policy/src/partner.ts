import type { Meta } from '#kernel';

/** How a partner does business (R34), in which cloud (R2), and whether new commerce is open to it (R44). */
export type PartnerFacts = {
  readonly model: 'directBill' | 'indirectProvider' | 'indirectReseller';
  readonly cloud: 'global' | 'usgov';
  readonly newCommercePreview: boolean;
};

/** What a command carries that is judged by the facts of the partner who sends it. They are not recorded. */
export type PartnerMeta = Meta & {
  /** What is known of the actor's partner at that time. */
  readonly partner: PartnerFacts;
};
