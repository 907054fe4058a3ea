import { createPublicKey } from 'node:crypto';
import type { Secret } from '../process/environment.js';
import { isRandomKey } from '../process/strength.js';

/*
 * The secrets of a Turnpike that nobody configured: known to everybody who can read this file, so that several
 * processes fit together on a developer's machine without a word. Production refuses them, in whatever form.
 */

interface Jwk {
  kty?: unknown;
  crv?: unknown;
  d?: unknown;
  x?: unknown;
}

function weaknessOfKey(jwk: unknown): string | null {
  const { kty, crv, d, x } = (jwk ?? {}) as Jwk;
  const fits = kty === 'OKP' && crv === 'Ed25519' && typeof d === 'string' && d.length === 43;
  if (!fits) return 'must be an Ed25519 private key as JWK';
  if (!isRandomKey(Buffer.from(d, 'base64url'))) return 'must be a key that was drawn at random';
  return x === publicPartOf(d) ? null : 'must be a pair: its public part is not that of its private part';
}

/** RFC 8410: what stands before the 32 bytes of an Ed25519 private key in PKCS #8. */
const PKCS8_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex');

function publicPartOf(d: string): unknown {
  const key = Buffer.concat([PKCS8_PREFIX, Buffer.from(d, 'base64url')]);
  const pem = `-----BEGIN PRIVATE KEY-----\n${key.toString('base64')}\n-----END PRIVATE KEY-----`;
  return createPublicKey(pem).export({ format: 'jwk' }).x;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function keysIn(value: string): unknown[] {
  const { keys } = (parse(value) ?? {}) as { keys?: unknown };
  return Array.isArray(keys) ? keys : [];
}

function privatePartOf(jwk: unknown): string {
  return String(((jwk ?? {}) as Jwk).d);
}

/** The gateway's private key, with which it signs its calls of the services. */
export const SERVICE_SIGNING_KEY: Secret = {
  name: 'SERVICE_SIGNING_KEY',
  sample:
    '{"kid":"sample-service","alg":"EdDSA","use":"sig","crv":"Ed25519","d":"Dfd73mkd7aNWcNJk7WTDYzeLPkXMQpndix8HUgAmfjg","x":"BurrxdxoViU5oZ135lSulJ07k86hW-69e7pKGecK0Bs","kty":"OKP"}',
  weakness: (value) => weaknessOfKey(parse(value)),
  partsOf: (value) => [privatePartOf(parse(value))],
};

/** Identity's private keys, with which it signs users' access tokens: the first signs, all verify. */
export const TOKEN_SIGNING_KEYS: Secret = {
  name: 'TOKEN_SIGNING_KEYS',
  sample:
    '{"keys":[{"kid":"sample-token","alg":"EdDSA","use":"sig","crv":"Ed25519","d":"BRrOzlkadGxBQFhYoqIiXnt5Y0N45x_QpDZ6UDfWZXs","x":"eNoor8HSTROz36_A98kQFSaBL25I2aszRMCcUIifa-I","kty":"OKP"}]}',
  weakness: (value) => {
    const keys = keysIn(value);
    if (keys.length === 0) return 'must be a JWKS with at least one key';
    return keys.map(weaknessOfKey).find((weakness) => weakness !== null) ?? null;
  },
  partsOf: (value) => keysIn(value).map(privatePartOf),
};

/** 32 bytes: what the gateway encrypts the root key of its ledger with. */
export const DATA_KEY: Secret = {
  name: 'DATA_KEY',
  sample: 't843mFEyE1Cx5lMRWr/+lVVe5MYthln9R6JmVRwmEmQ=',
  weakness: (value) => {
    if (!/^[A-Za-z0-9+/]{43}=$/.test(value)) return 'must be 32 bytes in base64';
    return isRandomKey(Buffer.from(value, 'base64')) ? null : 'must be bytes that were drawn at random';
  },
  partsOf: (value) => [value],
};
