import type { EventStore, CommandHandler } from '#event-store';
import { isRefusal } from '#kernel';
import {
  CompleteUpgrade,
  ReceiveUpgrade,
  ReturnUpgrade,
  AdvanceTime,
  subscription,
  type Subscription,
  type DecisionContext,
} from '#subscription';
import { systemMeta } from '../context/command-meta.ts';
import type { Clock } from '../context/clock.ts';
import { startedIn, stepIdOf, type SeatTransfers, type Started } from '../commands/upgrade-steps.ts';
import { factsOf } from '../queries/partners.ts';
import type { Outcome } from '../context/refusals.ts';
import type { PartnerMeta } from '#policy';

type Parts = {
  readonly store: EventStore;
  readonly handler: CommandHandler;
  readonly clock: Clock;
  readonly context: () => DecisionContext;
};

/**
 * Seats that move between two subscriptions (R90, R97): they leave the source, arrive at the target, and the source records that.
 * Each step is an idempotent command, so after a crash the next process continues from there.
 */
export class Upgrades implements SeatTransfers {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /**
   * The reaction of the process: what follows from seats that left (`UpgradeStarted`). A target with seats of its own under
   * way is waited for, by delivering those first. Where upgrades wait for each other in a circle, one of them gives way.
   */
  async deliver(started: Started): Promise<void> {
    while (!(await this.#deliver(started, [])));
  }

  /** Whether that upgrade is over. Where it is not, something else was brought on: it is to be tried again. */
  async #deliver(started: Started, waiting: readonly Started[]): Promise<boolean> {
    if (!(await this.#isUnderWay(started))) return true;
    const target = await this.receive(started);
    if (!isRefusal(target) || target.refused !== 'PROCESS_PENDING') {
      await this.#settleUp(started, target);
      return true;
    }
    const blocking = await this.#blocking(started);
    if (blocking === undefined) return false;
    const circle = circleOf([...waiting, started], blocking);
    if (circle === undefined) await this.#deliver(blocking, [...waiting, started]);
    else await this.#settleUp(givingWay(circle), target);
    return false;
  }

  async #isUnderWay({ data: { source, transitionId } }: Started): Promise<boolean> {
    const { state } = await this.#load(source.subscriptionId);
    return state.status !== 'none' && state.inTransit?.transitionId === transitionId;
  }

  /** Tells the source. Told already, by this process before it died: then nothing is under way any more. */
  async #settleUp(started: Started, target: Outcome): Promise<void> {
    const { transitionId, source } = started.data;
    const { subscriptionId } = source;
    const meta = await this.#meta(started, 'settle-up');
    const verdict = isRefusal(target)
      ? new ReturnUpgrade({ subscriptionId, transitionId, code: target.refused }, meta)
      : new CompleteUpgrade({ subscriptionId, transitionId }, meta);
    const decider = subscription(this.#parts.context());
    await this.#parts.handler.handle(decider, subscriptionId, verdict, { fingerprint: transitionId });
  }

  /** Sends the seats to their target, or only tries to. */
  async receive(started: Started, dryRun = false): Promise<Outcome> {
    const { targetSubscriptionId: subscriptionId } = started.data;
    const command = new ReceiveUpgrade({ subscriptionId, started: started.data }, await this.#meta(started, 'receive'));
    const decider = subscription(this.#parts.context());
    const options = { dryRun, fingerprint: started.data.transitionId };
    return this.#parts.handler.handle(decider, subscriptionId, command, options);
  }

  /** The upgrade for which the target's own seats are in transit, also if it fell due and is not recorded yet. */
  async #blocking(started: Started): Promise<Started | undefined> {
    const { targetSubscriptionId: targetId, effectiveAt } = started.data;
    const transit = await this.transitOf(targetId);
    if (transit !== undefined) return transit;
    const { revision } = await this.#load(targetId);
    const meta = await this.#meta(started, `${targetId}/${revision}`);
    const at = meta.at < effectiveAt ? effectiveAt : meta.at;
    const decider = subscription(this.#parts.context());
    await this.#parts.handler.handle(decider, targetId, new AdvanceTime({ subscriptionId: targetId }, { ...meta, at }));
    return this.transitOf(targetId);
  }

  /** The upgrade by which seats of a subscription are under way just now. */
  async transitOf(subscriptionId: string): Promise<Started | undefined> {
    const { state } = await this.#load(subscriptionId);
    if (state.status === 'none' || state.inTransit === null) return undefined;
    return startedIn(await this.#parts.store.read(`subscription-${subscriptionId}`), state.inTransit.transitionId);
  }

  #load(subscriptionId: string): Promise<{ readonly state: Subscription; readonly revision: number }> {
    return this.#parts.handler.load(subscription(this.#parts.context()), subscriptionId);
  }

  async #meta(started: Started, step: string): Promise<PartnerMeta> {
    const { partnerId } = started.data.source;
    const partner = await factsOf(this.#parts.handler, partnerId);
    const commandId = stepIdOf(started.data.transitionId, step);
    return systemMeta('upgrades', { commandId, at: this.#parts.clock.now(), partnerId, partner, cause: started });
  }
}

/** Upgrades that wait for each other, where the next one is among those that wait for it. */
const circleOf = (waiting: readonly Started[], next: Started): readonly Started[] | undefined => {
  const from = waiting.findIndex(({ data }) => data.transitionId === next.data.transitionId);
  return from < 0 ? undefined : waiting.slice(from);
};

/**
 * The upgrade of a circle whose seats go back; the choice is the same in every process. Upgrades by command come before
 * those of a renewal, because they can be requested again.
 */
const givingWay = (circle: readonly Started[]): Started =>
  circle.reduce((one, other) => (rankOf(other) > rankOf(one) ? other : one));

const rankOf = ({ data: { atRenewal, source } }: Started): string => `${atRenewal ? '0' : '1'}${source.subscriptionId}`;
