import type { ClientHttp2Session } from 'node:http2';
import { setImmediate as yieldToEventLoop } from 'node:timers/promises';
import { EventStoreDBClient } from '@eventstore/db-client';
import { StoreUnavailable } from '../event-store.ts';
import { forDriver } from './connection-string.ts';
import { mustBeNewEnough } from './server-version.ts';
import { toPortError, isAnswer, isNotLeader, TimedOut } from './failures.ts';

/** How long to wait for a disposed client's cancelled calls to end, in milliseconds. */
const DISPOSE_TIMEOUT = 1_000;

/** A client of the driver, and the signal that it must not be used any more. */
type ClientSession = {
  readonly client: EventStoreDBClient;
  readonly over: AbortController;
  /** Resolves once its server is known to be supported. */
  serving?: Promise<void>;
  /** The first append. The driver may reorder appends that arrive before its stream is open, so the others wait for it. */
  firstAppend?: Promise<unknown>;
};

export type Work<T> = (client: EventStoreDBClient, over: AbortSignal) => Promise<T>;

/**
 * One client at a time, made anew after each failure. The driver keeps what it waits for in one place for all clients of a
 * process, and an answer to what is no longer there ends the process: so the old one is silenced and gone before the
 * next one is used.
 */
export class Connection {
  readonly url: string;
  #session: ClientSession | undefined;
  #disposing: Promise<unknown> = Promise.resolve();
  #closed = false;

  constructor(url: string) {
    this.url = url;
    // A connection string that cannot be read is to be found out at once.
    this.#session = openSession(url);
  }

  /**
   * Does something with the client, for at most `longest` milliseconds; whether the server serves is known after `limit`.
   * Rejects with what the driver threw if the server has answered; with `StoreUnavailable` otherwise, and then the client is
   * given up.
   */
  async run<T>(what: string, limit: number, work: Work<T>, longest = limit): Promise<T> {
    const attempt = () => this.#attempt(limit, work, longest);
    try {
      try {
        return await attempt();
      } catch (error) {
        if (!isNotLeader(error)) throw error;
        // Nothing has happened; and once it has heard that, the driver goes to the node that leads.
        await yieldToEventLoop();
        return await attempt();
      }
    } catch (error) {
      throw isAnswer(error) ? error : toPortError(error, what);
    }
  }

  async #attempt<T>(limit: number, work: Work<T>, longest: number): Promise<T> {
    const session = await this.#current();
    const { client, over } = session;
    try {
      await mustServe(session, limit);
      return await within(longest, () => work(client, over.signal));
    } catch (error) {
      // A client that was given up would not know who leads.
      if (!isAnswer(error) && !isNotLeader(error)) this.giveUp(client);
      throw error;
    }
  }

  /** Like `run`, for an append: those before the first has settled wait for it. */
  append<T>(what: string, limit: number, work: Work<T>): Promise<T> {
    return this.run(what, limit, async (client, over) => {
      const session = this.#session;
      if (session?.client !== client) throw new TimedOut('the connection was given up');
      if (session.firstAppend === undefined) {
        const mine = work(client, over);
        session.firstAppend = mine.catch(() => undefined);
        return mine;
      }
      await session.firstAppend;
      if (over.aborted) throw new TimedOut('the connection was given up');
      return work(client, over);
    });
  }

  /** The current client, for a subscription: `over` aborts when it is given up. */
  async client(limit: number): Promise<{ readonly client: EventStoreDBClient; readonly over: AbortSignal }> {
    const session = await this.#current();
    await mustServe(session, limit);
    return { client: session.client, over: session.over.signal };
  }

  /** Gives up a client after a failure. Its pending calls are rejected. */
  giveUp(client: EventStoreDBClient): void {
    const session = this.#session;
    if (session?.client !== client) return;
    this.#session = undefined;
    this.#disposing = Promise.all([this.#disposing, dispose(session)]);
  }

  async close(): Promise<void> {
    this.#closed = true;
    if (this.#session !== undefined) this.giveUp(this.#session.client);
    await this.#disposing;
  }

  async #current(): Promise<ClientSession> {
    await this.#disposing;
    if (this.#closed) throw new StoreUnavailable('the event store is closed');
    this.#session ??= openSession(this.url);
    return this.#session;
  }
}

const openSession = (url: string): ClientSession => ({
  client: EventStoreDBClient.connectionString(forDriver(url)),
  over: new AbortController(),
});

const mustServe = (session: ClientSession, limit: number): Promise<void> =>
  within(limit, () => (session.serving ??= mustBeNewEnough(session.client)));

const dispose = async ({ client, over }: ClientSession): Promise<void> => {
  over.abort();
  // What the driver is in the midst of must not open another call: nobody would end that one.
  const gone = new Error('the client was given up');
  Reflect.set(client, 'getGRPCClient', () => Promise.reject(gone));
  silence(client);
  // Cancelled in the midst of what comes in, an HTTP/2 call may take the whole process down (nodejs/node#38964).
  await yieldToEventLoop();
  silence(client);
  // `dispose` cancels calls, but leaves the connection open.
  const channel = (Reflect.get(client, 'getChannel') as () => Promise<{ close(): void }>)();
  void channel
    .then((its) => {
      breakOff(its);
      its.close();
    })
    .catch(() => undefined);
  await within(DISPOSE_TIMEOUT, () => client.dispose()).catch(() => undefined);
};

/**
 * Breaks off what has not become a connection yet. A closed channel of grpc leaves it open for as long as a server that hangs
 * does not greet it: with a new client for each attempt there would be more of them every other second.
 */
const breakOff = (channel: object): void => {
  const subchannels = nestedProperty(channel, 'internalChannel', 'wrappedSubchannels');
  if (!(subchannels instanceof Set)) return;
  for (const subchannel of subchannels)
    (nestedProperty(subchannel, 'child', 'connector', 'session') as ClientHttp2Session | null | undefined)?.destroy();
};

/** A property of an object whose internals have no types. */
const nestedProperty = (whole: unknown, ...path: readonly string[]): unknown =>
  path.reduce((part, name) => (typeof part === 'object' && part !== null ? Reflect.get(part, name) : undefined), whole);

/** Lets the driver hear no more answers to its appends: it takes them for the next client's. */
const silence = (client: EventStoreDBClient): void => {
  const streams = Reflect.get(client, 'disposableStreams') as Iterable<NodeJS.ReadableStream>;
  for (const stream of streams) if ('write' in stream) stream.removeAllListeners('data');
};

/** The result of some work, or `TimedOut` after so many milliseconds. The work goes on then, but nobody listens. */
export const within = <T>(limit: number, work: () => Promise<T>): Promise<T> =>
  new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new TimedOut(`no answer within ${limit} ms`)), limit);
    const stop = () => clearTimeout(timer);
    work().then(resolve, reject).finally(stop);
  });
