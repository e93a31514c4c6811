import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, SignJWT, type JWK } from 'jose';

type Pair = Awaited<ReturnType<typeof generateKeyPair>>;

/** An issuer of tokens, with its key set on this machine: one key at a time, named `key-<n>`. */
export class Issuer {
  static readonly address = 'https://login.example.com/';
  static readonly audience = 'subledger';
  readonly #server: Server;
  #number = 0;
  #pair!: Pair;
  #published: readonly JWK[] = [];
  /** How often its key set was fetched. */
  looks = 0;
  /** Whether its key set is unavailable. */
  away = false;

  private constructor() {
    this.#server = createServer((_, response) => {
      this.looks += 1;
      if (this.away) response.writeHead(503).end();
      else response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(this.keySet));
    });
  }

  static async start(): Promise<Issuer> {
    const issuer = new Issuer();
    await issuer.rotate();
    await new Promise<void>((listens) => issuer.#server.listen(0, '127.0.0.1', listens));
    return issuer;
  }

  get keySet() {
    return { keys: this.#published };
  }

  /** The variables that make a ledger accept its tokens. */
  get variables() {
    return {
      SUBLEDGER_OIDC_ISSUER: Issuer.address,
      SUBLEDGER_OIDC_AUDIENCE: Issuer.audience,
      SUBLEDGER_OIDC_JWKS_URL: `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/keys`,
    };
  }

  /** Signs with a new key from now on, and publishes only that one. */
  async rotate(): Promise<void> {
    this.#number += 1;
    this.#pair = await generateKeyPair('RS256');
    this.#published = [
      { ...(await exportJWK(this.#pair.publicKey)), kid: `key-${this.#number}`, alg: 'RS256', use: 'sig' },
    ];
  }

  /** A token that is valid for a minute; the given claims override the defaults, and an undefined one is left out. */
  token(claims: Readonly<Record<string, unknown>> = {}, header: { readonly kid?: string } = {}): Promise<string> {
    const now = Math.floor(Date.now() / 1_000);
    const good = { iss: Issuer.address, aud: Issuer.audience, sub: 'alice', iat: now, exp: now + 60 };
    return new SignJWT({ ...good, ...claims })
      .setProtectedHeader({ alg: 'RS256', kid: `key-${this.#number}`, ...header })
      .sign(this.#pair.privateKey);
  }

  stop(): Promise<void> {
    return new Promise((ended) => {
      this.#server.close(() => ended());
      this.#server.closeAllConnections();
    });
  }
}
