import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { SERVICE_TOKENS, type ServiceName } from '@turnpike/contracts';
import type { FastifyRequest } from 'fastify';
import {
  createRemoteJWKSet,
  errors,
  exportJWK,
  importJWK,
  type JSONWebKeySet,
  type JWK,
  jwtVerify,
  type JWTVerifyGetKey,
  SignJWT,
} from 'jose';
import { Problem, unavailable } from './problem.js';
import { VerifiedTokens } from './verified-tokens.js';

/** Milliseconds for which a signed token is used again; it is valid for 60 s, so no call carries an old one. */
const REUSE_MS = 30_000;

/** @returns the public half of a private JWK. */
export async function publicJwk(key: JWK): Promise<JWK> {
  const { kty, crv, x } = await exportJWK(
    await importJWK(key, SERVICE_TOKENS.algorithm, { extractable: true }),
  );
  return { kty, crv, x, kid: key.kid, alg: SERVICE_TOKENS.algorithm, use: 'sig' };
}

/** The gateway's side: signs tokens that one service accepts for at most 60 s. */
export class ServiceTokenSigner {
  private readonly key: JWK;
  private readonly signed = new Map<ServiceName, { token: Promise<string>; at: number }>();

  /** @param signingKey an Ed25519 private key, JWK as JSON text */
  constructor(signingKey: string) {
    this.key = JSON.parse(signingKey) as JWK;
  }

  /** @returns a bearer token for that service. */
  tokenFor(audience: ServiceName): Promise<string> {
    const now = Date.now();
    const last = this.signed.get(audience);
    if (last && now - last.at < REUSE_MS) return last.token;
    const token = this.sign(audience);
    this.signed.set(audience, { token, at: now });
    return token;
  }

  /** What the services verify with, served at `/.well-known/service-jwks.json`. */
  async jwks(): Promise<JSONWebKeySet> {
    return { keys: [await publicJwk(this.key)] };
  }

  private async sign(audience: ServiceName): Promise<string> {
    return new SignJWT()
      .setProtectedHeader({ alg: SERVICE_TOKENS.algorithm, typ: SERVICE_TOKENS.type, kid: this.key.kid })
      .setIssuer(SERVICE_TOKENS.issuer)
      .setAudience(audience)
      .setIssuedAt()
      .setExpirationTime(`${SERVICE_TOKENS.lifetime}s`)
      .sign(await importJWK(this.key, SERVICE_TOKENS.algorithm));
  }
}

/** @returns whether a token could not be verified because the keys could not be had: the token may be good */
export function isWithoutKeys(error: unknown): boolean {
  // jose throws its base class for an answer that is not 200 or not JSON.
  return (
    !(error instanceof errors.JOSEError) ||
    [errors.JWKSTimeout.code, errors.JOSEError.code].includes(error.code)
  );
}

/** A service's side: accepts the gateway's tokens for this one service. */
export class ServiceTokenVerifier {
  private readonly keys: JWTVerifyGetKey;
  private readonly verified = new VerifiedTokens((token) => this.claimsOf(token));

  constructor(
    private readonly audience: ServiceName,
    gatewayUrl: string,
  ) {
    this.keys = createRemoteJWKSet(new URL('/.well-known/service-jwks.json', gatewayUrl), {
      timeoutDuration: 2000,
    });
  }

  /** @throws Problem 401 for anything but a valid token; 503 when the gateway's keys cannot be had. */
  async verify(token: string): Promise<void> {
    await this.verified.claimsOf(token);
  }

  private async claimsOf(token: string): Promise<{ exp: number }> {
    try {
      const { payload } = await jwtVerify<{ exp: number }>(token, this.keys, {
        issuer: SERVICE_TOKENS.issuer,
        audience: this.audience,
        typ: SERVICE_TOKENS.type,
        algorithms: [SERVICE_TOKENS.algorithm],
        maxTokenAge: SERVICE_TOKENS.lifetime,
        // Two machines' clocks may differ that much.
        clockTolerance: 5,
        requiredClaims: ['iat', 'exp'],
      });
      return payload;
    } catch (error) {
      if (isWithoutKeys(error)) {
        throw unavailable('The keys of the gateway cannot be read.');
      }
      throw new Problem('unauthenticated', 'The service token is not valid.');
    }
  }
}

/** Lets the gateway's calls in and nobody else's. */
@Injectable()
export class ServiceTokenGuard implements CanActivate {
  constructor(private readonly verifier: ServiceTokenVerifier) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const { headers } = context.switchToHttp().getRequest<FastifyRequest>();
    const token = bearerToken(headers.authorization);
    if (!token) throw new Problem('unauthenticated', 'A service token is needed.');
    await this.verifier.verify(token);
    return true;
  }
}

/** @returns the token in an `Authorization: Bearer` header, or null. */
export function bearerToken(authorization: string | undefined): string | null {
  return /^Bearer ([\w~+/.-]+=*)$/i.exec(authorization ?? '')?.[1] ?? null;
}
