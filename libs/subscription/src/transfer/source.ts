import type { Existing } from '../state.ts';

/** The source of seats. */
type Source = Pick<Existing, 'subscriptionId' | 'partnerId' | 'customerId' | 'term' | 'termEnd'>;

/** What a target learns of the source. */
export const sourceOf = ({ subscriptionId, partnerId, customerId, term, termEnd }: Existing): Source => ({
  subscriptionId,
  partnerId,
  customerId,
  term,
  termEnd,
});
