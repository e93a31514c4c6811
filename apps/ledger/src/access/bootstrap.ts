import { CreateKey, key, partner, RegisterPartner, RevokeKey, type Key } from '#access';
import { isRefusal, type Command, type Decider, type Event, type Meta, type PartnerFacts } from '#kernel';
import { derivedId } from '../ledger/ids.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { generateKey, hashOf } from './keys.ts';

/** The partner of the bootstrap key (api.md §1). */
const PARTNER = 'default';
const facts: PartnerFacts = { model: 'directBill', cloud: 'global', newCommercePreview: true };

/** What the ledger records on its own account when it starts. */
const metaFor = (ledger: Ledger, ...words: readonly string[]): Meta => {
  const commandId = derivedId('bootstrap', ...words);
  return {
    commandId,
    at: ledger.clock.now(),
    actor: { id: 'bootstrap', role: 'system', partnerId: PARTNER },
    partner: facts,
    correlationId: commandId,
    causationId: commandId,
  };
};

/**
 * Makes sure that there is the partner `default`, and an administrator's key for it, which is also the operator's: `wanted`
 * if given, and it replaces the one before; else, at the first start, a new one, which is answered to be shown once.
 */
export const bootstrap = async (ledger: Ledger, wanted: string | undefined): Promise<string | undefined> => {
  const { state } = await ledger.handling.load(partner, PARTNER);
  if (state.partnerId === null)
    await record(ledger, 'register', {
      decider: partner,
      id: PARTNER,
      commandFor: (meta) => new RegisterPartner({ partnerId: PARTNER, name: 'Default', ...facts }, meta),
    });
  const last = await lastKey(ledger);
  if (wanted === undefined && last.key.keyId !== null) return undefined;
  const secret = wanted ?? generateKey();
  const hash = hashOf(secret);
  if (last.key.keyId !== null && !last.key.revoked) {
    if (last.key.hash === hash) return undefined;
    const { keyId } = last.key;
    await record(ledger, 'revoke', { decider: key, id: keyId, commandFor: (meta) => new RevokeKey({ keyId }, meta) });
  }
  const keyId = idOf(last.key.keyId === null ? last.number : last.number + 1);
  const data = { keyId, partnerId: PARTNER, name: 'bootstrap', role: 'global-admin', hash, operator: true } as const;
  await record(ledger, 'create', { decider: key, id: keyId, commandFor: (meta) => new CreateKey(data, meta) });
  return wanted === undefined ? secret : undefined;
};

/** The bootstrap keys are numbered, so that the last one is found without any read model. */
const idOf = (number: number): string => derivedId('bootstrap-key', String(number));

const lastKey = async (ledger: Ledger): Promise<{ readonly number: number; readonly key: Key }> => {
  let last = { number: 1, key: (await ledger.handling.load(key, idOf(1))).state };
  while (last.key.keyId !== null) {
    const next = { number: last.number + 1, key: (await ledger.handling.load(key, idOf(last.number + 1))).state };
    if (next.key.keyId === null) break;
    last = next;
  }
  return last;
};

type Step<C extends Command, E extends Event, S> = {
  readonly decider: Decider<C, E, S>;
  readonly id: string;
  readonly commandFor: (meta: Meta) => C;
};

const record = async <C extends Command, E extends Event, S>(
  ledger: Ledger,
  what: string,
  { decider, id, commandFor }: Step<C, E, S>,
): Promise<void> => {
  const outcome = await ledger.handling.handle(decider, id, commandFor(metaFor(ledger, what, decider.category, id)));
  if (isRefusal(outcome)) throw new Error(`the ledger cannot set itself up: ${outcome.because}`);
};
