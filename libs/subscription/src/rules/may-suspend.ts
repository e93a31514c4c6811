import { refuse } from '#kernel';
import { policyOf, type Guard } from '../guards.ts';

/** Suspending new commerce takes a support request; partners themselves can pause (R45, A22). */
export const onlyBySupport: Guard = ({ kind }, { actor: { role } }) =>
  kind === 'newCommerce' && role !== 'support'
    ? refuse('USE_PAUSE_OR_SUPPORT', 'only support suspends and reactivates new commerce: pause it instead (R45)')
    : undefined;

/** Whether the preset lets a partner suspend a marketplace subscription (`isv.suspend`, A23). */
export const publisherLets: Guard = (state) =>
  policyOf(state)['isv.suspend'] === 'asLegacy'
    ? undefined
    : refuse('WRONG_COMMERCE_KIND', 'only the publisher suspends a marketplace subscription', { rule: 'D37' });
