import { StreamGone, type EventStore } from '#event-store';
import { START, type Recorded } from '#kernel';
import { nameOf, type Checkpoint, type ReadStore } from './read-store.ts';

/** A checkpoint stands on an event that the log does not hold: the log was wiped, swapped, or put back from a backup. */
export class CheckpointBeyondLog extends Error {
  override readonly name = 'CheckpointBeyondLog';
  readonly reader: string;
  readonly checkpoint: Checkpoint;
  constructor(reader: string, checkpoint: Checkpoint) {
    super(
      `${reader} has read up to position ${checkpoint.position}, but the log does not hold that event: the log was wiped or ` +
        `exchanged. Bring the right log back, or delete the read store, which is then built anew`,
    );
    this.reader = reader;
    this.checkpoint = checkpoint;
  }
}

/** Where a reader stands `count` events later, the last of which is `last`. */
export const checkpointAfter = ({ events }: Checkpoint, count: number, last: Recorded): Checkpoint => {
  const { position, stream, revision, id, meta } = last;
  return { position, events: events + count, event: { stream, revision, id, recordedAt: meta.recordedAt } };
};

/** Throws `CheckpointBeyondLog` when the log does not hold the event on which the reader stands. */
export const checkStanding = async (log: EventStore, reader: string, checkpoint: Checkpoint): Promise<void> => {
  const { position, event } = checkpoint;
  if (position === START || !event) return;
  const [found] = await log.read(event.stream, event.revision).catch(noneIfGone);
  if (found?.id !== event.id || found.position !== position) throw new CheckpointBeyondLog(reader, checkpoint);
};

const noneIfGone = (error: unknown): readonly Recorded[] => {
  if (error instanceof StreamGone) return [];
  throw error;
};

/**
 * Rejects with `CheckpointBeyondLog` when some read model was built from another log than this one. For a start, which is to
 * fail at once rather than stand by for what can never go on.
 */
export const mustStandOn = async (log: EventStore, store: ReadStore): Promise<void> => {
  for (const build of await store.builds()) await checkStanding(log, nameOf(build), build.checkpoint);
};
