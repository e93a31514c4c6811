import { hash as digest, randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { findKeyByHash } from '#projections/access';
import { type Caller, Ledger, readModels } from '#ledger';

/** How long a key that was looked up is taken for valid: another process may have revoked it. */
const TTL_MS = 1_000;
/** How many keys are kept at hand. */
const MOST = 10_000;

/** A new API key: 256 random bits. */
export const generateKey = (): string => `slk_${randomBytes(32).toString('base64url')}`;

/** What is recorded of a key: SHA-256, in hex. */
export const hashOf = (key: string): string => digest('sha256', key, 'hex');

type Known = { readonly caller: Caller; readonly until: number };

/**
 * Looks up whose a key is: by its digest, so that the time a look-up takes tells nothing of any key. What it found is kept
 * for a second, so that not every request asks the read store.
 */
@Injectable()
export class Keys {
  readonly #ledger: Ledger;
  readonly #known = new Map<string, Known>();

  constructor(ledger: Ledger) {
    this.#ledger = ledger;
  }

  /** Whose key it is, or undefined for one that opens nothing. At once where it is known, else by a look-up. */
  callerOf(key: string): Caller | undefined | Promise<Caller | undefined> {
    const hash = hashOf(key);
    const known = this.#known.get(hash);
    return known !== undefined && known.until > performance.now() ? known.caller : this.#lookUp(hash);
  }

  /** Forgets a key that was revoked just now. */
  forget(keyId: string): void {
    for (const [hash, known] of this.#known) if (known.caller.actor.id === keyId) this.#known.delete(hash);
  }

  async #lookUp(hash: string): Promise<Caller | undefined> {
    this.#known.delete(hash);
    const found = await findKeyByHash(readModels(this.#ledger), hash);
    if (found === undefined || found.revoked) return undefined;
    const { keyId, role, partnerId, operator, partner } = found;
    const caller: Caller = { actor: { id: keyId, role, partnerId }, partner, operator };
    if (this.#known.size >= MOST) this.#known.clear();
    this.#known.set(hash, { caller, until: performance.now() + TTL_MS });
    return caller;
  }
}
