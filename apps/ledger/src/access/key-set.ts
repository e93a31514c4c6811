import { createRemoteJWKSet, customFetch, errors, type JWTVerifyGetKey } from 'jose';

/** How long one look at the key set may take. */
const TIMEOUT_MS = 3_000;
/** How long keys are taken for current. */
const MOST_AGE_MS = 600_000;
/** How long after a look another key that nobody knows is no reason for a new one: anybody can make up such keys. */
const COOLDOWN_MS = 30_000;
/** How long after a look in vain the next one is made. */
const RETRY_MS = 5_000;

/** The issuer's keys cannot be had just now: nothing can be said of a token. */
export class KeySetOutOfReach extends Error {
  override readonly name = 'KeySetOutOfReach';
  /** Seconds until it is worth asking again. */
  readonly retryAfter = RETRY_MS / 1_000;
}

/** What is wrong with the token and not with the key set. */
const aboutToken = [errors.JWKSNoMatchingKey, errors.JWKSMultipleMatchingKeys, errors.JOSENotSupported];

/**
 * The keys of an issuer, looked at when first needed, when they are old, and when a token names one that is not among them.
 * Rejects with `KeySetOutOfReach`, or with an error of `jose` that tells what is wrong with the token.
 */
export const remoteKeySet = (url: URL): JWTVerifyGetKey => {
  let notBefore = 0;
  const keys = createRemoteJWKSet(url, {
    timeoutDuration: TIMEOUT_MS,
    cacheMaxAge: MOST_AGE_MS,
    cooldownDuration: COOLDOWN_MS,
    // Not every request has to wait for an issuer that does not answer.
    [customFetch]: (address, options) =>
      Date.now() < notBefore ? Promise.reject(new Error('it was out of reach just now')) : fetch(address, options),
  });
  return async (header, token) => {
    try {
      return await keys(header, token);
    } catch (error) {
      if (aboutToken.some((known) => error instanceof known)) throw error;
      if (Date.now() >= notBefore) notBefore = Date.now() + RETRY_MS;
      throw new KeySetOutOfReach(`the key set ${url.href} is out of reach`, { cause: error });
    }
  };
};
