import { setTimeout as delay } from 'node:timers/promises';
import { status } from '@grpc/grpc-js';
import streams from '@eventstore/db-client/generated/streams_pb.js';
import { subscribeToAll } from './all-subscription.ts';
import type { Faults } from './faults.ts';
import type { Log } from './log.ts';
import { notLeader } from './mishaps.ts';
import { matching, Reading, type Options, type ReadCall } from './reading.ts';
import { subscribeToStream } from './subscriptions.ts';
import type { Entry } from './rules.ts';
import type { ServiceContext } from './service-context.ts';
import { failure, identifierOf, nameIn, streamDeleted } from './wire.ts';

/** The server's error for reading forwards from the end, which is an invalid request. */
const nothingBeyond = failure(status.UNKNOWN, 'Unexpected ReadStreamResult: Error');
const invalidPosition = failure(status.UNKNOWN, 'Unexpected ReadAllResult: InvalidPosition');

const isBackwards = (options: Options): boolean =>
  options.getReadDirection() === streams.ReadReq.Options.ReadDirection.BACKWARDS;

/** The index between two entries at which a read begins; undefined when no entry is at the position. */
const startIn = (options: Options, log: Log): number | undefined => {
  const all = options.getAll();
  const position = all?.getPosition();
  // Forwards, the entry at a position is the first one read; backwards, it is excluded. Both begin at the same index.
  if (position !== undefined) return log.indexAt(BigInt(position.getCommitPosition()));
  return all?.hasEnd() ? log.all.length : 0;
};

const readAll = async (reading: Reading, log: Log): Promise<void> => {
  const { options } = reading;
  const backwards = isBackwards(options);
  const start = startIn(options, log);
  if (start === undefined) {
    reading.fail(invalidPosition);
    return;
  }
  const [step, end] = backwards ? [-1, 0] : [1, log.all.length];
  const passes = matching(options);
  let left = Number(options.getCount());
  for (let index = start; index !== end && left > 0 && !reading.left.aborted; index += step) {
    const entry = log.all[backwards ? index - 1 : index];
    if (entry === undefined || !passes(entry)) continue;
    left -= 1;
    await reading.event(entry);
  }
  reading.end();
};

/** What is left to read of a visible stream. */
const chosen = (visible: readonly Entry[], options: Options): readonly Entry[] => {
  const asked = options.getStream();
  const backwards = isBackwards(options);
  const revision = asked?.hasRevision() ? Number(asked.getRevision()) : asked?.hasEnd() ? Infinity : 0;
  const from = visible.filter((entry) =>
    backwards ? Number(entry.revision) <= revision : Number(entry.revision) >= revision,
  );
  return (backwards ? from.reverse() : from).slice(0, Number(options.getCount()));
};

const readStream = async (reading: Reading, log: Log): Promise<void> => {
  const { options } = reading;
  const asked = options.getStream();
  const name = nameIn(asked?.getStreamIdentifier());
  if (asked?.hasEnd() && !isBackwards(options)) {
    reading.fail(nothingBeyond);
    return;
  }
  if (log.isEnded(name)) {
    reading.fail(streamDeleted(name));
    return;
  }
  const visible = log.visible(name);
  if (visible === undefined) {
    const absent = new streams.ReadResp.StreamNotFound().setStreamIdentifier(identifierOf(name));
    await reading.send(new streams.ReadResp().setStreamNotFound(absent));
    reading.end();
    return;
  }
  for (const entry of chosen(visible, options)) {
    if (reading.left.aborted) return;
    await reading.event(entry);
  }
  reading.end();
};

/** Whether a fault swallows a read. */
const isLost = (faults: Faults): boolean => faults.value('silence') > 0 || faults.take('loseRead');

/** Reads and subscriptions, of one stream or of all. */
export const read =
  (around: ServiceContext) =>
  async (call: ReadCall): Promise<void> => {
    const { log, faults } = around;
    const options = call.request.getOptions();
    if (isLost(faults)) return;
    if (options === undefined) {
      call.emit('error', failure(status.INVALID_ARGUMENT, 'no options'));
      return;
    }
    const reading = new Reading(call, options, log);
    const stream = options.hasAll() ? '$all' : nameIn(options.getStream()?.getStreamIdentifier());
    const refusal = around.refusal(call.metadata, 'read', stream);
    if (refusal !== undefined) {
      reading.fail(refusal);
      return;
    }
    if (call.metadata.get('requires-leader').includes('true') && faults.take('readsAtFollower')) {
      reading.fail(notLeader(around.address()));
      return;
    }
    if (faults.value('slow') > 0) await delay(faults.value('slow'));
    if (options.hasSubscription())
      return options.hasAll() ? subscribeToAll(around, reading) : subscribeToStream(around, reading);
    return options.hasAll() ? readAll(reading, log) : readStream(reading, log);
  };
