export type { Actor, Day, Event, Instant, Meta } from './event.ts';
export {
  commandClass,
  commandNaming,
  commandTo,
  type Command,
  type CommandOptions,
  type Decider,
  type Decision,
  type SnapshotShape,
} from './decider.ts';
export { hidden, isRefusal, refuse, type Refusal } from './refusal.ts';
export { schemaOf, upcast, type History } from './history.ts';
export {
  drop,
  patch,
  projection,
  put,
  START,
  type Change,
  type ColumnType,
  type EventMeta,
  type Position,
  type Projection,
  type Recorded,
  type Row,
  type Table,
  type Value,
} from './projection.ts';
export { isStorable } from './text.ts';
