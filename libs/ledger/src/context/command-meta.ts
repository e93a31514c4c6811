import type { Instant, Meta } from '#kernel';
import type { CommandRequest } from './caller.ts';
import { commandIdOf } from './deterministic-id.ts';

/** What takes commands: `subscription-<id>`, `customer-<id>` … */
export type Stream = `${'cart' | 'catalog' | 'clock' | 'customer' | 'key' | 'partner' | 'subscription'}-${string}`;

/**
 * What a command is recorded with. The same key of the same partner on the same resource gives the same command id, for
 * ever. A command from outside is its own cause.
 */
export const metaFor = (request: CommandRequest, stream: Stream, now: Instant): Meta => {
  const { caller, correlationId, dryRun, revision, quote } = request;
  const commandId = commandIdOf(caller.actor.partnerId, stream, request.idempotencyKey);
  const conditions = {
    ...(revision === undefined ? {} : { revision }),
    ...(dryRun ? { dryRun } : {}),
    ...(quote === undefined ? {} : { quote }),
  };
  return {
    commandId,
    subject: stream.slice(stream.indexOf('-') + 1),
    at: now,
    actor: caller.actor,
    partner: caller.partner,
    correlationId,
    causationId: commandId,
    ...(Object.keys(conditions).length === 0 ? {} : { conditions }),
  };
};

/** What the ledger records on its own account, as `who`: for the operator's partner, where no other one is concerned. */
export const ownMeta = (who: string, commandId: string, at: Instant, partnerId = 'default'): Meta => ({
  commandId,
  at,
  actor: { id: who, role: 'system', partnerId },
  partner: { model: 'directBill', cloud: 'global', newCommercePreview: true },
  correlationId: commandId,
  causationId: commandId,
});
