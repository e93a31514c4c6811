import type { EventStore, LogEnd } from '#event-store';
import { START, type Position } from '#kernel';
import type { ReadModel } from './projection-state.ts';

/**
 * Compares read models with the end of the log itself, not with what was read of it. `look` is called about once a second: a
 * model that has not reached by then where the log ended at the look before is behind, and since when is kept.
 */
export class LagWatch {
  readonly #log: Pick<EventStore, 'logEnd'>;
  readonly #behindSince = new Map<ReadModel, number>();
  #end: LogEnd = { position: START };

  constructor(log: Pick<EventStore, 'logEnd'>) {
    this.#log = log;
  }

  /** How many events the log held at the last look; 0 where the store cannot tell. */
  get events(): number {
    return this.#end.events ?? 0;
  }

  /** Whether this is not before the log's end at the last look. */
  isEnd(position: Position): boolean {
    return position >= this.#end.position;
  }

  /** Rejects with `StoreUnavailable`: then nothing is known that was not known before. */
  async look(models: readonly ReadModel[]): Promise<void> {
    for (const model of models) {
      if (model.position >= this.#end.position) this.#behindSince.delete(model);
      else if (!this.#behindSince.has(model)) this.#behindSince.set(model, performance.now());
    }
    this.#end = await this.#log.logEnd();
  }

  /** For how many seconds a model has not reached the log's end, in real time; 0 while it keeps up. */
  behindSeconds(model: ReadModel): number {
    const since = this.#behindSince.get(model);
    return since === undefined ? 0 : Math.round((performance.now() - since) / 1_000);
  }
}
