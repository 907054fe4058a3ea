import { Injectable } from '@nestjs/common';
import { ACCESS_TOKENS, type AccessClaims } from '@turnpike/contracts';
import { Authenticator, type Caller, isUuid, LedgerQueries, type Standing } from '@turnpike/engine';
import {
  ClockWatch,
  invalidToken,
  keysOf,
  type KeySource,
  type TokenRules,
  VerifiedTokens,
  verifyToken,
} from '@turnpike/service';
import { ShopConfig } from '../config.js';
import { Revocations } from './revocations.js';

const CLAIMS = ['sub', 'sid', 'roles'];

/** Verifies users' access tokens offline, by identity's public keys; what has ended since is known by other ways. */
@Injectable()
export class AccessTokens extends Authenticator {
  private readonly keys: KeySource;
  private readonly rules: TokenRules;
  private readonly verified = new VerifiedTokens((token) => this.claimsOf(token));

  constructor(
    private readonly revocations: Revocations,
    private readonly queries: LedgerQueries,
    config: ShopConfig,
  ) {
    super();
    const { clockToleranceMs } = config;
    // An access token may be as old as it likes: one that has expired says nothing of identity's clock.
    this.rules = { ...ACCESS_TOKENS, claims: CLAIMS, clockToleranceMs, clock: new ClockWatch('identity') };
    const { tokenVerifyKeys: pinned, trustedCa: ca } = config;
    const url = `${config.services.identity}/.well-known/jwks.json`;
    this.keys = keysOf({ name: 'identity', url, pinned, ca });
  }

  /**
   * A user who is being deleted reads the own data to the end, and has no roles any more.
   * @throws Problem 401 unless the token is valid, its session goes on, and its user is neither deleted nor suspended
   */
  async verify(token: string): Promise<Caller> {
    const claims = await this.verified.claimsOf(token);
    if (this.revocations.has(claims.sid)) throw noLongerValid();
    const standing = await this.queries.standing(claims.sub);
    if (!standing || !isAcceptedBy(standing, claims)) throw noLongerValid();
    const { sub: userId, sid: sessionId, auth_time: begun } = claims;
    const sessionEpoch = epochOf(claims);
    const authenticatedAt = typeof begun === 'number' ? new Date(begun * 1000) : null;
    return {
      ...{ userId, sessionId, sessionEpoch, authenticatedAt },
      roles: standing.admission === 'open' ? claims.roles : [],
      rolesAreKnown: this.revocations.areKnown,
    };
  }

  get acceptsWrites(): boolean {
    return this.revocations.allowWrites;
  }

  private async claimsOf(token: string): Promise<AccessClaims> {
    const claims = await verifyToken<AccessClaims>(token, this.keys.find, this.rules);
    if (!isUuid(claims.sub) || typeof claims.sid !== 'string' || !Array.isArray(claims.roles))
      throw invalidToken();
    return claims;
  }
}

/**
 * A deletion ends a user's tokens for ever, a restore revives none; and what ends access voids those of the sessions that
 * began before, but for one that it spares. The lane knows at once.
 */
function isAcceptedBy(standing: Standing, claims: AccessClaims): boolean {
  const { iat, sid } = claims;
  const { admission, sessionsValidFrom, suspendedAt, accessEpoch, accessSpared } = standing;
  if (admission === 'deleted' || admission === 'closed' || suspendedAt) return false;
  if (epochOf(claims) < accessEpoch && sid !== accessSpared) return false;
  // The instant of the deletion is known to the millisecond: what was minted within it counts as before.
  return !sessionsValidFrom || iat * 1000 >= sessionsValidFrom.getTime() + 1;
}

/** Tokens of the version before say no epoch. */
function epochOf({ epoch }: AccessClaims): number {
  return typeof epoch === 'number' ? epoch : 0;
}

function noLongerValid(): Error {
  return invalidToken('The session has ended.');
}
