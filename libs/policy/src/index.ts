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
export { isPresetName, presetNames, presets, type PresetName } from './presets.ts';
export type { PartnerFacts, PartnerMeta } from './partner.ts';
export { mayDo, type Action, type Role } from './roles.ts';
export { roundingFor } from './rounding.ts';
export { parsePolicyTimeline, policySchema } from './schema.ts';
export type { Problem } from './shape.ts';
