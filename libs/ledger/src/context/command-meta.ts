import type { Instant, Recorded } from '#kernel';
import type { CommandRequest } from './caller.ts';
import { commandIdOf } from './deterministic-id.ts';
import type { PartnerFacts, PartnerMeta } from '#policy';

/** Streams that take commands: `subscription-<id>`, `customer-<id>` … */
export type Stream = `${'cart' | 'catalog' | 'clock' | 'customer' | 'key' | 'partner' | 'subscription'}-${string}`;

/**
 * The metadata with which a command is recorded. The same key of the same partner on the same resource permanently gives the
 * same command id. A command from outside is its own cause.
 */
export const metaFor = (request: Omit<CommandRequest, 'options'>, stream: Stream, now: Instant): PartnerMeta => {
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

/** The id of a command before it is created, for ids that are derived from it. */
export const commandIdFor = (
  { caller, idempotencyKey }: Pick<CommandRequest, 'caller' | 'idempotencyKey'>,
  stream: Stream,
): string => commandIdOf(caller.actor.partnerId, stream, idempotencyKey);

type SystemCommand = {
  readonly commandId: string;
  readonly at: Instant;
  /** Whose data the command is about; the operator's partner when left out. */
  readonly partnerId?: string;
  readonly partner?: PartnerFacts;
  /** The event that the command follows from. Without one the command is its own cause. */
  readonly cause?: Recorded;
};

const operator: PartnerFacts = { model: 'directBill', cloud: 'global', newCommercePreview: true };

/** What a command of the ledger itself is recorded with. `sender` is the process or the part of the ledger that sends it. */
export const systemMeta = (
  sender: string,
  { commandId, at, partnerId = 'default', partner = operator, cause }: SystemCommand,
): PartnerMeta => ({
  commandId,
  at,
  actor: { id: sender, role: 'system', partnerId },
  partner,
  correlationId: cause?.meta.$correlationId ?? commandId,
  causationId: cause?.id ?? commandId,
});
