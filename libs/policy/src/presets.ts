import type { Policy, PolicyKey } from './policy.ts';
import { docs202203 } from './presets/docs-2022-03.ts';
import { seed202109 } from './presets/seed-2021-09.ts';
import type { SourcedPolicy } from './sourced.ts';

export type PresetName = 'seed-2021-09' | 'docs-2022-03';

const written: Readonly<Record<PresetName, SourcedPolicy>> = { 'seed-2021-09': seed202109, 'docs-2022-03': docs202203 };

const valuesOf = (preset: SourcedPolicy): Policy =>
  Object.freeze(Object.fromEntries(Object.entries(preset).map(([key, [value]]) => [key, value]))) as Policy;

const sourcesOf = (preset: SourcedPolicy): Readonly<Record<PolicyKey, string>> =>
  Object.freeze(Object.fromEntries(Object.entries(preset).map(([key, [, source]]) => [key, source]))) as Readonly<
    Record<PolicyKey, string>
  >;

export const presetNames: readonly PresetName[] = ['seed-2021-09', 'docs-2022-03'];

/** Each preset's values. */
export const presets: Readonly<Record<PresetName, Policy>> = {
  'seed-2021-09': valuesOf(written['seed-2021-09']),
  'docs-2022-03': valuesOf(written['docs-2022-03']),
};

/** The sources of each preset's values: references to the rule book. */
export const sources: Readonly<Record<PresetName, Readonly<Record<PolicyKey, string>>>> = {
  'seed-2021-09': sourcesOf(written['seed-2021-09']),
  'docs-2022-03': sourcesOf(written['docs-2022-03']),
};

export const isPresetName = (name: unknown): name is PresetName => presetNames.some((known) => known === name);
