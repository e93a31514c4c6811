import { LRUCache } from 'lru-cache';
import type { EventStore } from '#event-store';
import type { Position, Recorded } from '#kernel';
import { Gaps } from './gaps.ts';

/** A partner's events of a part of the log; at its end there is an empty batch that says so. */
export type Batch = { readonly events: readonly Recorded[]; readonly atEnd: boolean };

/** How many events of others in a row are passed over from then on. */
const WORTH = 500;
/** For how many partners stretches without events are remembered. */
const PARTNERS = 1_000;

/** Reads what one partner has recorded, and passes over what is known to be of others. */
export class OwnEvents {
  readonly #store: Pick<EventStore, 'follow'>;
  readonly #gaps = new LRUCache<string, Gaps>({ max: PARTNERS });

  constructor(store: Pick<EventStore, 'follow'>) {
    this.#store = store;
  }

  /** Every event of a partner after a position, then live until the signal aborts. Throws as `follow` does. */
  async *after(partnerId: string, position: Position, signal: AbortSignal): AsyncGenerator<Batch, void> {
    const search = new Search(this.#of(partnerId), partnerId, position);
    // Where a stretch is passed over, the log is followed anew from its end.
    for (let goesOn = true; goesOn && !signal.aborted;) {
      goesOn = false;
      for await (const batch of this.#store.follow(search.position, signal)) {
        const events = search.take(batch);
        if (events.length > 0 || batch.length === 0) yield { events, atEnd: batch.length === 0 };
        goesOn = batch.length > 0 && search.jump();
        if (goesOn) break;
      }
    }
  }

  #of(partnerId: string): Gaps {
    let gaps = this.#gaps.get(partnerId);
    if (gaps === undefined) this.#gaps.set(partnerId, (gaps = new Gaps()));
    return gaps;
  }
}

/** One reader's way through the log. */
class Search {
  position: Position;
  readonly #gaps: Gaps;
  readonly #partnerId: string;
  /** Behind which position there was nothing of the partner, and how many events of others since. */
  #emptyFrom: Position;
  #others = 0;

  constructor(gaps: Gaps, partnerId: string, position: Position) {
    this.#gaps = gaps;
    this.#partnerId = partnerId;
    this.position = gaps.after(position);
    this.#emptyFrom = this.position;
  }

  /** The partner's events of a batch; notes where it has none. */
  take(batch: readonly Recorded[]): readonly Recorded[] {
    const own: Recorded[] = [];
    for (const event of batch) {
      if (event.meta.actor.partnerId === this.#partnerId) {
        this.#note();
        own.push(event);
        this.#emptyFrom = event.position;
      } else this.#others += 1;
      this.position = event.position;
    }
    if (this.#others >= WORTH) this.#gaps.add(this.#emptyFrom, this.position);
    return own;
  }

  /** Goes to the end of the stretch that it is in, if it is in a known one. */
  jump(): boolean {
    const next = this.#gaps.after(this.position);
    if (next === this.position) return false;
    this.#note();
    this.position = next;
    this.#emptyFrom = next;
    return true;
  }

  /** What was empty up to here ends. */
  #note(): void {
    if (this.#others >= WORTH) this.#gaps.add(this.#emptyFrom, this.position);
    this.#others = 0;
  }
}
