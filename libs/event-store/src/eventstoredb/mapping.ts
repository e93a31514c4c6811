import { jsonEvent, type EventData, type ResolvedEvent } from '@eventstore/db-client';
import { START, type Position, type Recorded } from '#kernel';
import type { Codec, Encoded } from '../codec.ts';
import { CorruptEvent } from '../event-store.ts';
import { toPosition } from './position.ts';

/** An event as the driver reads it. Any client of the database may have written it. */
export type Record = {
  readonly id: string;
  readonly streamId: string;
  readonly revision: bigint;
  readonly type: string;
  readonly data: unknown;
  readonly metadata?: unknown;
  readonly isJson: boolean;
  readonly position: Position;
};

/**
 * An event in the driver's form. The driver serialises it once more, and its promise never settles when that fails;
 * data that was parsed from JSON cannot fail.
 */
export const messageOf = ({ id, type, data, meta }: Encoded): EventData =>
  jsonEvent({
    id,
    type,
    data: JSON.parse(data) as { [name: string]: unknown },
    metadata: JSON.parse(meta) as { [name: string]: unknown },
  });

/** The event that the driver has read; undefined for a link whose target was deleted. */
export const recordIn = ({ event, commitPosition }: ResolvedEvent): Record | undefined => {
  if (event === undefined) return undefined;
  const { id, streamId, revision, type, data, metadata, isJson } = event;
  const position =
    event.position ?? (commitPosition === undefined ? undefined : { commit: commitPosition, prepare: commitPosition });
  return {
    id,
    streamId,
    revision,
    type,
    data,
    metadata,
    isJson,
    position: position === undefined ? START : toPosition(position),
  };
};

/** Whether the server wrote it for itself: a tombstone, metadata, a link. */
export const isSystems = ({ type }: Record): boolean => type.startsWith('$');

/** Decodes a record. Throws `CorruptEvent` when it is not an event of the ledger. */
export const decoded = (codec: Codec, record: Record): Recorded => {
  const { id, streamId, revision, type, data, metadata, isJson, position } = record;
  if (!isJson) throw new CorruptEvent(streamId, position, 'its data is no JSON');
  if (revision > BigInt(Number.MAX_SAFE_INTEGER))
    throw new CorruptEvent(streamId, position, `its revision is ${revision}`);
  return codec.restore({ id, type, data, meta: metadata }, streamId, Number(revision), position);
};
