import type { Answer, EventStore, Handling, Outcome } from '#event-store';
import { isRefusal, refuse, type Meta, type Recorded, type Refusal } from '#kernel';
import {
  CompleteUpgrade,
  ReceiveUpgrade,
  ReturnUpgrade,
  subscription,
  type SubscriptionEvent,
  type Surroundings,
  type UpgradeStarted,
} from '#subscription';
import type { Clock } from '../context/clock.ts';
import { derivedId } from '../context/deterministic-id.ts';
import { factsOf } from '../queries/partners.ts';

/** How long an upgrade's answer waits for its seats to arrive (http-api.md §4.3). */
const PATIENCE_MS = 5_000;

type Parts = {
  readonly store: EventStore;
  readonly handling: Handling;
  readonly clock: Clock;
  readonly surroundings: () => Surroundings;
};

type Started = Recorded<UpgradeStarted>;
type Ended = Extract<SubscriptionEvent, { type: 'UpgradeCompleted' | 'UpgradeReturned' }>;

/**
 * Seats that move between two subscriptions (R90, R97): the source lets go, the target takes in, the source is told. Each
 * step is an idempotent command, so whoever dies in between, the next one who looks goes on from there.
 */
export class Upgrades {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** The reaction of the process: what follows from seats that left (`UpgradeStarted`). */
  async whenSeatsLeaveThenDeliver(event: Recorded): Promise<void> {
    const started = event as Started;
    const { transitionId } = started.data;
    const { subscriptionId } = started.data.source;
    const target = await this.#receive(started);
    const decider = subscription(this.#parts.surroundings());
    const meta = await this.#meta(started, 'settle-up');
    const verdict = isRefusal(target)
      ? new ReturnUpgrade({ transitionId, code: target.refused }, meta)
      : new CompleteUpgrade({ transitionId }, meta);
    // Told already, by this process before it died: nothing is under way any more.
    await this.#parts.handling.handle(decider, subscriptionId, verdict, { fingerprint: transitionId });
  }

  async #receive(started: Started, dryRun = false): Promise<Outcome> {
    const command = new ReceiveUpgrade({ started: started.data }, await this.#meta(started, 'receive'));
    const decider = subscription(this.#parts.surroundings());
    const options = { dryRun, fingerprint: started.data.transitionId };
    return this.#parts.handling.handle(decider, started.data.targetSubscriptionId, command, options);
  }

  async #meta(started: Started, step: string): Promise<Meta> {
    const { partnerId } = started.data.source;
    return {
      commandId: derivedId('upgrade', started.data.transitionId, step),
      at: this.#parts.clock.now(),
      actor: { id: 'upgrades', role: 'system', partnerId },
      partner: await factsOf(this.#parts.handling, partnerId),
      correlationId: started.meta.$correlationId,
      causationId: started.id,
    };
  }

  /** What the target would record. A target that would refuse is found out before any seat moves. */
  async rehearse({ events }: Answer, transitionId: string): Promise<readonly Recorded[] | Refusal> {
    const started = startedIn(events, transitionId);
    if (started === undefined) return [];
    const target = await this.#receive(started, true);
    return isRefusal(target) ? target : target.events;
  }

  /** Waits until the seats arrived, or came back: then the answer is the target's refusal. */
  async arrival(
    outcome: Answer,
    commandId: string,
  ): Promise<
    { readonly revision: number; readonly position: string; readonly received: readonly Recorded[] } | Refusal
  > {
    const started = startedIn(outcome.events, commandId);
    if (started === undefined) return { revision: outcome.revision, position: outcome.position, received: [] };
    const end = await this.#end(started);
    if (end === undefined)
      return refuse('PROCESS_PENDING', 'the seats are still on their way: ask again with the same key');
    if (end.type === 'UpgradeReturned')
      return refuse(end.data.code, `the target refused the seats: ${end.data.returned} came back`);
    const target = await this.#parts.store.read(`subscription-${started.data.targetSubscriptionId}`);
    const received = target.filter(
      ({ meta }) => meta.commandId === derivedId('upgrade', started.data.transitionId, 'receive'),
    );
    const position = [end, ...received].map((event) => event.position).reduce((a, b) => (a > b ? a : b));
    return { revision: end.revision, position, received };
  }

  async #end(started: Started): Promise<Recorded<Ended> | undefined> {
    const isEnd = (event: Recorded): event is Recorded<Ended> =>
      event.stream === started.stream &&
      (event.type === 'UpgradeCompleted' || event.type === 'UpgradeReturned') &&
      (event as Recorded<Ended>).data.transitionId === started.data.transitionId;
    const { store } = this.#parts;
    const after = await store.read(started.stream, started.revision + 1);
    const already = after.find(isEnd);
    if (already !== undefined) return already;
    const from = after.at(-1)?.position ?? started.position;
    for await (const batch of store.follow(from, AbortSignal.timeout(PATIENCE_MS))) {
      const end = batch.find(isEnd);
      if (end !== undefined) return end;
    }
    return undefined;
  }
}

const startedIn = (events: readonly Recorded[], transitionId: string): Started | undefined =>
  events.find(
    (event): event is Started =>
      event.type === 'UpgradeStarted' && (event as Started).data.transitionId === transitionId,
  );

/** Which subscription the seats go to, and under which id the upgrade goes. */
export const idsOf = (subscriptionId: string, { events }: Answer): Readonly<Record<string, string>> => {
  const started = events.find((event): event is Started => event.type === 'UpgradeStarted');
  const upgraded = events.find(({ type }) => type === 'SubscriptionUpgraded');
  return upgraded || !started
    ? { subscriptionId, targetSubscriptionId: subscriptionId, transitionId: upgraded?.meta.commandId ?? '' }
    : {
        subscriptionId,
        targetSubscriptionId: started.data.targetSubscriptionId,
        transitionId: started.data.transitionId,
      };
};
