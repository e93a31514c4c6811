import { randomUUID } from 'node:crypto';
import { setImmediate as othersTurn, setTimeout as pause } from 'node:timers/promises';
import { status, type ServerWritableStream } from '@grpc/grpc-js';
import streams from '@eventstore/db-client/generated/streams_pb.js';
import type { ReadReq, ReadResp } from '@eventstore/db-client/generated/streams_pb.js';
import type { Entry, Log } from './log.ts';
import type { Surroundings } from './surroundings.ts';
import { checkpointAt, eventOf, failure, identifierOf, nameIn, streamDeleted, type Resolve } from './wire.ts';

type Call = ServerWritableStream<ReadReq, ReadResp>;
type Options = ReadReq.Options;

/** The window of a filter when the request names none. */
const WINDOW = 32;
const MAXIMUM = 18446744073709551615n;

/** One call: sends as fast as the reader takes it. */
class Reading {
  readonly options: Options;
  readonly left: AbortSignal;
  readonly #call: Call;
  readonly #structured: boolean;
  readonly #resolve: Resolve | undefined;

  constructor(call: Call, options: Options, log: Log) {
    const leaving = new AbortController();
    this.#call = call;
    this.options = options;
    this.left = leaving.signal;
    this.#structured = options.getUuidOption()?.hasStructured() ?? false;
    this.#resolve = options.getResolveLinks() ? (link) => targetOf(link, log) : undefined;
    for (const event of ['cancelled', 'close', 'error']) call.on(event, () => leaving.abort());
  }

  async send(message: ReadResp): Promise<void> {
    if (this.left.aborted || this.#call.write(message)) return;
    await new Promise<void>((resolve) => {
      const goOn = () => {
        this.#call.removeListener('drain', goOn);
        this.left.removeEventListener('abort', goOn);
        resolve();
      };
      this.#call.on('drain', goOn);
      this.left.addEventListener('abort', goOn);
    });
  }

  event(entry: Entry): Promise<void> {
    return this.send(eventOf(entry, this.#structured, this.#resolve));
  }

  fail(error: ReturnType<typeof failure>): void {
    if (!this.left.aborted) this.#call.emit('error', error);
  }

  end(): void {
    if (!this.left.aborted) this.#call.end();
  }
}

const targetOf = (link: Entry, log: Log): Entry | undefined => {
  const text = link.data.toString();
  const [revision, name] = [text.slice(0, text.indexOf('@')), text.slice(text.indexOf('@') + 1)];
  return log.visible(name)?.find((entry) => entry.revision === revision);
};

/** Whether an entry passes the filter of a request. A regular expression is taken as JavaScript's, not as .NET's. */
const matching = (options: Options): ((entry: Entry) => boolean) => {
  const filter = options.getFilter();
  const onStream = filter?.getStreamIdentifier();
  const expression = onStream ?? filter?.getEventType();
  if (expression === undefined) return () => true;
  const prefixes = expression.getPrefixList();
  const pattern = expression.getRegex() === '' ? undefined : new RegExp(expression.getRegex());
  return ({ stream, type }) => {
    const text = onStream === undefined ? type : stream;
    return prefixes.length > 0 ? prefixes.some((prefix) => text.startsWith(prefix)) : (pattern?.test(text) ?? true);
  };
};

const invalidPosition = failure(status.UNKNOWN, 'Unexpected ReadAllResult: invalid position');

/** The index after the position that a request names, or of the beginning or the end; undefined when it names none. */
const startIn = (options: Options, log: Log): number | undefined => {
  const all = options.getAll();
  const position = all?.getPosition();
  if (position !== undefined) return log.after(BigInt(position.getCommitPosition()));
  return all?.hasEnd() ? log.all.length : 0;
};

const readAll = async (reading: Reading, log: Log): Promise<void> => {
  const { options } = reading;
  const backwards = options.getReadDirection() === streams.ReadReq.Options.ReadDirection.BACKWARDS;
  const after = startIn(options, log);
  if (after === undefined) {
    reading.fail(invalidPosition);
    return;
  }
  // Forwards a position is the first one read, backwards it is not: so both begin at the same gap.
  const start = options.getAll()?.hasPosition() ? after - 1 : after;
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

const readStream = async (reading: Reading, log: Log): Promise<void> => {
  const { options } = reading;
  const asked = options.getStream();
  const name = nameIn(asked?.getStreamIdentifier());
  if (log.isDeleted(name)) {
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
  const backwards = options.getReadDirection() === streams.ReadReq.Options.ReadDirection.BACKWARDS;
  const revision = asked?.hasRevision() ? Number(asked.getRevision()) : asked?.hasEnd() ? Infinity : 0;
  const from = visible.filter((entry) =>
    backwards ? Number(entry.revision) <= revision : Number(entry.revision) >= revision,
  );
  const chosen = (backwards ? from.reverse() : from).slice(0, Number(options.getCount()));
  for (const entry of chosen) {
    if (reading.left.aborted) return;
    await reading.event(entry);
  }
  reading.end();
};

const confirmation = (): ReadResp =>
  new streams.ReadResp().setConfirmation(
    new streams.ReadResp.SubscriptionConfirmation().setSubscriptionId(randomUUID()),
  );
const caughtUp = (): ReadResp => new streams.ReadResp().setCaughtUp(new streams.ReadResp.CaughtUp());

/** Walks along a list that grows: what is there, then the word that this was all, then what comes. */
const walk = async (
  { log }: Surroundings,
  reading: Reading,
  entries: () => readonly Entry[],
  from: number,
  steps: { readonly each: (entry: Entry) => Promise<void>; readonly atEnd: () => Promise<void> },
): Promise<void> => {
  let index = from;
  let live = false;
  while (!reading.left.aborted) {
    const entry = entries()[index];
    if (entry !== undefined) {
      index += 1;
      await steps.each(entry);
      if (index % 256 === 0) await othersTurn();
    } else if (!live) {
      live = true;
      await steps.atEnd();
      await reading.send(caughtUp());
    } else {
      await log.growth(reading.left);
    }
  }
};

const subscribeToStream = async (around: Surroundings, reading: Reading): Promise<void> => {
  const { log } = around;
  const asked = reading.options.getStream();
  const name = nameIn(asked?.getStreamIdentifier());
  if (log.isDeleted(name)) {
    reading.fail(streamDeleted(name));
    return;
  }
  await reading.send(confirmation());
  const hidden = Number(log.visible(name)?.[0]?.revision ?? log.entries(name).length);
  const from = asked?.hasRevision() ? Number(asked.getRevision()) + 1 : asked?.hasEnd() ? log.entries(name).length : 0;
  const watch = async () => {
    while (!reading.left.aborted && !log.isDeleted(name)) await log.growth(reading.left);
    if (log.isDeleted(name)) reading.fail(streamDeleted(name));
  };
  void watch();
  await walk(around, reading, () => log.entries(name), Math.max(from, hidden), {
    each: (entry) => reading.event(entry),
    atEnd: () => Promise.resolve(),
  });
};

const subscribeToAll = async (around: Surroundings, reading: Reading): Promise<void> => {
  const { log, faults } = around;
  const { options } = reading;
  const from = startIn(options, log);
  if (from === undefined) {
    reading.fail(invalidPosition);
    return;
  }
  await reading.send(confirmation());
  const filter = options.getFilter();
  const window = (filter?.hasMax() ? filter.getMax() : WINDOW) * (filter?.getCheckpointintervalmultiplier() ?? 1);
  const passes = matching(options);
  let considered = 0;
  let last: Entry | undefined;
  const first = log.all[0]?.at ?? 0;
  const checkpoint = async (at: number) => {
    if (faults.take('maximumCheckpoint')) await reading.send(checkpointAt(MAXIMUM));
    await reading.send(checkpointAt(at));
    if (!faults.take('duplicateCheckpoint')) return;
    await reading.send(checkpointAt(at));
    await reading.send(checkpointAt(first));
  };
  const each = async (entry: Entry) => {
    last = entry;
    if (passes(entry)) {
      await reading.event(entry);
      if (faults.take('breakSubscription')) around.breakAll();
    }
    considered += 1;
    if (filter === undefined || considered < window) return;
    considered = 0;
    await checkpoint(entry.at);
  };
  const atEnd = async () => {
    if (filter !== undefined && last !== undefined) await checkpoint(last.at);
  };
  await walk(around, reading, () => log.all, from, { each, atEnd });
};

/** Reads and subscriptions, of a stream or of all. */
export const read =
  (around: Surroundings) =>
  async (call: Call): Promise<void> => {
    const { log, faults } = around;
    const options = call.request.getOptions();
    if (faults.value('silence') > 0) return;
    if (options === undefined) {
      call.emit('error', failure(status.INVALID_ARGUMENT, 'no options'));
      return;
    }
    const reading = new Reading(call, options, log);
    if (faults.value('slow') > 0) await pause(faults.value('slow'));
    if (options.hasSubscription())
      return options.hasAll() ? subscribeToAll(around, reading) : subscribeToStream(around, reading);
    return options.hasAll() ? readAll(reading, log) : readStream(reading, log);
  };
