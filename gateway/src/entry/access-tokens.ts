import { Injectable } from '@nestjs/common';
import { ACCESS_TOKENS, type AccessClaims } from '@turnpike/contracts';
import { isWithoutKeys, Problem, unavailable, VerifiedTokens } from '@turnpike/service';
import { createRemoteJWKSet, jwtVerify, type JWTVerifyGetKey } from 'jose';
import { GatewayConfig } from '../config.js';
import { LedgerQueries, type Standing } from '../ledger/queries.js';
import type { Caller } from './authorise.js';
import { Revocations } from './revocations.js';

/** Milliseconds between two fetches of identity's keys because of an unknown `kid`. */
const KEYS_COOLDOWN_MS = 60_000;

/** Verifies users' access tokens offline, by identity's public keys; what has ended since is known by other ways. */
@Injectable()
export class AccessTokens {
  private readonly keys: JWTVerifyGetKey;
  private readonly verified = new VerifiedTokens((token) => this.claimsOf(token));

  constructor(
    private readonly revocations: Revocations,
    private readonly queries: LedgerQueries,
    config: GatewayConfig,
  ) {
    this.keys = createRemoteJWKSet(new URL(`${config.services.identity}/.well-known/jwks.json`), {
      cooldownDuration: KEYS_COOLDOWN_MS,
      timeoutDuration: 2000,
    });
  }

  /** @throws Problem 401 unless the token is valid, its session goes on, and its user is not deleted */
  async verify(token: string): Promise<Caller> {
    const claims = await this.verified.claimsOf(token);
    if (this.revocations.has(claims.sid)) throw noLongerValid();
    const standing = await this.queries.standing(claims.sub);
    if (!standing || !isAcceptedBy(standing, claims)) throw noLongerValid();
    return { userId: claims.sub, sessionId: claims.sid, roles: claims.roles };
  }

  private async claimsOf(token: string): Promise<AccessClaims> {
    try {
      const { payload } = await jwtVerify<AccessClaims>(token, this.keys, {
        issuer: ACCESS_TOKENS.issuer,
        audience: ACCESS_TOKENS.audience,
        typ: ACCESS_TOKENS.type,
        algorithms: [ACCESS_TOKENS.algorithm],
        requiredClaims: ['sub', 'sid', 'iat', 'exp'],
        clockTolerance: 5,
      });
      return payload;
    } catch (error) {
      if (isWithoutKeys(error)) {
        throw unavailable('The keys of identity cannot be read.');
      }
      throw new Problem('unauthenticated', 'The access token is not valid or has expired.');
    }
  }
}

/** A deletion ends a user's tokens for ever, a restore revives none; the lane knows at once. */
function isAcceptedBy({ admission, sessionsValidFrom }: Standing, { iat }: AccessClaims): boolean {
  if (admission === 'deleted' || admission === 'closed') return false;
  // The instant of the deletion is known to the millisecond: what was minted within it counts as before.
  return !sessionsValidFrom || iat * 1000 >= sessionsValidFrom.getTime() + 1;
}

function noLongerValid(): Problem {
  return new Problem('unauthenticated', 'The session has ended.');
}
