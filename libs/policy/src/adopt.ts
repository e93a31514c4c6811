import { commandClass, type Decider, type Event, type History, type Instant } from '#kernel';
import type { PolicyPin, PolicyTimeline } from './pin.ts';

/** Adopt these rules from now on. Sent by a start with the operator's configuration. */
export class AdoptPolicy extends commandClass('AdoptPolicy')<{ readonly policy: PolicyTimeline }> {}

/** Which rules apply from which instant on, oldest first: a preset, and the keys that differ from it. */
type AdoptedTimeline = readonly (PolicyPin & { readonly from: Instant })[];

/** The ledger adopted these rules for purchases and renewals; earlier decisions keep theirs (E53). */
export type PolicyAdopted = Event<'PolicyAdopted', { readonly timeline: AdoptedTimeline }>;

export type Adopted = {
  /** The rules of the last start; empty before the first one. */
  readonly timeline: AdoptedTimeline;
  readonly lastEffectiveAt: Instant;
};

/** In the form of a policy file. */
const writtenOut = ({ timeline }: PolicyTimeline): AdoptedTimeline =>
  timeline.map(({ from, pin }) => ({ from, ...pin }));

const same = (one: AdoptedTimeline, other: AdoptedTimeline): boolean => canonical(one) === canonical(other);

/** Sorts the keys: a file may name the same rules in another order. */
const canonical = (timeline: AdoptedTimeline): string =>
  JSON.stringify(
    timeline.map(({ from, preset, override = {} }) => [
      from,
      preset,
      Object.entries(override).toSorted(([a], [b]) => (a < b ? -1 : 1)),
    ]),
  );

/** Which rules the ledger has adopted when: the log records it, independent of today's configuration. */
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
