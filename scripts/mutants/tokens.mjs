// Guards of tokens, sessions and passwords.
const FORGERIES = ['libs/service/src/bearer.spec.ts', 'is refused in every way in which one may be forged'];
const LET_IN = 'gateway/src/entry/access-tokens.spec.ts';
const HEARD = 'gateway/src/entry/revocations.spec.ts';
const SESSIONS = 'test/identity-sessions.test.ts';

export const TOKENS = [
  {
    name: 'token-audience',
    is: 'a token is for one audience',
    file: 'libs/service/src/bearer.ts',
    edits: [
      ['{ issuer, audience, typ: type,', '{ issuer, typ: type,'],
      [
        'const isOurs = aud === audience && typeof',
        "const isOurs = aud !== null && audience !== '' && typeof",
      ],
    ],
    tests: [FORGERIES],
  },
  {
    name: 'token-single-audience',
    is: 'a token for several audiences is none of ours',
    file: 'libs/service/src/bearer.ts',
    edits: [['const isOurs = aud === audience && typeof', 'const isOurs = aud !== null && typeof']],
    tests: [FORGERIES],
  },
  {
    name: 'token-type',
    is: 'a token is of the type that is asked for',
    file: 'libs/service/src/bearer.ts',
    edits: [
      ['audience, typ: type, algorithms: [algorithm] }', 'audience, algorithms: type ? [algorithm] : [] }'],
    ],
    tests: [FORGERIES],
  },
  {
    name: 'token-issuer',
    is: 'a token is of the issuer that is known',
    file: 'libs/service/src/bearer.ts',
    edits: [['{ issuer, audience, typ: type,', '{ audience, typ: issuer ? type : type,']],
    tests: [FORGERIES],
  },
  {
    name: 'token-lifetime',
    is: 'a token lives no longer than its kind may',
    file: 'libs/service/src/bearer.ts',
    edits: [
      [
        'if (!isOurs || exp - iat > lifetime + ROUNDING_SECONDS) throw invalidToken();',
        'if (!isOurs || exp - iat > 1e9 + ROUNDING_SECONDS) throw invalidToken();',
      ],
    ],
    tests: [FORGERIES],
  },
  {
    name: 'token-future',
    is: 'a token is not dated in the future',
    file: 'libs/service/src/bearer.ts',
    edits: [['      maxTokenAge: lifetime,\n', '']],
    tests: [FORGERIES],
  },
  {
    name: 'token-claims',
    is: 'a token says all that a decision needs',
    file: 'libs/service/src/bearer.ts',
    edits: [["requiredClaims: ['iat', 'exp', ...claims],", 'requiredClaims: claims.slice(0, 0),']],
    tests: [FORGERIES],
  },
  {
    name: 'token-spelling',
    is: 'a token has one spelling',
    file: 'libs/service/src/bearer.ts',
    edits: [['if (!isCanonicalToken(token)) throw invalidToken();', 'isCanonicalToken(token);']],
    tests: [FORGERIES],
  },
  {
    name: 'one-authorization',
    is: 'two headers of authorisation are none',
    file: 'libs/service/src/bearer.ts',
    edits: [
      [
        "if (!token || countOf('authorization', raw.rawHeaders) > 1) throw invalidToken();",
        "if (!token || countOf('authorization', raw.rawHeaders) > 9) throw invalidToken();",
      ],
    ],
    tests: [FORGERIES],
  },
  {
    name: 'token-of-ended-session',
    is: 'the tokens of an ended session are void',
    file: 'gateway/src/entry/access-tokens.ts',
    edits: [['if (this.revocations.has(claims.sid)) throw noLongerValid();', '']],
    tests: [[LET_IN, 'nobody whose session has ended']],
  },
  {
    name: 'token-of-deleted-user',
    is: 'nobody is let in who is deleted, purged or was never there',
    file: 'gateway/src/entry/access-tokens.ts',
    edits: [
      [
        "if (admission === 'deleted' || admission === 'closed' || suspendedAt) return false;",
        'if (suspendedAt) return false;',
      ],
    ],
    tests: [[LET_IN, 'nobody who is deleted']],
  },
  {
    name: 'token-of-suspended-user',
    is: 'nobody is let in who is suspended',
    file: 'gateway/src/entry/access-tokens.ts',
    edits: [
      ["admission === 'closed' || suspendedAt)", "(admission === 'closed' && suspendedAt !== undefined))"],
    ],
    tests: [[LET_IN, 'nobody who is suspended']],
  },
  {
    name: 'token-of-before-deletion',
    is: 'a restore revives no token',
    file: 'gateway/src/entry/access-tokens.ts',
    edits: [
      [
        'return !sessionsValidFrom || iat * 1000 >= sessionsValidFrom.getTime() + 1;',
        'return !sessionsValidFrom || iat > 0;',
      ],
    ],
    tests: [[LET_IN, 'nobody with a token from before a deletion']],
  },
  {
    name: 'access-epoch',
    is: 'what ends access voids the tokens of before',
    file: 'gateway/src/entry/access-tokens.ts',
    edits: [['< accessEpoch && sid !== accessSpared', '< 0 && sid !== accessSpared && accessEpoch > 0']],
    tests: [[LET_IN, 'nobody with a token from before access was ended']],
  },
  {
    name: 'roles-while-deleting',
    is: 'an administrator who is being deleted has no role',
    file: 'gateway/src/entry/access-tokens.ts',
    edits: [["roles: standing.admission === 'open' ? claims.roles : [],", 'roles: claims.roles,']],
    tests: [[LET_IN, 'without roles while the lane is deleting']],
  },
  {
    name: 'roles-without-identity',
    is: 'no role lets anybody in where identity is not heard for 5 s',
    file: 'gateway/src/entry/revocations.ts',
    edits: [['const ROLES_FOR_MS = 5000;', 'const ROLES_FOR_MS = 50_000;']],
    tests: [[HEARD, 'are trusted for 5 s']],
  },
  {
    name: 'writes-without-identity',
    is: 'no write is accepted where identity is not heard for a minute',
    file: 'gateway/src/entry/revocations.ts',
    edits: [['const WRITES_FOR_MS = 60_000;', 'const WRITES_FOR_MS = 60_000_000;']],
    tests: [[HEARD, 'are trusted for 5 s']],
  },
  {
    name: 'verified-token-expires',
    is: 'a token whose signature is remembered expires all the same',
    file: 'libs/service/src/verified-tokens.ts',
    edits: [['Date.now() < known.claims.exp * 1000', 'known.claims.exp > 0']],
    tests: [['libs/service/src/verified-tokens.spec.ts', 'is, from the instant of its expiry on']],
  },
  {
    name: 'withdrawn-key',
    is: 'a key that its owner has withdrawn opens nothing after six minutes',
    file: 'libs/service/src/remote-keys.ts',
    edits: [['const KEPT_MS = 60_000;', 'const KEPT_MS = 60_000_000;']],
    tests: [
      ['libs/service/src/remote-keys.spec.ts', 'are in force for six minutes after they were withdrawn'],
    ],
  },
  {
    name: 'refresh-reuse',
    is: 'a refresh token that is used again ends the whole session',
    file: 'identity/src/sessions.ts',
    edits: [['  await revokeSession(tx, session.sid);\n  return null;', '  return null;']],
    tests: [[SESSIONS, 'whose successor was used ends the session by its second use']],
  },
  {
    name: 'refresh-grace',
    is: 'a lost answer is given again for ten seconds and no longer',
    file: 'identity/src/sessions.ts',
    edits: [["const GRACE = '10 seconds';", "const GRACE = '10 hours';"]],
    tests: [[SESSIONS, 'ends the session by a second use 10 seconds after the first']],
  },
  {
    name: 'sign-in-race',
    is: 'no session is opened for a user who is deleted while the password is checked',
    file: 'identity/src/sessions.ts',
    edits: [
      [
        "where id = $1 and credential_id = $2 and state = 'active' for share",
        'where id = $1 and $2::uuid is not null for share',
      ],
    ],
    tests: [[SESSIONS, 'does not succeed when the user is deleted while the password is checked']],
  },
  {
    name: 'roles-end-sessions',
    is: 'other roles end the sessions of before',
    file: 'identity/src/users.ts',
    edits: [['if (!same) await revokeSessionsOf(tx, id);', 'void same;']],
    tests: [[SESSIONS, 'comes with other roles, not with the same']],
  },
  {
    name: 'password-ends-sessions',
    is: 'another password ends the other sessions',
    file: 'identity/src/users.ts',
    edits: [['await revokeSessionsOf(tx, id, { keep: step.keepSession });', 'void step.keepSession;']],
    tests: [[SESSIONS, 'is changed, and the sessions end but the one that asked']],
  },
  {
    name: 'enumeration-by-time',
    is: 'a sign-in takes as long for an address that nobody has',
    file: 'identity/src/passwords.ts',
    edits: [
      [
        'const matches = await this.limited(',
        'if (passwordHash === undefined) return false;\n    const matches = await this.limited(',
      ],
    ],
    tests: [['identity/src/passwords.spec.ts', 'without one the same work is done']],
  },
  {
    name: 'common-passwords',
    is: 'no common password is taken',
    file: 'identity/src/passwords.ts',
    edits: [['if (COMMON.has(normalForm(password).toLowerCase())) return', 'if (COMMON.size === 0) return']],
    tests: [['identity/src/passwords.spec.ts', 'is too common']],
  },
  {
    name: 'current-password',
    is: 'a password is changed by whoever knows the present one alone',
    file: 'identity/src/credentials.ts',
    edits: [
      [
        "if (!credential || !matches) throw new Problem('invalid-credentials');",
        "if (!credential || (!matches && password === '')) throw new Problem('invalid-credentials');",
      ],
    ],
    tests: [[SESSIONS, 'is not changed by whoever does not know the present one']],
  },
];
