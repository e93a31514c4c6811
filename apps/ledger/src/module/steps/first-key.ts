import { CreateKey, key, partner, RegisterPartner, RevokeKey, type Key } from '#access';
import { isRefusal, START, type Command, type Decider, type Event, type Position } from '#kernel';
import { deterministicId, systemMeta, type Ledger, type Refusal } from '#ledger';
import { hashOf } from '../../access/keys.ts';
import type { PartnerFacts, PartnerMeta } from '#policy';

/** The partner of the bootstrap key (http-api.md §1). */
const PARTNER = 'default';
const facts: PartnerFacts = { model: 'directBill', cloud: 'global', newCommercePreview: true };

const metaFor = (ledger: Ledger, ...words: readonly string[]): PartnerMeta =>
  systemMeta('bootstrap', {
    commandId: deterministicId('bootstrap', ...words),
    at: ledger.clock.now(),
    partnerId: PARTNER,
  });

type Bootstrapped = {
  /** A key that was just made, to be shown once. */
  readonly administratorKey: string | undefined;
  /** The position at which a read model knows the key. */
  readonly position: Position;
};

/**
 * Makes sure that the partner `default` exists, with an administrator's key, which is also the operator's: the `wanted` one
 * if given, which replaces the one before; otherwise, at the first start, the `fresh` one, if given. May be repeated with the
 * same fresh key after a rejection. A wanted key that a caller has revoked stays revoked: `onRevoked` is called. Of several
 * processes that start at once, one makes the key.
 */
export const bootstrap = async (
  ledger: Ledger,
  wanted: string | undefined,
  fresh: string | undefined,
  onRevoked: () => void,
): Promise<Bootstrapped> => {
  const registered = await registerPartner(ledger);
  const secret = wanted ?? fresh;
  if (secret === undefined) return { administratorKey: undefined, position: registered };
  const { number, last, position } = await lastKey(ledger);
  if (wanted !== undefined && (await isRevokedByCaller(ledger, hashOf(wanted), number))) {
    onRevoked();
    return { administratorKey: undefined, position };
  }
  if (last.keyId !== null) {
    const isCurrent = last.hash === hashOf(secret);
    if (wanted === undefined) return { administratorKey: isCurrent ? secret : undefined, position };
    if (isCurrent && !last.revoked) return { administratorKey: undefined, position };
    await revoke(ledger, last);
  }
  const made = await makeKey(ledger, idOf(number + 1), secret);
  // Another process was faster, and made its own key.
  if (made === undefined) return bootstrap(ledger, wanted, fresh, onRevoked);
  return { administratorKey: wanted === undefined ? secret : undefined, position: made };
};

/** Revokes the key that another one replaces. */
const revoke = async (ledger: Ledger, { keyId, revoked }: Exclude<Key, { keyId: null }>): Promise<void> => {
  if (revoked) return;
  await record(ledger, 'revoke', { decider: key, id: keyId, commandFor: (meta) => new RevokeKey({ keyId }, meta) });
};

/** Returns the position at which a read model knows the partner. */
const registerPartner = async (ledger: Ledger): Promise<Position> => {
  const { state, position } = await ledger.handler.load(partner, PARTNER);
  if (state.partnerId !== null) return position;
  return record(ledger, 'register', {
    decider: partner,
    id: PARTNER,
    commandFor: (meta) => new RegisterPartner({ partnerId: PARTNER, name: 'Default', ...facts }, meta),
  });
};

/** Undefined if another key has this id. */
const makeKey = async (ledger: Ledger, keyId: string, secret: string): Promise<Position | undefined> => {
  const data = { keyId, partnerId: PARTNER, name: 'bootstrap', role: 'global-admin', hash: hashOf(secret) } as const;
  const command = new CreateKey({ ...data, operator: true }, metaFor(ledger, 'create', key.category, keyId));
  const made = await ledger.handler.handle(key, keyId, command);
  if (!isRefusal(made)) return made.position;
  if (made.refused === 'IDEMPOTENCY_KEY_REUSED') return undefined;
  throw cannotSetUp(made);
};

/** Bootstrap keys are numbered from 1, so that the last one is found without a read model. */
const idOf = (number: number): string => deterministicId('bootstrap-key', String(number));

type LastKey = { readonly number: number; readonly last: Key; readonly position: Position };

const lastKey = async (ledger: Ledger): Promise<LastKey> => {
  let found: LastKey = { number: 0, last: { keyId: null }, position: START };
  for (;;) {
    const number = found.number + 1;
    const { state, position } = await ledger.handler.load(key, idOf(number));
    if (state.keyId === null) return found;
    found = { number, last: state, position };
  }
};

/**
 * Whether a caller revoked an operator's key with this hash. A start that replaces one key by another revokes, too, and a
 * later start may configure the first key again.
 */
const isRevokedByCaller = async (ledger: Ledger, hash: string, count: number): Promise<boolean> => {
  for (let number = 1; number <= count; number += 1) {
    const id = idOf(number);
    const { state } = await ledger.handler.load(key, id);
    if (state.keyId === null || state.hash !== hash || !state.revoked) continue;
    const events = await ledger.store.read(`${key.category}-${id}`);
    if (events.some(({ type, meta }) => type === 'KeyRevoked' && meta.actor.role !== 'system')) return true;
  }
  return false;
};

type RecordStep<C extends Command, E extends Event, S> = {
  readonly decider: Decider<C, E, S>;
  readonly id: string;
  readonly commandFor: (meta: PartnerMeta) => C;
};

const record = async <C extends Command, E extends Event, S>(
  ledger: Ledger,
  what: string,
  { decider, id, commandFor }: RecordStep<C, E, S>,
): Promise<Position> => {
  const outcome = await ledger.handler.handle(decider, id, commandFor(metaFor(ledger, what, decider.category, id)));
  if (isRefusal(outcome)) throw cannotSetUp(outcome);
  return outcome.position;
};

const cannotSetUp = ({ because }: Pick<Refusal, 'because'>): Error =>
  new Error(`the ledger cannot set itself up: ${because}`);
