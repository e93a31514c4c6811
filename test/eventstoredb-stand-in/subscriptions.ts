import { randomUUID } from 'node:crypto';
import { setImmediate as yieldToEventLoop } from 'node:timers/promises';
import streams from '@eventstore/db-client/generated/streams_pb.js';
import type { ReadResp } from '@eventstore/db-client/generated/streams_pb.js';
import type { Log } from './log.ts';
import type { Reading } from './reading.ts';
import type { ServiceContext } from './service-context.ts';
import { nameIn, streamDeleted } from './wire.ts';

/** How many events may be in flight to a live reader; with more it has fallen behind. */
const LIVE_BUFFER = 64;

export const confirmation = (): ReadResp =>
  new streams.ReadResp().setConfirmation(
    new streams.ReadResp.SubscriptionConfirmation().setSubscriptionId(randomUUID()),
  );
const caughtUp = (): ReadResp => new streams.ReadResp().setCaughtUp(new streams.ReadResp.CaughtUp());

/** The growing sequence that a subscription reads. */
export type Course = {
  size(): number;
  /** Sends the existing entries from an index on; returns the index reached, or undefined when the sequence has ended. */
  history(from: number): Promise<number | undefined>;
  /** Sends new entries. */
  live(index: number): Promise<void>;
  /** Called before it returns to history. */
  fallenBehind?(): Promise<void>;
};

/** Sends new entries; resolves with the index reached when the reader has fallen behind, and with undefined when it has left. */
const goLive = async (log: Log, { left }: Reading, course: Course, from: number): Promise<number | undefined> => {
  for (let index = from; !left.aborted;) {
    const waiting = course.size() - index;
    if (waiting > LIVE_BUFFER) return index;
    if (waiting <= 0) await log.growth(left);
    else {
      await course.live(index);
      index += 1;
    }
  }
  return undefined;
};

/** Sends history, then a caught-up message, then live entries; starts over when the reader falls behind. */
export const follow = async (log: Log, reading: Reading, course: Course, from: number): Promise<void> => {
  // A subscription from the end or past it has no history.
  let index: number | undefined = from < course.size() ? await course.history(from) : from;
  while (index !== undefined) {
    await reading.send(caughtUp());
    index = await goLive(log, reading, course, index);
    if (index === undefined) return;
    await course.fallenBehind?.();
    index = await course.history(index);
  }
};

export const subscribeToStream = async ({ log }: ServiceContext, reading: Reading): Promise<void> => {
  const asked = reading.options.getStream();
  const name = nameIn(asked?.getStreamIdentifier());
  const fail = () => reading.fail(streamDeleted(name));
  const size = () => log.entries(name).length + (log.tombstoneOf(name) === undefined ? 0 : 1);
  const history = async (from: number): Promise<number | undefined> => {
    const hidden = Number(log.visible(name)?.[0]?.revision ?? log.entries(name).length);
    let index = Math.max(from, hidden);
    for (; index < log.entries(name).length && !reading.left.aborted; index += 1) {
      // A stream that has ended has no history.
      if (log.tombstoneOf(name) !== undefined) break;
      await reading.event(log.entries(name)[index]!);
      if (index % 256 === 0) await yieldToEventLoop();
    }
    if (log.tombstoneOf(name) === undefined) return index;
    fail();
    return undefined;
  };
  const live = async (index: number) => {
    const entry = log.entries(name)[index];
    const last = entry === undefined ? log.tombstoneOf(name) : undefined;
    await reading.event(entry ?? last!);
    if (last !== undefined) fail();
  };
  await reading.send(confirmation());
  const from = asked?.hasRevision() ? Number(asked.getRevision()) + 1 : asked?.hasEnd() ? size() : 0;
  await follow(log, reading, { size, history, live }, from);
};
