import { PassThrough, type Readable } from 'node:stream';
import { Injectable, type BeforeApplicationShutdown } from '@nestjs/common';
import { CorruptEvent, StoreUnavailable } from '#event-store';
import { START, type Actor, type Position, type Recorded } from '#kernel';
import type { Page } from '../http/page.ts';
import { InvalidRequest, ProblemError } from '../http/problem.ts';
import { Ledger } from '#ledger';
import { shownEvent, type EventEntry } from '../http/event-entry.ts';
import { OwnEvents, type Batch } from './own-events.ts';

/** How often a live stream sends a sign of life. */
const HEARTBEAT_MS = 15_000;
/** How many streams a key may have open at once. */
const MOST_STREAMS = 16;
/** When one who has too many may ask again, in seconds. */
const RETRY_AFTER = 10;

type Format = {
  readonly write: (event: Recorded) => string;
  /** Sent while there are no events; only by a live stream. */
  readonly heartbeat?: string;
};

/** One event a line, up to the current end of the log. */
export const ndjson: Format = { write: (event) => `${JSON.stringify(shownEvent(event))}\n` };

/** What an event was turned into for a live stream: those who follow the log get the same one, and it is written once. */
const written = new WeakMap<Recorded, string>();

/** Server-sent events, live. */
export const serverSent: Format = {
  write: (event) => {
    let text = written.get(event);
    if (text === undefined) {
      text = `id: ${event.position}\nevent: ${event.type}\ndata: ${JSON.stringify(shownEvent(event))}\n\n`;
      written.set(event, text);
    }
    return text;
  },
  heartbeat: ':\n\n',
};

/** The log as a partner sees it: its own events, in order. */
@Injectable()
export class History implements BeforeApplicationShutdown {
  readonly #ledger: Ledger;
  readonly #events: OwnEvents;
  readonly #live = new Set<AbortController>();
  /** How many streams are open, by key. */
  readonly #open = new Map<string, number>();

  constructor(ledger: Ledger) {
    this.#ledger = ledger;
    this.#events = new OwnEvents(ledger.store);
  }

  /** Ends live streams, whose responses would otherwise never end. */
  beforeApplicationShutdown(): void {
    for (const reading of this.#live) reading.abort();
  }

  /**
   * One page after a position. Throws an `InvalidRequest` for an invalid position. The signal ends the search: the
   * caller has gone.
   */
  async page(partnerId: string, after: Position, limit: number, gone: AbortSignal): Promise<Page<EventEntry>> {
    const found: Recorded[] = [];
    for await (const batch of this.#own(partnerId, after, gone)) {
      found.push(...batch.events);
      if (batch.atEnd || found.length > limit) break;
    }
    const items = found.slice(0, limit).map(shownEvent);
    return { items, nextCursor: found.length > limit ? (items.at(-1)?.position ?? null) : null };
  }

  /**
   * All events after a position, as text; ends when the key that opened it is revoked. Rejects with an `InvalidRequest`
   * for an invalid position, and with `TOO_MANY_REQUESTS` for a key that has too many streams open.
   */
  async stream({ id, partnerId }: Actor, after: Position, format: Format): Promise<Readable> {
    const { out, signal, letGo } = this.#opened(id);
    const batches = this.#own(partnerId, after, signal)[Symbol.asyncIterator]();
    try {
      // Whether the position exists shows with the first batch, while the response can still be an error.
      const first = await batches.next();
      void pour(first, batches, out, format).catch((error: unknown) => out.destroy(error as Error));
      return out;
    } catch (error) {
      letGo();
      out.destroy();
      throw error;
    }
  }

  /** The output of a stream; everything that it holds is released when the output is closed, by the client or by the ledger. */
  #opened(keyId: string): { readonly out: PassThrough; readonly signal: AbortSignal; readonly letGo: () => void } {
    const open = this.#open.get(keyId) ?? 0;
    if (open >= MOST_STREAMS)
      throw new ProblemError('TOO_MANY_REQUESTS', `this key has ${open} streams open, and may have no more`, {
        retryAfter: RETRY_AFTER,
      });
    this.#open.set(keyId, open + 1);
    const reading = new AbortController();
    this.#live.add(reading);
    const out = new PassThrough();
    const revoked = this.#ledger.access.revocationOf(keyId);
    const cutOff = () => out.destroy();
    revoked?.addEventListener('abort', cutOff);
    const letGo = () => {
      if (!this.#live.delete(reading)) return;
      revoked?.removeEventListener('abort', cutOff);
      const left = (this.#open.get(keyId) ?? 1) - 1;
      if (left > 0) this.#open.set(keyId, left);
      else this.#open.delete(keyId);
      reading.abort();
    };
    out.once('close', letGo);
    if (revoked?.aborted === true) cutOff();
    return { out, signal: reading.signal, letGo };
  }

  async *#own(partnerId: string, after: Position, signal: AbortSignal): AsyncGenerator<Batch, void> {
    try {
      yield* this.#events.after(partnerId, after === '' ? START : after, signal);
    } catch (error) {
      if (error instanceof StoreUnavailable || error instanceof CorruptEvent || after === START) throw error;
      throw new InvalidRequest([{ path: 'after', message: 'is not a position of this log' }]);
    }
  }
}

const pour = async (
  first: IteratorResult<Batch>,
  rest: AsyncIterator<Batch>,
  out: PassThrough,
  { write, heartbeat }: Format,
): Promise<void> => {
  // A reader that is behind hears from the stream by what it has not read yet.
  const beat = () => {
    if (!out.writableNeedDrain) out.write(heartbeat);
  };
  const timer = heartbeat === undefined ? undefined : setInterval(beat, HEARTBEAT_MS);
  try {
    if (heartbeat !== undefined) out.write(heartbeat);
    for (let batch = first; batch.done !== true && !out.destroyed; batch = await rest.next()) {
      const text = batch.value.events.map(write).join('');
      if (text !== '' && !out.write(text)) await drained(out);
      if (batch.value.atEnd && heartbeat === undefined) break;
    }
    out.end();
  } finally {
    clearInterval(timer);
    await rest.return?.();
  }
};

/** Resolves when the reader has caught up, or is gone; leaves no listener behind. */
const drained = (out: PassThrough): Promise<void> =>
  new Promise((resolve) => {
    const goOn = () => {
      out.off('drain', goOn);
      out.off('close', goOn);
      resolve();
    };
    out.on('drain', goOn);
    out.on('close', goOn);
  });
