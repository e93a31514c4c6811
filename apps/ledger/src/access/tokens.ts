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

/** Only signatures: with a shared secret, anyone who knows the public key could sign. */
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

/** Identifies the sender of a bearer token of the configured issuer (http-api.md §1). A token never has operator rights. */
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

  /** Whether this is a token rather than a key: it has a token's form, and tokens are accepted. */
  accept(bearer: string): boolean {
    return this.#oidc !== undefined && /^eyJ[\w-]*\.[\w-]*\.[\w-]*$/.test(bearer);
  }

  /**
   * The sender of the token. Throws `UNAUTHENTICATED` for an invalid token or an unregistered partner, and
   * `FORBIDDEN_ROLE` for a valid token that names no role, or more than one.
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

  /** The token's claims, after its signature, issuer, audience and times (by the machine's clock) were verified. */
  async #verified(token: string, { issuer, audience }: Oidc, keys: JWTVerifyGetKey): Promise<JWTPayload> {
    const rules = { issuer, audience, algorithms, clockTolerance: TOLERANCE_SECONDS, requiredClaims: ['exp', 'sub'] };
    try {
      return (await jwtVerify(token, keys, rules)).payload;
    } catch (error) {
      if (!(error instanceof KeySetOutOfReach))
        throw unauthenticated(`this token is not accepted: ${problemOf(error)}`);
      this.#logger.warn({ context: Tokens.name, err: error }, 'a token could not be checked');
      throw unauthenticated('tokens cannot be verified now: the keys of their issuer are out of reach', error);
    }
  }

  /** Read from the log, so a partner that was registered a moment ago is known. */
  async #partner(partnerId: unknown, claim: string) {
    if (typeof partnerId === 'string' && /^[a-z0-9-]{1,64}$/.test(partnerId)) {
      const { state } = await this.#ledger.handler.load(partner, partnerId);
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

/** Says only what a holder of the issuer's own tokens learns anyway. */
const problemOf = (error: unknown): string => {
  if (error instanceof errors.JWTExpired) return 'it has expired';
  if (error instanceof errors.JWTClaimValidationFailed) return `its claim ${error.claim} is missing or invalid`;
  if (error instanceof errors.JWKSNoMatchingKey) return 'it matches no key of its issuer';
  if (error instanceof errors.JOSEAlgNotAllowed || error instanceof errors.JOSENotSupported)
    return 'its signature is invalid, or of a kind that is not accepted';
  if (error instanceof errors.JOSEError) return 'it cannot be verified';
  throw error;
};

/** A subject is unique only with its issuer: `login.example.com/alice`. This is what the log keeps of the person. */
const actorId = (issuer: string, subject: string | undefined): string => {
  if (subject === undefined || !/^[\x21-\x7e]{1,255}$/.test(subject))
    throw unauthenticated('this token is not accepted: its claim sub must be 1 to 255 printable characters');
  return `${new URL(issuer).host}/${subject}`;
};

/** A claim may list roles of other programs, too. Exactly one must be ours; otherwise the acting role would be ambiguous. */
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
