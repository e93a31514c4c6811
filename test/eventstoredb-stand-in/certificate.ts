import { createPublicKey, generateKeyPairSync, randomBytes, sign, type KeyObject } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';

/** A private key and the certificate for it, as PEM. */
export type Identity = { readonly key: Buffer; readonly certificate: Buffer };

const YEAR = 365 * 24 * 3_600_000;

/** A DER element of ASN.1. */
const der = (tag: number, ...content: readonly Buffer[]): Buffer => {
  const body = Buffer.concat(content);
  const size = [body.length >> 8, body.length & 0xff].slice(body.length < 0x100 ? 1 : 0);
  return Buffer.concat([Buffer.from([tag, ...(body.length < 0x80 ? [] : [0x80 + size.length]), ...size]), body]);
};
const sequence = (...content: readonly Buffer[]) => der(0x30, ...content);
const set = (...content: readonly Buffer[]) => der(0x31, ...content);
const octets = (content: Buffer) => der(0x04, content);
const text = (content: string) => der(0x0c, Buffer.from(content));
const integer = (content: Buffer) => der(0x02, content);
/** YYMMDDhhmmssZ. */
const time = (at: number) =>
  der(0x17, Buffer.from(`${new Date(at).toISOString().replaceAll(/[-:T]/g, '').slice(2, 14)}Z`));
const identifier = (bytes: string) => der(0x06, Buffer.from(bytes, 'hex'));

const ECDSA_WITH_SHA256 = sequence(identifier('2a8648ce3d040302'));
const COMMON_NAME = identifier('550403');
const ALTERNATIVE_NAMES = identifier('551d11');

/** A self-signed certificate for the names under which this machine knows itself. */
const selfSigned = (key: KeyObject, now: number): Buffer => {
  const name = sequence(set(sequence(COMMON_NAME, text('localhost'))));
  const names = sequence(der(0x82, Buffer.from('localhost')), der(0x87, Buffer.from([127, 0, 0, 1])));
  const version = der(0xa0, integer(Buffer.from([2])));
  const serial = integer(Buffer.concat([Buffer.from([1]), randomBytes(8)]));
  const validity = sequence(time(now - YEAR), time(now + YEAR));
  const publicKey = createPublicKey(key).export({ type: 'spki', format: 'der' });
  const extensions = der(0xa3, sequence(sequence(ALTERNATIVE_NAMES, octets(names))));
  const body = sequence(version, serial, ECDSA_WITH_SHA256, name, validity, name, publicKey, extensions);
  const signature = der(0x03, Buffer.from([0]), sign('sha256', body, key));
  return sequence(body, ECDSA_WITH_SHA256, signature);
};

const pem = (certificate: Buffer): string =>
  [
    '-----BEGIN CERTIFICATE-----',
    ...(certificate.toString('base64').match(/.{1,64}/g) ?? []),
    '-----END CERTIFICATE-----',
    '',
  ].join('\n');

/** The identity whose certificate and key are kept in files; created now if the file is missing. */
export const identityAt = (path: string): Identity => {
  const [key, certificate] = [`${path}.key`, path];
  if (!existsSync(certificate)) {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    writeFileSync(key, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 });
    writeFileSync(certificate, pem(selfSigned(privateKey, Date.now())));
  }
  return { key: readFileSync(key), certificate: readFileSync(certificate) };
};
