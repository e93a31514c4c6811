import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { StoreUnavailable, type CommandHandler } from '#event-store';
import { isRefusal, type Instant, type Position } from '#kernel';
import { Complaint, type Logger, type ReadStore, type Running } from '#read-store';
import * as renewals from '#projections/renewals';
import { Settle, subscription, type Surroundings } from '#subscription';
import type { Clock } from '../context/clock.ts';
import { ownMeta } from '../context/command-meta.ts';
import type { Projecting } from './projector.ts';
import { readModels } from '../queries/read-models.ts';

/** How often it looks for what is due. */
const BEAT_MS = 1_000;
/** How many subscriptions it takes in hand at once. */
const BATCH = 200;

type Due = { readonly subscriptionId: string; readonly partnerId: string };

/** What became of what was due. */
type Settled = {
  /** How many times something was recorded. */
  readonly recorded: number;
  /** Why something was not, where the log was away: it will be there again. */
  readonly away?: StoreUnavailable;
};

type Parts = {
  readonly handling: CommandHandler;
  readonly reads: ReadStore;
  readonly projecting: Pick<Projecting, 'reached'>;
  readonly clock: Clock;
  readonly surroundings: () => Surroundings;
  readonly catchUp: () => Promise<void> | undefined;
  readonly logger: Logger;
};

/**
 * Nudges subscriptions for which something fell due, so that it is recorded soon after, and not only when the next command
 * comes by. A nudge, not a source of truth: nudging twice records nothing (architecture.md §3).
 */
export class Scheduler {
  readonly #parts: Parts;
  #failed = 0;
  readonly #complaint: Complaint;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#complaint = new Complaint(parts.logger, 'what fell due could not be settled');
  }

  /** Begins to look for what is due, and goes on until it is stopped. */
  beat(): Running {
    const stopping = new AbortController();
    const beating = this.#beat(stopping.signal);
    const stop = async () => {
      stopping.abort();
      await beating;
    };
    return { stop };
  }

  /** How many subscriptions are overdue, and for how many the last nudge failed. */
  async status(): Promise<{ readonly overdue: number; readonly failing: number }> {
    const now = this.#parts.clock.now();
    return { overdue: await renewals.overdueCount(readModels(this.#parts), now), failing: this.#failed };
  }

  async #beat(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        await this.settleDue(this.#parts.clock.now(), signal);
      } catch (error) {
        this.#complaint.about(error);
      }
      await delay(BEAT_MS, undefined, { signal }).catch(() => undefined);
    }
  }

  /** Settles everything that is due up to an instant, until there is nothing left that can be settled. */
  async settleDue(until: Instant, signal: AbortSignal): Promise<Settled> {
    let recorded = 0;
    let away: StoreUnavailable | undefined;
    // What did not move although it is due (seats in transit, or a failure) is left for the next beat.
    const stuck = new Set<string>();
    await this.#parts.catchUp();
    while (!signal.aborted) {
      const due = await renewals.due(readModels(this.#parts), until, BATCH + stuck.size);
      const batch = due.filter(({ subscriptionId }) => !stuck.has(subscriptionId));
      if (batch.length === 0) break;
      const outcomes = await Promise.all(batch.map((one) => this.#settle(one, until)));
      batch.forEach(({ subscriptionId }, i) => {
        if (typeof outcomes[i] !== 'string') stuck.add(subscriptionId);
      });
      const positions = outcomes.filter((outcome) => typeof outcome === 'string');
      recorded += positions.length;
      away ??= outcomes.find((outcome) => outcome instanceof StoreUnavailable);
      const last = positions.sort().at(-1);
      if (last !== undefined) await this.#parts.projecting.reached(last, { of: ['renewals'], signal });
    }
    this.#failed = stuck.size;
    if (stuck.size === 0) this.#complaint.settled();
    return { recorded, ...(away && { away }) };
  }

  /** Where it is recorded, why the log could not be reached, or nothing. */
  async #settle({ subscriptionId, partnerId }: Due, at: Instant): Promise<Position | StoreUnavailable | undefined> {
    const { handling, surroundings } = this.#parts;
    const meta = ownMeta('scheduler', randomUUID(), at, partnerId);
    try {
      const outcome = await handling.handle(subscription(surroundings()), subscriptionId, new Settle({}, meta));
      return isRefusal(outcome) || outcome.events.length === 0 ? undefined : outcome.position;
    } catch (error) {
      this.#complaint.about(error, { subscriptionId });
      return error instanceof StoreUnavailable ? error : undefined;
    }
  }
}
