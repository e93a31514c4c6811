import type { Answer, Outcome } from '#event-store';
import { isRefusal, refuse, type Recorded, type Refusal } from '#kernel';
import { UpgradeSubscription, type SubscriptionCommand, type Surroundings } from '#subscription';
import type { CommandAnswer } from '../context/caller.ts';
import { derivedId } from '../context/deterministic-id.ts';
import { answerOf } from './command-result.ts';
import { quoteToken, stale } from './quote-token.ts';
import { idsOf, type CameBack, type UpgradeOutcomes } from './upgrade-outcome.ts';

/** A command, where it goes, and what it is judged by. */
export type Wish = {
  readonly command: SubscriptionCommand;
  readonly stream: string | null;
  readonly surroundings: Surroundings;
};

export type HandleOptions = {
  readonly dryRun?: boolean;
  /** Whether a quote in hand is held to. */
  readonly quoted?: boolean;
  /** What the other side of an upgrade would record: a part of what was quoted. */
  readonly besides?: readonly Recorded[];
};

type Parts = {
  readonly outcomes: UpgradeOutcomes;
  readonly surroundings: Surroundings;
  /** Decides and records on the source. */
  readonly handle: (wish: Wish, options: HandleOptions) => Promise<Outcome>;
};

/** How often an upgrade is tried whose seats came back. */
const ATTEMPTS = 5;

/**
 * An upgrade, answered when both sides are durable. One whose seats came back left nothing behind: the same command is tried
 * again under an id of its own that follows from the key, so that the key may be sent again as after any refusal
 * (http-api.md §2).
 */
export const upgradeWith = async (
  parts: Parts,
  subscriptionId: string,
  command: UpgradeSubscription,
): Promise<CommandAnswer | Refusal> => {
  let attempt = command;
  for (let n = 0; n < ATTEMPTS; n += 1) {
    const answer = await once(parts, subscriptionId, attempt);
    if (!('cameBack' in answer)) return answer;
    const { commandId } = attempt.meta;
    attempt = new UpgradeSubscription(command.data, { ...command.meta, commandId: derivedId('again', commandId) });
  }
  return refuse('PROCESS_PENDING', 'the seats came back each time: ask again with the same key');
};

const once = async (
  { outcomes, surroundings, handle }: Parts,
  subscriptionId: string,
  command: UpgradeSubscription,
): Promise<CommandAnswer | CameBack | Refusal> => {
  const { commandId, conditions: { dryRun, quote } = {} } = command.meta;
  const wish = { command, stream: `subscription-${subscriptionId}`, surroundings };
  // Without its conditions: they are judged when it is carried out, and a quote holds for both sides.
  const rehearsed = await handle(wish, { dryRun: true, quoted: false });
  if (isRefusal(rehearsed)) return rehearsed;
  const received = rehearsed.outcome === 'replayed' ? [] : await outcomes.rehearse(rehearsed, commandId);
  if (isRefusal(received)) return received;
  const token = quoteToken(wish, [...rehearsed.events, ...received]);
  if (rehearsed.outcome === 'dryRun' && quote !== undefined && quote !== token) return stale();
  if (rehearsed.outcome === 'dryRun' && dryRun === true)
    return answerOf(rehearsed, { ids: idsOf(subscriptionId, rehearsed), alsoRecorded: received, quoteToken: token });
  // Judged once more at the append: between rehearsal and here, something may have moved.
  const outcome = await handle(wish, { dryRun: false, besides: received });
  return isRefusal(outcome) ? outcome : arrived(outcomes, subscriptionId, outcome, commandId);
};

const arrived = async (
  outcomes: UpgradeOutcomes,
  subscriptionId: string,
  outcome: Answer,
  commandId: string,
): Promise<CommandAnswer | CameBack | Refusal> => {
  const end = await outcomes.arrival(outcome, commandId);
  if (isRefusal(end) || 'cameBack' in end) return end;
  const { revision, position, received } = end;
  return answerOf({ ...outcome, revision, position }, { ids: idsOf(subscriptionId, outcome), alsoRecorded: received });
};
