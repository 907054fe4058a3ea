import type { Secret } from './environment.js';
/*
 * The secrets of a Turnpike that nobody configured: known to everybody who can read this file, so that several
 * processes fit together on a developer's machine without a word. Production refuses them by value.
 */
function weaknessOfKey(jwk: unknown): string | null {
  const { kty, crv, d } = (jwk ?? {}) as Record<string, unknown>;
  const fits = kty === 'OKP' && crv === 'Ed25519' && typeof d === 'string' && d.length === 43;
  return fits ? null : 'must be an Ed25519 private key as JWK';
}
function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
/** The gateway's private key, with which it signs its calls of the services. */
export const SERVICE_SIGNING_KEY: Secret = {
  name: 'SERVICE_SIGNING_KEY',
  sample:
    '{"kid":"sample-service","alg":"EdDSA","use":"sig","crv":"Ed25519","d":"Dfd73mkd7aNWcNJk7WTDYzeLPkXMQpndix8HUgAmfjg","x":"BurrxdxoViU5oZ135lSulJ07k86hW-69e7pKGecK0Bs","kty":"OKP"}',
  weakness: (value) => weaknessOfKey(parse(value)),
};
/** Identity's private keys, with which it signs users' access tokens: the first signs, all verify. */
export const TOKEN_SIGNING_KEYS: Secret = {
  name: 'TOKEN_SIGNING_KEYS',
  sample:
    '{"keys":[{"kid":"sample-token","alg":"EdDSA","use":"sig","crv":"Ed25519","d":"BRrOzlkadGxBQFhYoqIiXnt5Y0N45x_QpDZ6UDfWZXs","x":"eNoor8HSTROz36_A98kQFSaBL25I2aszRMCcUIifa-I","kty":"OKP"}]}',
  weakness: (value) => {
    const { keys } = (parse(value) ?? {}) as { keys?: unknown };
    if (!Array.isArray(keys) || keys.length === 0) return 'must be a JWKS with at least one key';
    return keys.map(weaknessOfKey).find((weakness) => weakness !== null) ?? null;
  },
};
/** 32 bytes: what the gateway derives its keys for data in the ledger from. */
export const DATA_KEY: Secret = {
  name: 'DATA_KEY',
  sample: 't843mFEyE1Cx5lMRWr/+lVVe5MYthln9R6JmVRwmEmQ=',
  weakness: (value) => (Buffer.from(value, 'base64').length === 32 ? null : 'must be 32 bytes in base64'),
};
