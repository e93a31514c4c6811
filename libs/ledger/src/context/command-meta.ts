import type { Instant, Meta } from '#kernel';
import type { CommandRequest } from './caller.ts';
import { commandIdOf } from './deterministic-id.ts';

/** What takes commands: `subscription-<id>`, `customer-<id>` … */
export type Stream = `${'cart' | 'catalog' | 'clock' | 'customer' | 'key' | 'partner' | 'subscription'}-${string}`;

/**
 * What a command is recorded with. The same key of the same partner on the same resource gives the same command id, for
 * ever. A command from outside is its own cause.
 */
export const metaFor = (request: Omit<CommandRequest, 'options'>, stream: Stream, now: Instant): Meta => {
  const { caller, correlationId } = request;
  const commandId = commandIdFor(request, stream);
  return {
    commandId,
    at: now,
    actor: caller.actor,
    partner: caller.partner,
    correlationId,
    causationId: commandId,
  };
};

/** The id of a command before it is made, for ids that follow from it. */
export const commandIdFor = (
  { caller, idempotencyKey }: Pick<CommandRequest, 'caller' | 'idempotencyKey'>,
  stream: Stream,
): string => commandIdOf(caller.actor.partnerId, stream, idempotencyKey);

/** What the ledger records on its own account, as `who`: for the operator's partner, where no other one is concerned. */
export const ownMeta = (who: string, commandId: string, at: Instant, partnerId = 'default'): Meta => ({
  commandId,
  at,
  actor: { id: who, role: 'system', partnerId },
  partner: { model: 'directBill', cloud: 'global', newCommercePreview: true },
  correlationId: commandId,
  causationId: commandId,
});
