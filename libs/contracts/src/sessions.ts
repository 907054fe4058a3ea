import { Optional, type Role, SignIn } from '@turnpike/protocol';
import { IsInt, IsString, IsUUID, Max, MaxLength, Min, MinLength } from 'class-validator';

/** The most characters that are kept of what a session was begun with. */
export const MAX_CLIENT = 100;

/** `POST /internal/sessions`: a sign-in, and with what somebody signs in. */
export class BeginSession extends SignIn {
  @Optional()
  @IsString()
  @MaxLength(MAX_CLIENT)
  client?: string;
}

export class RefreshSession {
  @IsString()
  @MinLength(1)
  @MaxLength(200)
  refreshToken: string;
}

/** A session that goes on, as its user sees it in the list. */
export class SessionEntry {
  id: string;
  createdAt: string;
  /** When it was begun or last refreshed. */
  lastUsedAt: string;
  /** Whether it is the one that asks. */
  current: boolean;
  /** Browser and system that it was begun with, or the name of a program; empty where nothing is known. */
  client: string;
}

/** The user's sessions that go on, the one that was used last first. */
export class SessionEntries {
  items: SessionEntry[];
}

/** Identity's answer about the sessions of a user; which of them asks it does not know. */
export interface OpenSessions {
  items: Omit<SessionEntry, 'current'>[];
}

/** What identity and gateway agree on about users' access tokens. */
export const ACCESS_TOKENS = {
  issuer: 'turnpike-identity',
  audience: 'turnpike',
  type: 'at+jwt',
  algorithm: 'EdDSA',
  /** Seconds: short, because a token that identity has revoked is refused only by those that heard of it. */
  lifetime: 900,
} as const;

/** The claims of an access token. `iat` has fractions: it is compared with the instant of a deletion. */
export interface AccessClaims {
  sub: string;
  /** The session, which is also the family of refresh tokens. */
  sid: string;
  roles: Role[];
  /** Seconds since 1970 at which the session began: a refresh does not move it. */
  auth_time: number;
  /** How often the user's access had been ended before the session began; the ledger counts (lanes.access_epoch). */
  epoch: number;
  iat: number;
  exp: number;
}

/** Answer of identity's `GET /internal/sessions/revoked?since=`: the sessions that ended since then. */
export interface RevokedSessions {
  /** Identity's clock; what to ask with next. */
  now: string;
  revoked: string[];
}

/** What identity is told when the ledger has ended a user's access. */
export class EndAccess {
  /** How often it has, this time included. Sessions that began before are over. */
  @IsInt()
  @Min(1)
  @Max(2_147_483_647)
  epoch: number;

  /** The session that goes on nevertheless. */
  @Optional()
  @IsUUID()
  spare?: string;
}

export class AccessEnded {
  /** The highest that identity was ever told. */
  epoch: number;
}
