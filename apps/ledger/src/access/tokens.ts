import { Inject, Injectable } from '@nestjs/common';
import { errors, jwtVerify, type JWTPayload, type JWTVerifyGetKey } from 'jose';
import { keyRoles, partner } from '#access';
import { ProblemError } from '../http/problem.ts';
import { type Caller, Ledger } from '#ledger';
import { SETTINGS, type Settings } from '../config/options.ts';
import { KeySetOutOfReach, remoteKeySet } from './key-set.ts';
import type { Oidc } from '../config/oidc.ts';
import type { Role } from '#policy';

/** How far the issuer's clock and ours may be apart. */
const TOLERANCE_SECONDS = 5;

/** Only signatures: with a shared secret, whoever knows the public key could sign. */
const algorithms = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'Ed25519',
];

/** Tells who sends a bearer token of the configured issuer (http-api.md §1). A token is never the operator's. */
@Injectable()
export class Tokens {
  readonly #oidc: Oidc | undefined;
  readonly #keys: JWTVerifyGetKey | undefined;
  readonly #ledger: Ledger;
  readonly #logger: Settings['logger'];

  constructor(@Inject(SETTINGS) { oidc, logger }: Pick<Settings, 'oidc' | 'logger'>, ledger: Ledger) {
    this.#oidc = oidc;
    this.#keys = oidc && remoteKeySet(oidc.keySetUrl);
    this.#ledger = ledger;
    this.#logger = logger;
  }

  /** Whether this is a token and no key: it has the form of one, and tokens are accepted. */
  accept(bearer: string): boolean {
    return this.#oidc !== undefined && /^eyJ[\w-]*\.[\w-]*\.[\w-]*$/.test(bearer);
  }

  /**
   * Who sends the token. Throws `UNAUTHENTICATED` for one that is not good, or whose partner is not registered, and
   * `FORBIDDEN_ROLE` for a good one that names no role, or more than one.
   */
  async callerOf(token: string): Promise<Caller> {
    if (this.#oidc === undefined || this.#keys === undefined) throw unauthenticated('no tokens are accepted here');
    const { issuer, roleClaim, partnerClaim } = this.#oidc;
    const claims = await this.#verified(token, this.#oidc, this.#keys);
    const id = actorId(issuer, claims.sub);
    const { partnerId, ...facts } = await this.#partner(claims[partnerClaim], partnerClaim);
    const role = roleOf(claims[roleClaim], roleClaim);
    return { actor: { id, role, partnerId }, partner: facts, operator: false };
  }

  /** What the token says, once it is known to be the issuer's, for us, and in force by the machine's clock. */
  async #verified(token: string, { issuer, audience }: Oidc, keys: JWTVerifyGetKey): Promise<JWTPayload> {
    const rules = { issuer, audience, algorithms, clockTolerance: TOLERANCE_SECONDS, requiredClaims: ['exp', 'sub'] };
    try {
      return (await jwtVerify(token, keys, rules)).payload;
    } catch (error) {
      if (!(error instanceof KeySetOutOfReach))
        throw unauthenticated(`this token is not accepted: ${problemOf(error)}`);
      this.#logger.warn({ context: Tokens.name, err: error }, 'a token could not be checked');
      throw unauthenticated('tokens cannot be checked just now: the keys of their issuer are out of reach', error);
    }
  }

  /** Read off the log: a partner that was registered just now may come at once. */
  async #partner(partnerId: unknown, claim: string) {
    if (typeof partnerId === 'string' && /^[a-z0-9-]{1,64}$/.test(partnerId)) {
      const { state } = await this.#ledger.handling.load(partner, partnerId);
      if (state.partnerId !== null) {
        const { model, cloud, newCommercePreview } = state;
        return { partnerId, model, cloud, newCommercePreview };
      }
    }
    throw unauthenticated(`this token is not accepted: its claim ${claim} names no partner of this ledger`);
  }
}

const unauthenticated = (detail: string, more: { readonly retryAfter?: number } = {}): ProblemError =>
  new ProblemError('UNAUTHENTICATED', detail, more.retryAfter === undefined ? {} : { retryAfter: more.retryAfter });

/** Only what a holder of the issuer's own tokens learns anyway. */
const problemOf = (error: unknown): string => {
  if (error instanceof errors.JWTExpired) return 'it has expired';
  if (error instanceof errors.JWTClaimValidationFailed)
    return `its claim ${error.claim} is missing, or not as it must be`;
  if (error instanceof errors.JWKSNoMatchingKey) return 'no key of its issuer fits it';
  if (error instanceof errors.JOSEAlgNotAllowed || error instanceof errors.JOSENotSupported)
    return 'it is not signed in a way that is accepted';
  if (error instanceof errors.JOSEError) return 'it cannot be verified';
  throw error;
};

/** A subject means something only with its issuer: `login.example.com/alice`. It is what the log keeps of the person. */
const actorId = (issuer: string, subject: string | undefined): string => {
  if (subject === undefined || !/^[\x21-\x7e]{1,255}$/.test(subject))
    throw unauthenticated('this token is not accepted: its claim sub must be 1 to 255 printable characters');
  return `${new URL(issuer).host}/${subject}`;
};

/** A claim may hold a list, of roles of other programs, too; ours must be one, or nobody could say which one acted. */
const roleOf = (claim: unknown, name: string): Role => {
  const named = Array.isArray(claim) ? claim : [claim];
  const [role, ...more] = keyRoles.filter((known) => named.includes(known));
  if (role === undefined) throw new ProblemError('FORBIDDEN_ROLE', `the claim ${name} of this token names no role`);
  if (more.length > 0)
    throw new ProblemError(
      'FORBIDDEN_ROLE',
      `the claim ${name} of this token names ${more.length + 1} roles: send one`,
    );
  return role;
};
