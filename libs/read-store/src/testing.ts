import type { EventStore } from '#event-store';
import { START, type Event, type Position, type Recorded } from '#kernel';

type Written = { readonly stream: string; readonly type: string; readonly data?: object };

/** A log in memory for the specs of readers: events are written without ceremony, and reading it can be made to fail. */
export class WrittenLog implements EventStore {
  readonly events: Recorded[] = [];
  /** Events to a batch. */
  batch = 7;
  /** Rejects from here on, until it is set back. */
  failing: Error | undefined;
  #revisions = new Map<string, number>();
  #woken = Promise.withResolvers<void>();

  /** The position of the last event. */
  get end(): Position {
    return this.events.at(-1)?.position ?? START;
  }

  write(...written: readonly Written[]): Position {
    for (const { stream, type, data } of written) this.events.push(this.#record(stream, type, data ?? {}));
    this.wake();
    return this.end;
  }

  /** Followers look again: there is more, or `failing` was set. */
  wake(): void {
    this.#woken.resolve();
    this.#woken = Promise.withResolvers();
  }

  #record(stream: string, type: string, data: object): Recorded {
    const revision = (this.#revisions.get(stream) ?? -1) + 1;
    this.#revisions.set(stream, revision);
    const number = this.events.length + 1;
    const minutes = String(number % 60).padStart(2, '0');
    const effectiveAt = `2021-06-18T09:${minutes}:00.000Z`;
    return {
      type,
      stream,
      revision,
      id: `event-${String(number)}`,
      position: String(number).padStart(10, '0'),
      data: { ...data, effectiveAt } as Event['data'],
      meta: {
        commandId: `command-${String(number)}`,
        fingerprint: '',
        $correlationId: 'correlation',
        $causationId: 'causation',
        actor: { id: 'ada', role: 'global-admin', partnerId: 'default' },
        recordedAt: effectiveAt,
        schema: 1,
      },
    };
  }

  async read(stream: string, from = 0): Promise<readonly Recorded[]> {
    if (this.failing) throw this.failing;
    return this.events.filter((event) => event.stream === stream && event.revision >= from);
  }

  async *follow(position: Position, signal: AbortSignal): AsyncIterable<readonly Recorded[]> {
    const aborted = new Promise<void>((resolve) => {
      signal.addEventListener('abort', () => {
        resolve();
      });
    });
    let next = this.events.findIndex((event) => event.position > position);
    if (next < 0) next = this.events.length;
    while (!signal.aborted) {
      if (this.failing) throw this.failing;
      const woken = this.#woken.promise;
      const batch = this.events.slice(next, next + this.batch);
      next += batch.length;
      yield batch;
      if (batch.length === 0) await Promise.race([woken, aborted]);
    }
  }

  append(): Promise<never> {
    throw new Error('write instead');
  }

  async close(): Promise<void> {
    // Nothing is held.
  }
}
