import { once } from 'node:events';
import { PassThrough, type Readable } from 'node:stream';
import { Injectable, type BeforeApplicationShutdown } from '@nestjs/common';
import { CorruptEvent, StoreUnavailable } from '#event-store';
import { START, type Actor, type Position, type Recorded } from '#kernel';
import type { Page } from '../http/page.ts';
import { InvalidRequest } from '../http/problem.ts';
import { Ledger } from '#ledger';
import { shownEvent, type EventEntry } from '../http/event-entry.ts';

/** How often a live stream says that it is still there. */
const HEARTBEAT_MS = 15_000;

type Format = {
  readonly write: (event: EventEntry) => string;
  /** Said now and then while there is nothing to tell; only by a stream that goes on at the log's end. */
  readonly heartbeat?: string;
};

/** Every event on a line of its own, up to where the log ends now. */
export const ndjson: Format = { write: (event) => `${JSON.stringify(event)}\n` };

/** Server-sent events, live. */
export const serverSent: Format = {
  write: (event) => `id: ${event.position}\nevent: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`,
  heartbeat: ':\n\n',
};

/** The log as a partner sees it: its own events, in order. */
@Injectable()
export class History implements BeforeApplicationShutdown {
  readonly #ledger: Ledger;
  readonly #live = new Set<AbortController>();

  constructor(ledger: Ledger) {
    this.#ledger = ledger;
  }

  /** Live streams would otherwise never be answered to their end. */
  beforeApplicationShutdown(): void {
    for (const reading of this.#live) reading.abort();
  }

  /** A part of it behind a position. Throws an `InvalidRequest` for a position that is none. */
  async page(partnerId: string, after: Position, limit: number): Promise<Page<EventEntry>> {
    const reading = new AbortController();
    const found: Recorded[] = [];
    for await (const batch of this.#own(partnerId, after, reading.signal)) {
      found.push(...batch.events);
      if (batch.atEnd || found.length > limit) break;
    }
    reading.abort();
    const items = found.slice(0, limit).map(shownEvent);
    return { items, nextCursor: found.length > limit ? (items.at(-1)?.position ?? null) : null };
  }

  /**
   * All of it after a position, as text; cut off when the key that opened it is revoked. Rejects with an `InvalidRequest`
   * for an invalid position.
   */
  async stream({ id, partnerId }: Actor, after: Position, format: Format): Promise<Readable> {
    const reading = new AbortController();
    this.#live.add(reading);
    const batches = this.#own(partnerId, after, reading.signal)[Symbol.asyncIterator]();
    const out = new PassThrough();
    const revoked = this.#ledger.access.revocationOf(id);
    const cutOff = () => out.destroy();
    revoked?.addEventListener('abort', cutOff);
    out.once('close', () => {
      revoked?.removeEventListener('abort', cutOff);
      this.#live.delete(reading);
      reading.abort();
    });
    if (revoked?.aborted === true) cutOff();
    // Whether there is such a position shows with the first batch, when the answer can still say no.
    const first = await batches.next();
    void this.#pour(first, batches, out, format).catch((error: unknown) => out.destroy(error as Error));
    return out;
  }

  async #pour(
    first: IteratorResult<Batch>,
    rest: AsyncIterator<Batch>,
    out: PassThrough,
    format: Format,
  ): Promise<void> {
    const { heartbeat } = format;
    const timer = heartbeat === undefined ? undefined : setInterval(() => out.write(heartbeat), HEARTBEAT_MS);
    try {
      if (heartbeat !== undefined) out.write(heartbeat);
      for (let batch = first; batch.done !== true && !out.destroyed; batch = await rest.next()) {
        const text = batch.value.events.map((event) => format.write(shownEvent(event))).join('');
        if (text !== '' && !out.write(text)) await Promise.race([once(out, 'drain'), once(out, 'close')]);
        if (batch.value.atEnd && heartbeat === undefined) break;
      }
      out.end();
    } finally {
      clearInterval(timer);
      await rest.return?.();
    }
  }

  async *#own(partnerId: string, after: Position, signal: AbortSignal): AsyncGenerator<Batch, void> {
    try {
      for await (const batch of this.#ledger.store.follow(after === '' ? START : after, signal))
        yield {
          events: batch.filter(({ meta }) => meta.actor.partnerId === partnerId),
          atEnd: batch.length === 0,
        };
    } catch (error) {
      if (error instanceof StoreUnavailable || error instanceof CorruptEvent || after === START) throw error;
      throw new InvalidRequest([{ path: 'after', message: 'is no position of this log' }]);
    }
  }
}

type Batch = { readonly events: readonly Recorded[]; readonly atEnd: boolean };
