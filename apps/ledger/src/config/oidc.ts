import { ConfigurationError } from './configuration-error.ts';

/** Whose bearer tokens are accepted beside keys (http-api.md §1), and which of their claims name role and partner. */
export type Oidc = {
  /** Equals the claim `iss` exactly. */
  readonly issuer: string;
  readonly audience: string;
  readonly keySetUrl: URL;
  readonly roleClaim: string;
  readonly partnerClaim: string;
};

const ISSUER = 'SUBLEDGER_OIDC_ISSUER';
const AUDIENCE = 'SUBLEDGER_OIDC_AUDIENCE';
const KEY_SET = 'SUBLEDGER_OIDC_JWKS_URL';
const ROLE_CLAIM = 'SUBLEDGER_OIDC_ROLE_CLAIM';
const PARTNER_CLAIM = 'SUBLEDGER_OIDC_PARTNER_CLAIM';

/**
 * Reads the OIDC variables; undefined if none is set. Throws a `ConfigurationError` for an invalid one, and if one is
 * set without the three that it needs: half a configuration would admit no caller, or the wrong ones.
 */
export const readOidc = (value: (name: string) => string | undefined): { readonly oidc?: Oidc } => {
  const set = [ISSUER, AUDIENCE, KEY_SET, ROLE_CLAIM, PARTNER_CLAIM].find((name) => value(name) !== undefined);
  if (set === undefined) return {};
  const missing = [ISSUER, AUDIENCE, KEY_SET].filter((name) => value(name) === undefined);
  if (missing.length > 0) throw new ConfigurationError(set, `also needs ${missing.join(' and ')} to be set`);
  const text = (name: string, otherwise = '') => printable(name, value(name) ?? otherwise);
  const issuer = text(ISSUER);
  webAddress(ISSUER, issuer);
  const [roleClaim, partnerClaim] = [text(ROLE_CLAIM, 'role'), text(PARTNER_CLAIM, 'partner')];
  return {
    oidc: { issuer, audience: text(AUDIENCE), keySetUrl: keySetUrl(text(KEY_SET)), roleClaim, partnerClaim },
  };
};

const printable = (name: string, text: string): string => {
  if (!/^[\x21-\x7e]{1,1024}$/.test(text))
    throw new ConfigurationError(name, 'must be 1 to 1024 printable characters without spaces');
  return text;
};

const webAddress = (name: string, text: string): URL => {
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol))
    throw new ConfigurationError(name, `must be an address that begins with https://, not ${JSON.stringify(text)}`);
  return url;
};

/** The content behind this address decides which callers are admitted: plain HTTP only within this machine. */
const keySetUrl = (text: string): URL => {
  const url = webAddress(KEY_SET, text);
  if (url.protocol === 'http:' && !/^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(url.hostname))
    throw new ConfigurationError(KEY_SET, 'must begin with https:// unless it names this machine');
  return url;
};
