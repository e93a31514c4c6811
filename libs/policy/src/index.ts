export { AdoptPolicy, history, policyAdoption, type PolicyAdopted } from './adopt.ts';
export { pinAt, resolve, timelineOf, type PolicyPin, type PolicyTimeline } from './pin.ts';
export type {
  CommerceKind,
  Duration,
  ExistingTargetRule,
  Policy,
  PolicyKey,
  ProratedCharge,
  Rounding,
  RoundingKey,
  ScheduledKind,
  TrialRules,
  UsageCharge,
} from './policy.ts';
export { isPresetName, presetNames, presets, sources, type PresetName } from './presets.ts';
export { mayDo, type Action } from './roles.ts';
export { roundingFor } from './rounding.ts';
export { parsePolicyTimeline, policySchema } from './schema.ts';
export type { Problem } from './shape.ts';
