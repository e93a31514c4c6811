import { StreamGone, type EventStore } from '#event-store';
import { START, type Recorded } from '#kernel';
import { nameOf, type Checkpoint, type ReadStore } from './read-store.ts';

/** The log does not hold a checkpoint's event: the log was wiped, swapped, or restored from a backup. */
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

/** The checkpoint `count` events later, the last of which is `last`. */
export const checkpointAfter = ({ events }: Checkpoint, count: number, last: Recorded): Checkpoint => {
  const { position, stream, revision, id, meta } = last;
  return { position, events: events + count, event: { stream, revision, id, recordedAt: meta.recordedAt } };
};

/** Throws `CheckpointBeyondLog` when the log does not hold the checkpoint's event. */
export const assertCheckpointInLog = async (log: EventStore, reader: string, checkpoint: Checkpoint): Promise<void> => {
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
 * Rejects with `CheckpointBeyondLog` when a read model was built from another log than this one. Called at start, which
 * fails at once then instead of standing by.
 */
export const assertSameLog = async (log: EventStore, store: ReadStore): Promise<void> => {
  for (const build of await store.builds()) await assertCheckpointInLog(log, nameOf(build), build.checkpoint);
};
