import { randomUUID } from 'node:crypto';
import type { CommandHandler } from '#event-store';
import { ledgerNow } from './settings.ts';
import type { PartnerFacts, PartnerMeta } from '#policy';

/** The metadata of the command line's own commands: its user has the data folder, and so acts for the whole ledger. */
export const metaFor = async (
  handler: CommandHandler,
  partnerId: string,
  partner: PartnerFacts,
): Promise<PartnerMeta> => {
  const commandId = randomUUID();
  return {
    commandId,
    at: await ledgerNow(handler),
    actor: { id: 'command-line', role: 'system', partnerId },
    partner,
    correlationId: commandId,
    causationId: commandId,
  };
};
