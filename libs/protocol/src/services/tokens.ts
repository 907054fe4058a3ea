/** What services demand of the gateway's tokens. */
export const SERVICE_TOKENS = {
  issuer: 'turnpike-gateway',
  type: 'service+jwt',
  algorithm: 'EdDSA',
  /** Seconds. */
  lifetime: 60,
} as const;

/** The public half of a signing key. */
export class PublicKey {
  kty: 'OKP';
  crv: 'Ed25519';
  x: string;
  kid: string;
  alg: 'EdDSA';
  use: 'sig';
}

/** What tokens are verified with (RFC 7517). */
export class KeySet {
  keys: PublicKey[];
}
