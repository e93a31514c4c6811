import type { Answer, EventStore } from '#event-store';
import { refuse, type Recorded } from '#kernel';
import type { SubscriptionEvent } from '#subscription';
import { waitForEvent } from '../queries/wait-for-event.ts';
import { receiveIdOf, startedIn, type SeatTransfers, type Started } from './upgrade-steps.ts';
import type { Refusal } from '../context/refusals.ts';

/** How long an upgrade's response waits for seats to arrive (http-api.md §4.3). */
const PATIENCE_MS = 5_000;

/** How often the preview of a target is repeated after seats of its own have arrived. */
const ROUNDS = 5;

type Ended = Extract<SubscriptionEvent, { type: 'UpgradeCompleted' | 'UpgradeReturned' }>;

/** Both sides are durable: their positions, and what the target recorded. */
export type Arrived = {
  readonly revision: number;
  readonly position: string;
  readonly received: readonly Recorded[];
};

/** The seats came back: this attempt changed nothing. */
export type CameBack = { readonly cameBack: string };

type Parts = { readonly store: EventStore; readonly upgrades: SeatTransfers };

/** The result of an upgrade at its target: previewed beforehand, and awaited afterwards. */
export class UpgradeOutcomes {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /**
   * What the target would record. The refusal of a target is known before any seat moves. A target with seats of its own
   * in transit is waited for; `PROCESS_PENDING` if that takes too long.
   */
  async preview({ events }: Answer, transitionId: string): Promise<readonly Recorded[] | Refusal> {
    const started = startedIn(events, transitionId);
    if (started === undefined) return [];
    for (let round = 1; ; round += 1) {
      const target = await this.#parts.upgrades.receive(started, true);
      if (!('refused' in target)) return target.events;
      if (
        target.refused !== 'PROCESS_PENDING' ||
        round === ROUNDS ||
        !(await this.#isFree(started.data.targetSubscriptionId))
      )
        return target;
    }
  }

  /** Waits until the seats arrived, or came back. */
  async arrival(outcome: Answer, commandId: string): Promise<Arrived | CameBack | Refusal> {
    const started = startedIn(outcome.events, commandId);
    if (started === undefined) return { revision: outcome.revision, position: outcome.position, received: [] };
    const end = await this.#end(started);
    if (end === undefined)
      return refuse('PROCESS_PENDING', 'the seats are still in transit: try again with the same key');
    if (end.type === 'UpgradeReturned') return { cameBack: end.data.code };
    const target = await this.#parts.store.read(`subscription-${started.data.targetSubscriptionId}`);
    const received = target.filter(({ meta }) => meta.commandId === receiveIdOf(started.data.transitionId));
    const position = [end, ...received].map((event) => event.position).reduce((a, b) => (a > b ? a : b));
    return { revision: end.revision, position, received };
  }

  /** Waits until no seats of a subscription are in transit; false if that takes too long. */
  async #isFree(subscriptionId: string): Promise<boolean> {
    const transit = await this.#parts.upgrades.transitOf(subscriptionId);
    // Arrived by now, or due and not recorded yet: the next preview shows it.
    return transit === undefined || (await this.#end(transit)) !== undefined;
  }

  #end(started: Started): Promise<Recorded<Ended> | undefined> {
    const { stream, revision, position: after, data } = started;
    const is = (event: Recorded): event is Recorded<Ended> =>
      (event.type === 'UpgradeCompleted' || event.type === 'UpgradeReturned') &&
      (event as Recorded<Ended>).data.transitionId === data.transitionId;
    return waitForEvent(this.#parts.store, { stream, from: revision + 1, after, is, timeoutMs: PATIENCE_MS });
  }
}

/** The ids of the target subscription and of the upgrade. */
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
