import { createHash, randomBytes } from 'node:crypto';
import { ACCESS_TOKENS, type AccessClaims } from '@turnpike/contracts';
import { publicJwk } from '@turnpike/service';
import {
  calculateJwkThumbprint,
  type CryptoKey,
  importJWK,
  type JSONWebKeySet,
  type JWK,
  SignJWT,
} from 'jose';

/** Signs users' access tokens and publishes what they are verified with. */
export class AccessTokens {
  private constructor(
    private readonly keyId: string | undefined,
    private readonly signingKey: CryptoKey | Uint8Array,
    /** The public halves of all keys, those too that sign no more but whose tokens still live. */
    readonly jwks: JSONWebKeySet,
  ) {}

  /** @param keys a JWKS of Ed25519 private keys as JSON text; the first signs, all verify */
  static async signedWith(keys: string): Promise<AccessTokens> {
    const { keys: given } = JSON.parse(keys) as JSONWebKeySet;
    const named = await Promise.all(given.map(withKeyId));
    const first = named[0]!;
    const signingKey = await importJWK(first, ACCESS_TOKENS.algorithm);
    return new AccessTokens(first.kid, signingKey, { keys: await Promise.all(named.map(publicJwk)) });
  }

  sign({ sub, sid, roles, auth_time, epoch, iat, exp }: AccessClaims): Promise<string> {
    const { algorithm, type, issuer, audience } = ACCESS_TOKENS;
    return new SignJWT({ sid, roles, auth_time, epoch })
      .setProtectedHeader({ alg: algorithm, typ: type, kid: this.keyId })
      .setIssuer(issuer)
      .setAudience(audience)
      .setSubject(sub)
      .setIssuedAt(iat)
      .setExpirationTime(exp)
      .sign(this.signingKey);
  }
}

/** Without ids a verifier could not tell an old key from a new one. */
async function withKeyId(key: JWK): Promise<JWK> {
  return { ...key, kid: key.kid ?? (await calculateJwkThumbprint(key)) };
}

/** @returns an unguessable token. */
export function newRefreshToken(): string {
  return randomBytes(32).toString('base64url');
}

/** @returns what is stored of a refresh token; being random, it needs neither salt nor a slow hash. */
export function refreshTokenHash(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
