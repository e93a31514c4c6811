import { jsonEvent, type EventData, type ResolvedEvent } from '@eventstore/db-client';
import { START, type Position, type Recorded } from '#kernel';
import type { Codec, Encoded } from '../codec.ts';
import { CorruptEvent } from '../event-store.ts';
import { positionAt } from './position.ts';

/** An event as the driver reads it: anybody may have written it. */
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
 * What goes to the driver. It makes JSON of its own, and never settles when that fails; of what was text before, that
 * cannot fail.
 */
export const messageOf = ({ id, type, data, meta }: Encoded): EventData =>
  jsonEvent({
    id,
    type,
    data: JSON.parse(data) as { [name: string]: unknown },
    metadata: JSON.parse(meta) as { [name: string]: unknown },
  });

/** The event that the driver has read; undefined for a link to what is no more. */
export const recordIn = ({ event, commitPosition }: ResolvedEvent): Record | undefined => {
  if (event === undefined) return undefined;
  const { id, streamId, revision, type, data, metadata, isJson, position } = event;
  const place =
    position ?? (commitPosition === undefined ? undefined : { commit: commitPosition, prepare: commitPosition });
  return {
    id,
    streamId,
    revision,
    type,
    data,
    metadata,
    isJson,
    position: place === undefined ? START : positionAt(place),
  };
};

/** Whether the server wrote it for itself: a tombstone, metadata, a link. */
export const isSystems = ({ type }: Record): boolean => type.startsWith('$');

/** The ledger's event. Throws `CorruptEvent` when it is none. */
export const decoded = (codec: Codec, record: Record): Recorded => {
  const { id, streamId, revision, type, data, metadata, isJson, position } = record;
  if (!isJson) throw new CorruptEvent(streamId, position, 'its data is no JSON');
  if (revision > BigInt(Number.MAX_SAFE_INTEGER))
    throw new CorruptEvent(streamId, position, `its revision is ${revision}`);
  return codec.restore({ id, type, data, meta: metadata }, streamId, Number(revision), position);
};
