import type { Existing } from '../state.ts';

/** Where seats come from. */
type Source = Pick<Existing, 'subscriptionId' | 'partnerId' | 'customerId' | 'term' | 'termEnd'>;

/** What a target is told of where seats come from. */
export const sourceOf = ({ subscriptionId, partnerId, customerId, term, termEnd }: Existing): Source => ({
  subscriptionId,
  partnerId,
  customerId,
  term,
  termEnd,
});
