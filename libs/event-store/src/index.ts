export { codec, type Codec, type Encoded } from './codec.ts';
export {
  CorruptEvent,
  NO_STREAM,
  RevisionConflict,
  StoreUnavailable,
  StoreUnusable,
  StreamGone,
  type Draft,
  type EventStore,
  type LogEnd,
  type Receipt,
  type Revision,
} from './event-store.ts';
export { CommandHandler, type CommandHandlerOptions, type Loaded } from './command-handler.ts';
export type { Snapshot, Snapshots } from './snapshots.ts';
export { fingerprintOf, idsWithin } from './identity.ts';
export { type Answer, type Outcome } from './decision.ts';
export { WriteWatch } from './write-watch.ts';
export type { RefusalCode } from './refusals.ts';
