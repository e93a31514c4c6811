import type { Answer } from '#event-store';
import { isRefusal, refuse } from '#kernel';
import { UpgradeSubscription, type Subscription, type SubscriptionEvent } from '#subscription';
import type { CommandAnswer } from '../context/caller.ts';
import { deterministicId } from '../context/deterministic-id.ts';
import { answerOf } from './command-result.ts';
import { preview, recordPreviewed, tokenFor, type Dispatch, type DispatchDeps } from './dispatch.ts';
import { stale } from './quote-token.ts';
import { idsOf, type CameBack, type UpgradeOutcomes } from './upgrade-outcome.ts';
import type { Refusal } from '../context/refusals.ts';

type Upgrade = Pick<
  Dispatch<UpgradeSubscription, SubscriptionEvent, Subscription>,
  'command' | 'decider' | 'id' | 'reservation'
>;

/** How often an upgrade is tried if its seats come back. */
const ATTEMPTS = 5;

/**
 * An upgrade that returns when both sides are durable. If its seats come back, nothing has changed: the same command is tried
 * again under an id of its own that follows from the key, so that the key may be sent again as after any refusal
 * (http-api.md §2).
 */
export const upgrade = async (
  deps: DispatchDeps,
  outcomes: UpgradeOutcomes,
  { command, ...sent }: Upgrade,
): Promise<CommandAnswer | Refusal> => {
  let attempt = command;
  for (let n = 0; n < ATTEMPTS; n += 1) {
    const answer = await once(deps, outcomes, { ...sent, command: attempt });
    if (!('cameBack' in answer)) return answer;
    const { data, meta, options, target: subscriptionId } = attempt;
    const again = { ...meta, commandId: deterministicId('again', meta.commandId) };
    attempt = new UpgradeSubscription({ subscriptionId, ...data }, again, options);
  }
  return refuse('PROCESS_PENDING', 'the seats came back at each attempt: try again with the same key');
};

const once = async (
  deps: DispatchDeps,
  outcomes: UpgradeOutcomes,
  upgrading: Upgrade,
): Promise<CommandAnswer | CameBack | Refusal> => {
  const { command, id } = upgrading;
  const { options, meta } = command;
  const sent = { ...upgrading, ids: { subscriptionId: id } };
  const previewed = await preview(deps, sent);
  if (isRefusal(previewed)) return previewed;
  if (previewed.outcome === 'dryRun') {
    const received = await outcomes.preview(previewed, meta.commandId);
    if (isRefusal(received)) return received;
    // A quote holds for both sides.
    const token = tokenFor(deps, sent, [...previewed.events, ...received]);
    if (options.quoteToken !== undefined && options.quoteToken !== token) return stale();
    if (options.dryRun === true)
      return answerOf(previewed, { ids: idsOf(id, previewed), alsoRecorded: received, quoteToken: token });
  }
  // Judged once more at the append: the streams may have changed since the preview.
  const outcome = await recordPreviewed(deps, sent, previewed);
  return isRefusal(outcome) ? outcome : arrived(outcomes, id, outcome, meta.commandId);
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
