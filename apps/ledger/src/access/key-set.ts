import { createRemoteJWKSet, customFetch, errors, type JWTVerifyGetKey } from 'jose';

/** How long a request for the key set may take. */
const TIMEOUT_MS = 3_000;
/** How long fetched keys count as current. */
const MOST_AGE_MS = 600_000;
/** How long after a fetch an unknown key id causes no new one: any client can make such ids up. */
const COOLDOWN_MS = 30_000;
/** How long after a failed fetch the next one is tried. */
const RETRY_MS = 5_000;

/** The issuer's keys cannot be fetched now, so tokens cannot be verified. */
export class KeySetOutOfReach extends Error {
  override readonly name = 'KeySetOutOfReach';
  /** Seconds until a retry is useful. */
  readonly retryAfter = RETRY_MS / 1_000;
}

/** Errors that are the token's fault, not the key set's. */
const aboutToken = [errors.JWKSNoMatchingKey, errors.JWKSMultipleMatchingKeys, errors.JOSENotSupported];

/**
 * The keys of an issuer. They are fetched at first use, when they are old, and when a token names an unknown key.
 * Rejects with `KeySetOutOfReach`, or with an error of `jose` that says what is wrong with the token.
 */
export const remoteKeySet = (url: URL): JWTVerifyGetKey => {
  let notBefore = 0;
  const keys = createRemoteJWKSet(url, {
    timeoutDuration: TIMEOUT_MS,
    cacheMaxAge: MOST_AGE_MS,
    cooldownDuration: COOLDOWN_MS,
    // Otherwise every request would wait for an issuer that does not respond.
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
