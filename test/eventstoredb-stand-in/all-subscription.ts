import { setImmediate as yieldToEventLoop } from 'node:timers/promises';
import { status } from '@grpc/grpc-js';
import type { Log } from './log.ts';
import { matching, type Options, type Reading } from './reading.ts';
import type { Entry } from './rules.ts';
import { confirmation, follow, type Course } from './subscriptions.ts';
import type { ServiceContext } from './service-context.ts';
import { checkpointAt, failure } from './wire.ts';

/** The largest number of events in a page of history. */
const PAGE = 32;
/** The window of a filter when the request names none. */
const WINDOW = 32;
const MAXIMUM = 2n ** 64n - 1n;

const invalidPosition = failure(status.INVALID_ARGUMENT, 'Trying to read from an invalid position.');

/** A commit and a prepare position. */
type Place = readonly [commit: number, prepare: number];
/** Before the first entry. As a checkpoint it appears as 2^64-1, as on the real server. */
const NOWHERE: Place = [-1, -1];
const isBefore = (one: Place, other: Place): boolean => one[0] < other[0] || (one[0] === other[0] && one[1] < other[1]);
const placeOf = ({ at }: Entry): Place => [at, at];

type Start = { readonly from: number; readonly place: Place };

/** Where a subscription begins: after the requested position; undefined when no entry begins there. */
const startIn = (options: Options, log: Log): Start | undefined => {
  const all = options.getAll();
  const position = all?.getPosition();
  if (position === undefined) {
    const last = all?.hasEnd() ? log.all.at(-1) : undefined;
    return last === undefined ? { from: 0, place: NOWHERE } : { from: log.all.length, place: placeOf(last) };
  }
  const place: Place = [Number(position.getCommitPosition()), Number(position.getPreparePosition())];
  const index = log.indexAt(BigInt(position.getCommitPosition()));
  if (index === undefined) return undefined;
  // A checkpoint may have the commit position of the next entry, and a smaller prepare position.
  const isNext = index === log.all.length || place[1] < place[0];
  return { from: isNext ? index : index + 1, place };
};

/** A subscription to all events, or to those that pass a filter; a filter adds checkpoints. */
class AllSubscription implements Course {
  readonly #around: ServiceContext;
  readonly #reading: Reading;
  readonly #passes: (entry: Entry) => boolean;
  readonly #isFiltered: boolean;
  readonly #window: number;
  /** A checkpoint is due after this number of considered events. */
  readonly #interval: number;
  readonly #confirmedAt: number;
  /** The place up to which everything has been sent. */
  #reached: Place;
  #lastCheckpoint: Place | undefined;

  constructor(around: ServiceContext, reading: Reading, reached: Place) {
    const filter = reading.options.getFilter();
    this.#around = around;
    this.#reading = reading;
    this.#passes = matching(reading.options);
    this.#isFiltered = filter !== undefined;
    this.#window = filter?.hasMax() ? filter.getMax() : WINDOW;
    this.#interval = this.#window * (filter?.getCheckpointintervalmultiplier() ?? 1);
    this.#confirmedAt = this.size();
    this.#reached = reached;
  }

  size(): number {
    return this.#around.log.all.length;
  }

  async history(): Promise<number | undefined> {
    const { all } = this.#around.log;
    // A page begins with the event that was sent last, which counts again but is not sent again.
    const first = this.#next();
    let considered = 0;
    for (let start = first; !this.#reading.left.aborted;) {
      const { end, isLast } = await this.#page(start);
      considered += end - start;
      if (!isLast && considered >= this.#interval) {
        considered %= this.#interval;
        // The server remembers where the page begins, not where it ends.
        const begin: Place = start === first ? this.#reached : [all[start]!.at, 0];
        if (isBefore(this.#reached, begin)) this.#reached = begin;
        await this.#checkpoint();
      }
      if (isLast) {
        await this.#checkpoint();
        return end;
      }
      start = end;
    }
    return undefined;
  }

  async live(index: number): Promise<void> {
    const entry = this.#around.log.all[index]!;
    await this.#event(entry);
    if (index < this.#confirmedAt || (index + 1 - this.#confirmedAt) % this.#interval > 0) return;
    if (isBefore(placeOf(entry), this.#reached)) return;
    this.#reached = placeOf(entry);
    await this.#checkpoint();
  }

  fallenBehind(): Promise<void> {
    return this.#checkpoint();
  }

  /** The first entry that is not before the place reached so far. */
  #next(): number {
    if (this.#reached === NOWHERE) return 0;
    return this.#around.log.indexAt(BigInt(this.#reached[0])) ?? this.size();
  }

  /** Considers up to `count` entries, or one page of those that pass; returns where the next page begins, if there is one. */
  async #page(from: number): Promise<{ readonly end: number; readonly isLast: boolean }> {
    const { all } = this.#around.log;
    let end = from;
    let found = 0;
    for (; end < all.length && end - from < this.#window && found < PAGE; end += 1)
      if (await this.#event(all[end]!)) found += 1;
    await yieldToEventLoop();
    return { end, isLast: end - from < this.#window && found < PAGE };
  }

  /** Sends an event that passes the filter and was not sent before; returns whether it passes. */
  async #event(entry: Entry): Promise<boolean> {
    if (this.#reading.left.aborted || !this.#passes(entry)) return false;
    if (!isBefore(this.#reached, placeOf(entry))) return true;
    await this.#reading.event(entry);
    this.#reached = placeOf(entry);
    if (this.#around.faults.take('breakSubscription')) this.#around.breakAll();
    return true;
  }

  async #checkpoint(): Promise<void> {
    const last = this.#lastCheckpoint;
    if (!this.#isFiltered || (last !== undefined && (last === NOWHERE || !isBefore(last, this.#reached)))) return;
    this.#lastCheckpoint = this.#reached;
    const { faults, log } = this.#around;
    if (faults.take('maximumCheckpoint')) await this.#reading.send(checkpointAt(MAXIMUM));
    const message =
      this.#reached === NOWHERE ? checkpointAt(MAXIMUM) : checkpointAt(this.#reached[0], this.#reached[1]);
    await this.#reading.send(message);
    if (!faults.take('duplicateCheckpoint')) return;
    await this.#reading.send(message);
    await this.#reading.send(checkpointAt(log.all[0]?.at ?? 0));
  }
}

export const subscribeToAll = async (around: ServiceContext, reading: Reading): Promise<void> => {
  const start = startIn(reading.options, around.log);
  if (start === undefined) {
    reading.fail(invalidPosition);
    return;
  }
  const course = new AllSubscription(around, reading, start.place);
  await reading.send(confirmation());
  await follow(around.log, reading, course, start.from);
};
