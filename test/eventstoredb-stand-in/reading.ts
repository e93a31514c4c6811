import { type ServerWritableStream } from '@grpc/grpc-js';
import type { ReadReq, ReadResp } from '@eventstore/db-client/generated/streams_pb.js';
import type { Log } from './log.ts';
import type { Entry } from './rules.ts';
import { eventOf, type Failure, type Resolve } from './wire.ts';

export type ReadCall = ServerWritableStream<ReadReq, ReadResp>;
export type Options = ReadReq.Options;

/** One call: sends as fast as the reader consumes. */
export class Reading {
  readonly options: Options;
  readonly left: AbortSignal;
  readonly #call: ReadCall;
  readonly #structured: boolean;
  readonly #resolve: Resolve | undefined;

  constructor(call: ReadCall, options: Options, log: Log) {
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

  fail(error: Failure): void {
    if (!this.left.aborted) this.#call.emit('error', error);
  }

  end(): void {
    if (!this.left.aborted) this.#call.end();
  }
}

/** The target of a link: `3@orders-1`. */
const targetOf = (link: Entry, log: Log): Entry | undefined => {
  const text = link.data.toString();
  const [revision, name] = [text.slice(0, text.indexOf('@')), text.slice(text.indexOf('@') + 1)];
  if (log.tombstoneOf(name) !== undefined) return undefined;
  return log.visible(name)?.find((entry) => entry.revision === revision);
};

/** Whether an entry passes the filter of a request. Regular expressions are JavaScript's, not .NET's. */
export const matching = (options: Options): ((entry: Entry) => boolean) => {
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
