export {
  ReadModelNotBuilt,
  ReadStoreUnavailable,
  ReadStoreUnusable,
  type Build,
  type BuildId,
  type Checkpoint,
  type Quarantined,
  type ReadStore,
  type Step,
  type Tables,
} from './read-store.ts';
export { type Lease, type Leases } from './lease.ts';
export { Leadership, type LeadershipStatus, type Running } from './leadership.ts';
export { CheckpointWatch } from './watch.ts';
export { type AnyProjection } from './check.ts';
export { type BackOff } from './back-off.ts';
export { FailureLog } from './failure-log.ts';
export { Mutex } from './mutex.ts';
export { type Logger } from './logger.ts';
export { type WaitOptions } from './condition-waiters.ts';
export { ProjectionRunner, type ProjectionRunnerOptions } from './runner.ts';
export { type RebuildProgress } from './projection-state.ts';
export { type ProjectionStatus } from './status.ts';
export { ProcessRunner, processPosition, type ProcessRunnerOptions, type ProcessStatus } from './process-runner.ts';
export { CheckpointBeyondLog, assertSameLog } from './checkpoint.ts';
export { digestTable, type TableDigest } from './digest.ts';
