import { hash as digest, randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { type Caller, Ledger } from '#ledger';
import { ProblemError } from '../http/problem.ts';

/** A new API key: 256 random bits. */
export const generateKey = (): string => `slk_${randomBytes(32).toString('base64url')}`;

/** What is recorded of a key: its SHA-256, in hex. */
export const hashOf = (key: string): string => digest('sha256', key, 'hex');

/** Looks up the holder of a key by its digest, so that the time of a look-up reveals nothing about any key. */
@Injectable()
export class Keys {
  readonly #ledger: Ledger;

  constructor(ledger: Ledger) {
    this.#ledger = ledger;
  }

  /** The holder of the key, or undefined if it is unknown or revoked. Throws a 503 while the keys are not loaded yet. */
  callerOf(key: string): Caller | undefined {
    const caller = this.#ledger.access.holderOf(hashOf(key));
    if (caller === undefined && !this.#ledger.access.isWhole)
      throw new ProblemError('EVENT_STORE_UNAVAILABLE', 'the keys are still being read from the log: try again');
    return caller;
  }
}
