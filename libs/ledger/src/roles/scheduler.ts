import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { StoreUnavailable, type CommandHandler } from '#event-store';
import { isRefusal, START, type Instant, type Position } from '#kernel';
import { FailureLog, Mutex, type Logger, type ReadStore, type Running } from '#read-store';
import * as renewals from '#projections/renewals';
import { SCHEDULER, AdvanceTime, subscription, type DecisionContext } from '#subscription';
import type { Clock } from '../context/clock.ts';
import { systemMeta } from '../context/command-meta.ts';
import type { ProjectorRole } from './projector.ts';
import { readModels } from '../queries/read-models.ts';

/** How often it looks for what is due. */
const BEAT_MS = 1_000;
/** How many subscriptions are settled together. */
const BATCH = 200;

type Due = Pick<renewals.Due, 'subscriptionId' | 'partnerId'>;

/** Result of one pass. */
type Settled = {
  /** How many subscriptions recorded something. */
  readonly recorded: number;
  /** The error if the log was unavailable; it is worth trying again. */
  readonly away?: StoreUnavailable;
};

type SchedulerDeps = {
  readonly handler: CommandHandler;
  readonly reads: ReadStore;
  readonly projectorRole: Pick<ProjectorRole, 'reached' | 'caughtUp'>;
  readonly clock: Clock;
  readonly context: () => DecisionContext;
  readonly refresh: () => Promise<void> | undefined;
  readonly logger: Logger;
};

/**
 * Settles subscriptions for which something fell due, so that it is recorded soon after, and not only at the next command.
 * It is not a source of truth: settling twice records nothing (architecture.md §3).
 */
export class Scheduler {
  readonly #deps: SchedulerDeps;
  #failed = 0;
  readonly #failures: FailureLog;
  readonly #mutex = new Mutex();

  constructor(deps: SchedulerDeps) {
    this.#deps = deps;
    this.#failures = new FailureLog(deps.logger, 'what fell due could not be settled');
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

  /** How many subscriptions are overdue, and how many the last round failed to settle. */
  async status(): Promise<{ readonly overdue: number; readonly failing: number }> {
    const now = this.#deps.clock.now();
    return { overdue: await renewals.overdueCount(readModels(this.#deps), now), failing: this.#failed };
  }

  async #beat(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        await this.settleDue(this.#deps.clock.now(), signal);
      } catch (error) {
        this.#failures.report(error);
      }
      await delay(BEAT_MS, undefined, { signal }).catch(() => undefined);
    }
  }

  /**
   * Settles everything that is due up to an instant, once: each due subscription is tried, and failed ones
   * are left for the next call. Only one call runs at a time, of the timer or of a clock that is moved.
   */
  settleDue(until: Instant, signal: AbortSignal): Promise<Settled> {
    return this.#mutex.run(() => this.#settleAll(until, signal));
  }

  async #settleAll(until: Instant, signal: AbortSignal): Promise<Settled> {
    const { refresh, projectorRole } = this.#deps;
    await refresh();
    // A list that lags contains settled subscriptions, and lacks due ones.
    if (!(await projectorRole.caughtUp({ of: ['renewals'], signal }))) return { recorded: 0 };
    const tally = { recorded: 0, failed: 0, last: START };
    let away: StoreUnavailable | undefined;
    let after: renewals.DuePlace | undefined;
    while (!signal.aborted && away === undefined) {
      const batch = await renewals.due(readModels(this.#deps), until, { limit: BATCH, after });
      after = batch.at(-1);
      if (after === undefined) break;
      const outcomes = await Promise.all(batch.map((one) => this.#settle(one, until)));
      count(tally, outcomes);
      // The others would fail as well: an unavailable log is not asked once for each.
      away = outcomes.find((outcome) => outcome instanceof StoreUnavailable);
    }
    this.#failed = tally.failed;
    if (tally.failed === 0) this.#failures.clear();
    await projectorRole.reached(tally.last, { of: ['renewals'], signal });
    return { recorded: tally.recorded, ...(away && { away }) };
  }

  /** The position where it is recorded, the error if it is not, or undefined if nothing was due any more. */
  async #settle({ subscriptionId, partnerId }: Due, at: Instant): Promise<Position | Error | undefined> {
    const { handler, context } = this.#deps;
    const meta = systemMeta(SCHEDULER, { commandId: randomUUID(), at, partnerId });
    try {
      const outcome = await handler.handle(
        subscription(context()),
        subscriptionId,
        new AdvanceTime({ subscriptionId }, meta),
      );
      return isRefusal(outcome) || outcome.events.length === 0 ? undefined : outcome.position;
    } catch (error) {
      this.#failures.report(error, { subscriptionId });
      return error instanceof Error ? error : new Error(String(error));
    }
  }
}

type Tally = { recorded: number; failed: number; last: Position };

/** Adds the outcomes of a batch. */
const count = (tally: Tally, outcomes: readonly (Position | Error | undefined)[]): void => {
  for (const outcome of outcomes) {
    if (outcome === undefined) continue;
    if (typeof outcome !== 'string') {
      tally.failed += 1;
      continue;
    }
    tally.recorded += 1;
    if (outcome > tally.last) tally.last = outcome;
  }
};
