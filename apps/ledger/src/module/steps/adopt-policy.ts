import { isRefusal } from '#kernel';
import { AdoptPolicy, policyAdoption, type PolicyTimeline } from '#policy';
import { deterministicId, type Ledger, systemMeta } from '#ledger';

/** The stream of all adoptions is `policy-main`. */
const POLICY_ID = 'main';

/** Records the rules of the configuration, if they differ from those of the last start (E53). */
export const adoptPolicy = async (ledger: Ledger, policy: PolicyTimeline): Promise<void> => {
  const { revision } = await ledger.handler.load(policyAdoption, POLICY_ID);
  // The command id includes the revision: the same rules may be adopted again after others.
  const commandId = deterministicId('adopt', String(revision), JSON.stringify(policy));
  const command = new AdoptPolicy({ policy }, systemMeta('start', { commandId, at: ledger.clock.now() }));
  const outcome = await ledger.handler.handle(policyAdoption, POLICY_ID, command);
  if (isRefusal(outcome)) throw new Error(`the ledger cannot adopt its policy: ${outcome.because}`);
};
