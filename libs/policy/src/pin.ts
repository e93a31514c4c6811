import type { Instant } from '#kernel';
import type { Policy } from './policy.ts';
import { isPresetName, presets, type PresetName } from './presets.ts';

/** The rules under which an event was decided: a preset, and the keys that a policy file overrode (E53). */
export type PolicyPin = { readonly preset: PresetName; readonly override?: Partial<Policy> };

/** Which rules are in force from when on, oldest first; at least one entry. */
export type PolicyTimeline = { readonly timeline: readonly { readonly from: Instant; readonly pin: PolicyPin }[] };

const byIdentity = new WeakMap<PolicyPin, Policy>();
const byContent = new Map<string, Policy>();

/** The whole policy of a pin. Cheap: equal pins give the same object. Throws if the preset never existed. */
export const resolve = (pin: PolicyPin): Policy => {
  const known = byIdentity.get(pin);
  if (known !== undefined) return known;
  const policy = assembled(pin);
  byIdentity.set(pin, policy);
  return policy;
};

const assembled = ({ preset, override }: PolicyPin): Policy => {
  if (!isPresetName(preset)) throw new Error(`there is no policy preset ${JSON.stringify(preset)}`);
  if (override === undefined) return presets[preset];
  const content = JSON.stringify([preset, override]);
  const known = byContent.get(content);
  if (known !== undefined) return known;
  const policy: Policy = Object.freeze({ ...presets[preset], ...override });
  byContent.set(content, policy);
  return policy;
};

const start: Instant = '0000-01-01T00:00:00.000Z';

const timelines: Readonly<Record<PresetName, PolicyTimeline>> = {
  'seed-2021-09': { timeline: [{ from: start, pin: { preset: 'seed-2021-09' } }] },
  'docs-2022-03': { timeline: [{ from: start, pin: { preset: 'docs-2022-03' } }] },
};

/** One preset for all time. */
export const timelineOf = (preset: PresetName): PolicyTimeline => timelines[preset];

/** The rules in force at an instant: the last entry that begins at or before it. The first one also holds before its start. */
export const pinAt = ({ timeline }: PolicyTimeline, instant: Instant): PolicyPin => {
  const entry = timeline.findLast(({ from }) => from <= instant) ?? timeline[0];
  if (entry === undefined) throw new Error('a policy timeline has at least one entry');
  return entry.pin;
};
