import { randomUUID } from 'node:crypto';
import type { Handling } from '#event-store';
import { isRefusal, type Instant, type Meta } from '#kernel';
import type { ProjectionRunner, ReadStore } from '#read-store';
import * as renewals from '#projections/renewals';
import { Settle, subscription, type Surroundings } from '#subscription';
import type { Clock } from './clock.ts';
import { readModels } from './read-models.ts';

/** How often it looks for what is due. */
const BEAT_MS = 1_000;
/** How many subscriptions it takes in hand at once. */
const BATCH = 200;

type Due = { readonly subscriptionId: string; readonly partnerId: string };

type Parts = {
  readonly handling: Handling;
  readonly reads: ReadStore;
  readonly projections: ProjectionRunner;
  readonly clock: Clock;
  readonly surroundings: () => Surroundings;
  readonly onError: (error: unknown, subscriptionId?: string) => void;
};

/**
 * Nudges subscriptions for which something fell due, so that it is recorded soon after, and not only when the next command
 * comes by. A nudge, not a source of truth: nudging twice records nothing (architecture.md §3).
 */
export class Scheduler {
  readonly #parts: Parts;
  readonly #stopping = new AbortController();
  #beating: Promise<void> | undefined;
  #failed = 0;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Starts to beat. */
  start(): void {
    this.#beating = this.#beat();
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#beating;
  }

  /** How many subscriptions are overdue, and for how many the last nudge failed. */
  async status(): Promise<{ readonly overdue: number; readonly failing: number }> {
    const now = this.#parts.clock.now();
    return { overdue: await renewals.overdueCount(readModels(this.#parts), now), failing: this.#failed };
  }

  async #beat(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      try {
        await this.settleDue(this.#parts.clock.now());
      } catch (error) {
        this.#parts.onError(error);
      }
      await pause(BEAT_MS, signal);
    }
  }

  /** Settles everything that is due up to an instant, until there is nothing left that can be settled. */
  async settleDue(until: Instant): Promise<void> {
    // What did not move although it is due (seats in transit, or a failure) is left for the next beat.
    const stuck = new Set<string>();
    while (!this.#stopping.signal.aborted) {
      const due = await renewals.due(readModels(this.#parts), until, BATCH + stuck.size);
      const batch = due.filter(({ subscriptionId }) => !stuck.has(subscriptionId));
      if (batch.length === 0) break;
      const positions = await Promise.all(batch.map((one) => this.#settle(one, until)));
      batch.forEach(({ subscriptionId }, i) => {
        if (positions[i] === undefined) stuck.add(subscriptionId);
      });
      const last = positions
        .filter((position) => position !== undefined)
        .sort()
        .at(-1);
      if (last !== undefined)
        await this.#parts.projections.reached(last, { of: ['renewals'], signal: this.#stopping.signal });
    }
    this.#failed = stuck.size;
  }

  async #settle({ subscriptionId, partnerId }: Due, at: Instant): Promise<string | undefined> {
    const { handling, surroundings, onError } = this.#parts;
    const commandId = randomUUID();
    const meta: Meta = {
      commandId,
      at,
      actor: { id: 'scheduler', role: 'system', partnerId },
      partner: { model: 'directBill', cloud: 'global', newCommercePreview: true },
      correlationId: commandId,
      causationId: commandId,
    };
    try {
      const outcome = await handling.handle(subscription(surroundings()), subscriptionId, new Settle({}, meta));
      return isRefusal(outcome) || outcome.events.length === 0 ? undefined : outcome.position;
    } catch (error) {
      onError(error, subscriptionId);
      return undefined;
    }
  }
}

const pause = (ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const timer = setTimeout(done, ms);
    function done() {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    }
    signal.addEventListener('abort', done);
    if (signal.aborted) done();
  });
