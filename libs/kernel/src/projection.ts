import type { Actor, Event, Instant } from './event.ts';

/** A value of a row. Money, instants and dates are text. */
export type Value = string | number | null;
export type Row = Readonly<Record<string, Value>>;

/**
 * Types of columns. `flag` is 0 or 1. `json` is text that holds JSON. `sequence` is filled in by the runner: 1, 2, 3 …
 * in the order in which rows are first put, without gaps; leave it out of the row. At most one column of a table.
 */
export type ColumnType = 'text' | 'integer' | 'flag' | 'json' | 'sequence';

/** A table of a read model. `key` columns name one row; `indexes` are lists of columns, each an index beside the key's. */
export type Table = {
  readonly key: readonly string[];
  readonly columns: Readonly<Record<string, ColumnType>>;
  readonly indexes?: readonly (readonly string[])[];
};

/** A change that a projection makes to a table: data, so that a test needs no database and one runner serves every store. */
export type Change =
  /** Insert the row, or replace the one with its key. */
  | { readonly put: Row; readonly into: string }
  /** Set some columns of the row with this key; without such a row, nothing happens. */
  | { readonly patch: Row; readonly of: string; readonly where: Row }
  /** Remove the row with this key, if it is there. */
  | { readonly drop: Row; readonly from: string };

export const put = (into: string, row: Row): Change => ({ put: row, into });
export const patch = (of: string, where: Row, changes: Row): Change => ({ patch: changes, of, where });
export const drop = (from: string, key: Row): Change => ({ drop: key, from });

/** An event as the log holds it, upcast to today's shape: what a projection or a process reacts to. */
export type Recorded<E extends Event = Event> = E & {
  /** A UUID. */
  readonly id: string;
  /** `<category>-<id>`. */
  readonly stream: string;
  /** The event's number within its stream, from 0. */
  readonly revision: number;
  /** Its position in the log: opaque, but later positions compare greater as strings. */
  readonly position: Position;
  readonly meta: EventMeta;
};

/** A place in the log. Opaque; only compared (`<`) and handed back. `START` is before the first event. */
export type Position = string;
export const START: Position = '';

/** The metadata of an event, written once, by `handle`. */
export type EventMeta = {
  readonly commandId: string;
  /** Digest of the command's type and body: shows whether a repeated id comes with another body. */
  readonly fingerprint: string;
  readonly $correlationId: string;
  readonly $causationId: string;
  readonly actor: Actor;
  readonly recordedAt: Instant;
  readonly schema: number;
  /** Name of the policy preset under which it was decided, where one applied. */
  readonly policy?: string;
  /** Version of the catalogue in force, where one applied. */
  readonly catalogVersion?: string;
};

/**
 * A read model: tables, and a pure reaction per event type that returns row changes as data. Reactions take time from
 * the event, never from a clock, and see events, never aggregate state. Raise `version` when rows would come out
 * differently: the runner then builds new tables beside the old ones.
 */
export type Projection<E extends Event = Event> = {
  readonly name: string;
  readonly version: number;
  /** By name; names are unique over all projections. */
  readonly tables: Readonly<Record<string, Table>>;
  readonly on: {
    readonly [T in E['type']]?: (event: Recorded<Extract<E, { type: T }>>) => Change | readonly Change[];
  };
};

/** Declares a projection; only there for the inference. */
export const projection = <E extends Event>(declaration: Projection<E>): Projection<E> => declaration;
