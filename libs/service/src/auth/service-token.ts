import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { SERVICE_TOKENS } from '@turnpike/protocol';
import type { FastifyRequest } from 'fastify';
import { exportJWK, importJWK, type JSONWebKeySet, type JWK, SignJWT } from 'jose';
import { bearerTokenOf, VerifiedTokens, verifyToken } from './bearer.js';
import { ClockWatch } from './clock.js';
import type { GatewayTrust } from './gateway-trust.js';
import { keysOf, type KeySource } from './pinned-keys.js';

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
  private readonly signed = new Map<string, { token: Promise<string>; at: number }>();

  /** @param signingKey an Ed25519 private key, JWK as JSON text */
  constructor(signingKey: string) {
    this.key = JSON.parse(signingKey) as JWK;
  }

  /** @returns a bearer token for that service. */
  tokenFor(audience: string): Promise<string> {
    const now = Date.now();
    const last = this.signed.get(audience);
    // Less than nothing after the clock was set back: a service would refuse what is dated in its future.
    const ageMs = last ? now - last.at : -1;
    if (last && ageMs >= 0 && ageMs < REUSE_MS) return last.token;
    const token = this.sign(audience);
    this.signed.set(audience, { token, at: now });
    return token;
  }

  /** What the services verify with, served at `/.well-known/service-jwks.json`. */
  async jwks(): Promise<JSONWebKeySet> {
    return { keys: [await publicJwk(this.key)] };
  }

  private async sign(audience: string): Promise<string> {
    const now = new Date();
    return new SignJWT()
      .setProtectedHeader({ alg: SERVICE_TOKENS.algorithm, typ: SERVICE_TOKENS.type, kid: this.key.kid })
      .setIssuer(SERVICE_TOKENS.issuer)
      .setAudience(audience)
      .setIssuedAt(now)
      .setExpirationTime(new Date(now.getTime() + SERVICE_TOKENS.lifetime * 1000))
      .sign(await importJWK(this.key, SERVICE_TOKENS.algorithm));
  }
}

/** @returns the keys that the gateway signs its calls with: those that are pinned, or those that it publishes */
export function gatewayKeys({
  gatewayUrl,
  serviceVerifyKeys,
  trustedCa,
}: Omit<GatewayTrust, 'clockToleranceMs'>): KeySource {
  const url = `${gatewayUrl}/.well-known/service-jwks.json`;
  return keysOf({ name: 'the gateway', url, pinned: serviceVerifyKeys, ca: trustedCa });
}

/** A service's side: accepts the gateway's tokens for this one service. */
export class ServiceTokenVerifier {
  private readonly verified = new VerifiedTokens((token) => this.claimsOf(token));
  private readonly clock = new ClockWatch('the gateway', REUSE_MS);

  constructor(
    private readonly audience: string,
    private readonly keys: KeySource,
    private readonly clockToleranceMs: number,
  ) {}

  /** @throws Problem 401 for anything but a valid token; 503 when the gateway's keys cannot be had. */
  async verify(token: string): Promise<void> {
    await this.verified.claimsOf(token);
  }

  private claimsOf(token: string): Promise<{ exp: number }> {
    const { audience, clockToleranceMs, clock } = this;
    return verifyToken(token, this.keys.find, {
      ...{ ...SERVICE_TOKENS, audience, claims: [], clockToleranceMs, clock },
    });
  }
}

/** Lets the gateway's calls in and nobody else's. */
@Injectable()
export class ServiceTokenGuard implements CanActivate {
  constructor(private readonly verifier: ServiceTokenVerifier) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    await this.verifier.verify(bearerTokenOf(request, 'A service token is needed.'));
    return true;
  }
}
