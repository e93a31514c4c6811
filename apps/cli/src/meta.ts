import { randomUUID } from 'node:crypto';
import type { CommandHandler } from '#event-store';
import { ledgerNow } from './settings.ts';
import type { PartnerFacts, PartnerMeta } from '#policy';

/** What is recorded beside what the command line does: whoever has the data folder acts for the whole ledger. */
export const metaFor = async (
  handling: CommandHandler,
  partnerId: string,
  partner: PartnerFacts,
): Promise<PartnerMeta> => {
  const commandId = randomUUID();
  return {
    commandId,
    at: await ledgerNow(handling),
    actor: { id: 'command-line', role: 'system', partnerId },
    partner,
    correlationId: commandId,
    causationId: commandId,
  };
};
