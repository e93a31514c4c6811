import {
  BACKWARDS,
  END,
  type EventStoreDBClient,
  type AllStreamResolvedEvent,
  type Position as DriverPosition,
  type ResolvedEvent,
  type StreamingRead,
} from '@eventstore/db-client';
import { START, type Position } from '#kernel';
import { countdown, noAnswer } from './countdown.ts';
import { isAbsent, TimedOut } from './failures.ts';
import { recordIn, type Record } from './mapping.ts';

/** How many events are asked for at once. A bounded read ends by itself, so that no call stays open. */
export const PAGE = 500;
/** How many events are looked at in one step back from the end. */
const BACK_PAGE = 32;
/**
 * How long a server has to end a call itself in which it has said that there is no such stream, in milliseconds. The driver
 * breaks off at that word. A call that is cancelled before its end has come is a reset on the wire, and a server may end the
 * connection of whom it gets many from (CVE-2023-44487): a new stream that is looked for must not be one.
 */
const GRACE = 100;

/** All that a call of the driver reads; rejects when nothing comes for `limit` milliseconds. The call is over either way. */
const collected = <E>(reading: StreamingRead<E>, limit: number, over: AbortSignal): Promise<E[]> => {
  const done = new AbortController();
  // Waiting for that would be waiting for a server that may be silent.
  const cancel = () => void reading.cancel().catch(() => undefined);
  let absent = false;
  return new Promise<E[]>((resolve, reject) => {
    const events: E[] = [];
    const time = countdown(limit, () => reject(noAnswer(limit)));
    const settle = (outcome: () => void) => {
      time.stop();
      outcome();
    };
    over.addEventListener('abort', () => settle(() => reject(new TimedOut('the connection was given up'))), {
      signal: done.signal,
    });
    reading.on('data', (event: E) => {
      events.push(event);
      time.restart();
    });
    reading.on('error', (error) => {
      absent = isAbsent(error);
      settle(() => reject(error));
    });
    reading.on('end', () => settle(() => resolve(events)));
  }).finally(() => {
    done.abort();
    if (absent) setTimeout(cancel, GRACE).unref();
    else cancel();
  });
};

/** Another node may be behind: what was answered already would be decided once more there, on what has been. */
const ofLeader = { requiresLeader: true };

const recordsIn = (events: readonly ResolvedEvent[]): Record[] => events.flatMap((event) => recordIn(event) ?? []);

export type Reading = { readonly client: EventStoreDBClient; readonly over: AbortSignal; readonly limit: number };

/** Events of a stream. */
type Page = {
  readonly records: readonly Record[];
  /** Whether these are the last. */
  readonly last: boolean;
  /** Whether there is no such stream at all. */
  readonly absent?: true;
};

/** The next events of a stream from a revision on. */
export const pageOf = async (
  { client, over, limit }: Reading,
  stream: string,
  from: number,
  most: number,
): Promise<Page> => {
  try {
    const reading = client.readStream(stream, { fromRevision: BigInt(from), maxCount: most, ...ofLeader });
    const records = recordsIn(await collected<ResolvedEvent>(reading, limit, over));
    return { records, last: records.length < most };
  } catch (error) {
    if (isAbsent(error)) return { records: [], last: true, absent: true };
    throw error;
  }
};

/** The last event of a stream. */
export const lastOf = async ({ client, over, limit }: Reading, stream: string): Promise<Record | undefined> => {
  try {
    const reading = client.readStream(stream, { fromRevision: END, direction: BACKWARDS, maxCount: 1, ...ofLeader });
    return recordsIn(await collected<ResolvedEvent>(reading, limit, over))[0];
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  }
};

/** The last event of the whole database for which this is true. Reads back page by page: mostly it is on the first. */
export const lastWhere = async (
  { client, over, limit }: Reading,
  isWanted: (record: Record) => boolean,
): Promise<Record | undefined> => {
  let from: DriverPosition | typeof END = END;
  for (;;) {
    const reading = client.readAll({ fromPosition: from, direction: BACKWARDS, maxCount: BACK_PAGE, ...ofLeader });
    const events = await collected<AllStreamResolvedEvent>(reading, limit, over);
    const found = recordsIn(events).find(isWanted);
    const first = events.at(-1)?.event?.position;
    if (found !== undefined || first === undefined || events.length < BACK_PAGE) return found;
    from = first;
  }
};

/** Where the log ends. */
export const endOf = async ({ client, over, limit }: Reading): Promise<Position> => {
  const reading = client.readAll({ fromPosition: END, direction: BACKWARDS, maxCount: 1, ...ofLeader });
  const [last] = recordsIn(await collected<AllStreamResolvedEvent>(reading, limit, over));
  return last?.position ?? START;
};
