import type { ClientHttp2Session } from 'node:http2';
import { setImmediate as yieldToEventLoop } from 'node:timers/promises';
import { ANY, EventStoreDBClient } from '@eventstore/db-client';
import fastq, { type queueAsPromised } from 'fastq';
import { forDriver } from './connection-string.ts';
import { within } from './countdown.ts';
import { withoutLooseEnds } from './driver-defects.ts';
import { isAnswer, TimedOut } from './failures.ts';
import { endOf } from './reading.ts';
import { mustBeNewEnough } from './server-version.ts';

/** How long to wait for a disposed client's cancelled calls to end, in milliseconds. */
const DISPOSE_TIMEOUT = 1_000;

export type CallKind = 'append' | 'read' | 'ping';

/**
 * How many calls of a kind are in flight at most. An HTTP/2 connection carries 100 calls: the driver keeps further ones
 * waiting, and they would be late without having been sent. What these leave is for followers; all appends share one call,
 * and a hundred at once are faster than thousands.
 */
const AT_ONCE: { readonly [kind in CallKind]: number } = { append: 100, read: 64, ping: 2 };

/** A stream that is never created: what is appended to it is nothing. */
const PROBED = 'subledger.probe';

type Task = () => Promise<unknown>;

/** A client of the driver, from its first call until it is given up. */
export class ClientSession {
  readonly client: EventStoreDBClient;
  readonly #over = new AbortController();
  readonly #lines: { readonly [kind in CallKind]: queueAsPromised<Task> };
  /** Resolves once its server is known to be supported. */
  #serving: Promise<void> | undefined;
  /** The first append. The driver may reorder appends that arrive before its stream is open, so the others wait for it. */
  #firstAppend: Promise<unknown> | undefined;
  /** One for each kind of call that is being tested. */
  readonly #probes = new Map<CallKind, Promise<boolean>>();

  constructor(url: string) {
    this.client = withoutLooseEnds(EventStoreDBClient.connectionString(forDriver(url)));
    const line = (kind: CallKind) => fastq.promise((task: Task) => task(), AT_ONCE[kind]);
    this.#lines = { append: line('append'), read: line('read'), ping: line('ping') };
  }

  /** Aborts when the client is given up. */
  get over(): AbortSignal {
    return this.#over.signal;
  }

  /** Rejects when the server does not say within `limit` milliseconds what it is, or is too old. */
  serves(limit: number): Promise<void> {
    return this.#unlessOver(() => within(limit, () => (this.#serving ??= mustBeNewEnough(this.client))));
  }

  /** Makes a call when it is its turn; from then on it may take `limit` milliseconds. */
  call<T>(kind: CallKind, limit: number, work: () => Promise<T>): Promise<T> {
    const timed = () => this.#unlessOver(() => within(limit, work));
    const task = kind === 'append' ? () => this.#afterFirst(timed) : timed;
    return this.#lines[kind].push(task) as Promise<T>;
  }

  async #afterFirst<T>(append: () => Promise<T>): Promise<T> {
    if (this.#firstAppend !== undefined) {
      await this.#firstAppend;
      return append();
    }
    const first = append();
    this.#firstAppend = first.catch(() => undefined);
    return first;
  }

  /** Whether a call of this kind that changes nothing is answered. Calls that ask meanwhile share one. */
  answers(kind: CallKind, limit: number): Promise<boolean> {
    const known = this.#probes.get(kind);
    if (known !== undefined) return known;
    const { client, over } = this;
    const probe: Task = () =>
      kind === 'append' ? client.appendToStream(PROBED, [], { expectedRevision: ANY }) : endOf({ client, over, limit });
    const asking = this.#unlessOver(() => within(limit, probe))
      .then(() => true, isAnswer)
      .finally(() => this.#probes.delete(kind));
    this.#probes.set(kind, asking);
    return asking;
  }

  /** Ends all calls: those in flight, and those that wait for their turn. */
  async dispose(): Promise<void> {
    this.#over.abort();
    // What the driver is in the midst of must not open another call, which would never be ended.
    const gone = new Error('the client was given up');
    Reflect.set(this.client, 'getGRPCClient', () => Promise.reject(gone));
    silence(this.client);
    // Cancelled in the midst of what comes in, an HTTP/2 call may take the whole process down (nodejs/node#38964).
    await yieldToEventLoop();
    silence(this.client);
    // `dispose` cancels calls, but leaves the connection open.
    const channel = (Reflect.get(this.client, 'getChannel') as () => Promise<{ close(): void }>)();
    void channel
      .then((its) => {
        breakOff(its);
        its.close();
      })
      .catch(() => undefined);
    await within(DISPOSE_TIMEOUT, () => this.client.dispose()).catch(() => undefined);
  }

  /** The outcome of some work, which is unknown once the client is given up. */
  #unlessOver<T>(work: () => Promise<T>): Promise<T> {
    const { over } = this;
    const givenUp = () => new TimedOut('the connection was given up');
    if (over.aborted) return Promise.reject(givenUp());
    return new Promise((resolve, reject) => {
      const abandon = () => reject(givenUp());
      over.addEventListener('abort', abandon, { once: true });
      work()
        .then(resolve, reject)
        .finally(() => over.removeEventListener('abort', abandon));
    });
  }
}

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
