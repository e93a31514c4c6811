export { answerOf } from './commands/command-result.ts';
export { dispatch, preview, recordPreviewed, tokenFor, type Dispatch, type DispatchDeps } from './commands/dispatch.ts';
export { stale } from './commands/quote-token.ts';
export { type SubscriptionCommands } from './commands/subscription-commands.ts';
export { writeSide } from './compose.ts';
export { type Answered, type Caller, type CommandAnswer, type CommandRequest } from './context/caller.ts';
export { type Stream, commandIdFor, metaFor, systemMeta } from './context/command-meta.ts';
export type { Refusal, RefusalCode } from './context/refusals.ts';
export {
  type Creation,
  deterministicId,
  idForCreation,
  isReserved,
  mayBeGiven,
  reservedId,
} from './context/deterministic-id.ts';
export { type ProcessRole, Ledger } from './ledger.ts';
export { CATALOGUE_ID } from '#catalog';
export { type DirectOrder } from './queries/orders.ts';
export { type ReadModels, readModels } from './queries/read-models.ts';
export { type Next, renewalPreview } from './queries/renewal-preview.ts';
export { CLOCK_ID, type TimeMachine } from './roles/time-machine.ts';
export * from './stores/index.ts';
