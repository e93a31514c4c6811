import { refuse } from '#kernel';
import { policyOf, type Guard } from '../guards.ts';

/** Suspending new commerce takes a support request; pausing is the partner's own way (R45, A22). */
export const onlyBySupport: Guard = ({ kind }, { actor: { role } }) =>
  kind === 'newCommerce' && role !== 'support'
    ? refuse(
        'USE_PAUSE_OR_SUPPORT',
        'new commerce is suspended and reactivated by support alone: pause it instead (R45)',
      )
    : undefined;

/** Whether the publisher leaves it to us (`isv.suspend`, A23). */
export const publisherLets: Guard = (state) =>
  policyOf(state)['isv.suspend'] === 'asLegacy'
    ? undefined
    : refuse('WRONG_COMMERCE_KIND', 'a marketplace subscription is suspended by its publisher alone (D37)');
