import { setTimeout as delay } from 'node:timers/promises';
import { RevisionConflict, StoreUnavailable, StoreUnusable, type Draft, type EventStore } from '#event-store';
import { START, type Recorded } from '#kernel';
import { LedgerNotEmpty } from '#ledger';
import { eventIn, type ExportFile, type Line } from './export-file.ts';
import { fail } from './failure.ts';
import { canonical, entryOf, LogDigest, type Entry } from './log.ts';

/** The content of a checked file: events in order, none missing. */
export type Checked = {
  readonly events: number;
  readonly sha256: string;
  /** How many of them, from the first one on, are in the log already. */
  readonly present: number;
};

/**
 * Reads a file from end to end, and compares it with the events that are `present` in the log `where`. Fails if a line is not
 * an event, or if an event is missing or out of order; throws `LedgerNotEmpty` if `present` is not the beginning of the file.
 */
export const check = async (
  file: ExportFile,
  present: AsyncIterable<readonly Recorded[]>,
  where: string,
): Promise<Checked> => {
  const already = eventsOf(present);
  const digest = new LogDigest();
  const inOrder = orderly();
  let there = await already.next();
  let count = 0;
  for await (const line of file.lines()) {
    const entry = inOrder(line);
    digest.add(entry);
    if (there.done) continue;
    if (canonical(entryOf(there.value)) !== canonical(entry)) throw new LedgerNotEmpty('the ledger', where);
    count += 1;
    there = await already.next();
  }
  if (!there.done) throw new LedgerNotEmpty('the ledger', where);
  return { events: digest.events, sha256: digest.sha256, present: count };
};

async function* eventsOf(batches: AsyncIterable<readonly Recorded[]>): AsyncGenerator<Recorded, undefined> {
  for await (const batch of batches) yield* batch;
}

/** Returns the event of each line. Fails with the first that does not follow the ones before it. */
const orderly = (): ((line: Line) => Entry) => {
  const next = new Map<string, number>();
  let before = START;
  return (line) => {
    const { position, ...entry } = eventIn(line);
    const { stream, revision } = entry;
    if (position <= before) fail(`${line.at} stands before the one above it in the log: the export is not in order`);
    before = position;
    const expected = next.get(stream) ?? 0;
    if (revision !== expected)
      fail(
        `${line.at}: ${stream} continues with revision ${String(expected)}, not ${String(revision)}: the export is not whole`,
      );
    next.set(stream, expected + 1);
    return entry;
  };
};

/** How a log is filled. */
export type Manner = {
  /**
   * How many appends run at once. One, if they might overtake each other: each is then in the log before the
   * next one is sent.
   */
  readonly atOnce: number;
  /** How long an append is retried while the log does not respond, in milliseconds. */
  readonly waitMs: number;
  /** Called with the number of events that are in the log. */
  readonly onProgress?: (events: number) => void;
};

/** Appends the events of a checked file from a number on, in order. */
export const appendFrom = async (log: EventStore, file: ExportFile, present: number, manner: Manner): Promise<void> => {
  const { atOnce, waitMs, onProgress } = manner;
  let waiting: Promise<void>[] = [];
  let done = present;
  for await (const run of runsOf(file, present)) {
    const appended = append(log, run, waitMs);
    // It may fail while the next lines are still being read; the error is taken when the group is full.
    appended.catch(() => undefined);
    waiting.push(appended);
    done += run.events.length;
    if (waiting.length < atOnce) continue;
    await settled(waiting);
    waiting = [];
    onProgress?.(done);
  }
  await settled(waiting);
};

/** Waits for all; throws the first failure. */
const settled = async (waiting: readonly Promise<void>[]): Promise<void> => {
  await Promise.allSettled(waiting);
  await Promise.all(waiting);
};

/** Events of one stream that follow each other in the log, and are appended together. */
type Run = { readonly stream: string; readonly expected: number; readonly events: Draft[] };

/** What an append may hold: well below the megabyte that an event store takes by default. */
const MOST = { events: 500, bytes: 512 * 1024 };

async function* runsOf(file: ExportFile, present: number): AsyncGenerator<Run> {
  let run: Run | undefined;
  let number = 0;
  let bytes = 0;
  for await (const { text } of file.lines()) {
    number += 1;
    if (number <= present) continue;
    const { stream, revision, id, type, data, meta } = JSON.parse(text) as Entry;
    const size = Buffer.byteLength(text);
    if (run?.stream !== stream || run.events.length >= MOST.events || bytes + size > MOST.bytes) {
      if (run !== undefined) yield run;
      run = { stream, expected: revision - 1, events: [] };
      bytes = 0;
    }
    run.events.push({ id, type, data, meta });
    bytes += size;
  }
  if (run !== undefined) yield run;
}

/** How long to wait before an append is tried again, in milliseconds. */
const AGAIN = 250;

/** An append with an unknown result may be in the log: a repetition with the same ids at the same revision is written once. */
const append = async (log: EventStore, { stream, events, expected }: Run, waitMs: number): Promise<void> => {
  const until = performance.now() + waitMs;
  for (;;) {
    try {
      await log.append(stream, events, expected);
      return;
    } catch (error) {
      if (error instanceof RevisionConflict) fail(`${error.message}: another process writes to this log`);
      const mayPass = error instanceof StoreUnavailable && !(error instanceof StoreUnusable);
      if (!mayPass || performance.now() >= until) throw error;
      await delay(AGAIN);
    }
  }
};
