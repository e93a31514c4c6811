import { commandClass, type Decider, type Event, type History, type Instant } from '#kernel';
import type { PolicyPin, PolicyTimeline } from './pin.ts';

/** Go by these rules from now on. The operator's doing, by the configuration that a start finds. */
export class AdoptPolicy extends commandClass('AdoptPolicy')<{ readonly policy: PolicyTimeline }> {}

/** Which rules apply from which instant on, oldest first: a preset, and what differs from it. */
type AdoptedTimeline = readonly (PolicyPin & { readonly from: Instant })[];

/** The ledger goes by these rules from now on, for purchases and renewals; what was decided before stands (E53). */
export type PolicyAdopted = Event<'PolicyAdopted', { readonly timeline: AdoptedTimeline }>;

export type Adopted = {
  /** Those of the last start; none before the first one. */
  readonly timeline: AdoptedTimeline;
  readonly lastEffectiveAt: Instant;
};

/** In the form of a policy file. */
const writtenOut = ({ timeline }: PolicyTimeline): AdoptedTimeline =>
  timeline.map(({ from, pin }) => ({ from, ...pin }));

const same = (one: AdoptedTimeline, other: AdoptedTimeline): boolean => canonical(one) === canonical(other);

/** A file may name the same rules in another order. */
const canonical = (timeline: AdoptedTimeline): string =>
  JSON.stringify(
    timeline.map(({ from, preset, override = {} }) => [
      from,
      preset,
      Object.entries(override).toSorted(([a], [b]) => (a < b ? -1 : 1)),
    ]),
  );

/** Which rules the ledger has gone by since when: the log tells it, whatever the configuration says today. */
export const policyAdoption: Decider<AdoptPolicy, PolicyAdopted, Adopted, never> = {
  category: 'policy',
  initial: { timeline: [], lastEffectiveAt: '' },
  decide: ({ data: { policy }, meta: { at } }, { timeline: adopted, lastEffectiveAt }) => {
    const timeline = writtenOut(policy);
    if (same(timeline, adopted)) return [];
    return [{ type: 'PolicyAdopted', data: { timeline, effectiveAt: at < lastEffectiveAt ? lastEffectiveAt : at } }];
  },
  evolve: (_, { data: { timeline, effectiveAt } }) => ({ timeline, lastEffectiveAt: effectiveAt }),
};

/** Old shapes of the event of an adoption; none yet. */
export const history: History = {};
