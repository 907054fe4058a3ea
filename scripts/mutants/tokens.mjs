// Guards of access tokens: how they are verified, and whom they let in.
const FORGERIES = [
  'libs/service/src/auth/bearer.spec.ts',
  'is refused in every way in which one may be forged',
];
const LET_IN = 'gateway/src/sign-in/access-tokens.spec.ts';
const HEARD = 'gateway/src/sign-in/revocations.spec.ts';

export const TOKENS = [
  {
    name: 'token-audience',
    is: 'a token is for one audience',
    file: 'libs/service/src/auth/bearer.ts',
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
    file: 'libs/service/src/auth/bearer.ts',
    edits: [['const isOurs = aud === audience && typeof', 'const isOurs = aud !== null && typeof']],
    tests: [FORGERIES],
  },
  {
    name: 'token-type',
    is: 'a token is of the type that is asked for',
    file: 'libs/service/src/auth/bearer.ts',
    edits: [
      ['audience, typ: type, algorithms: [algorithm] }', 'audience, algorithms: type ? [algorithm] : [] }'],
    ],
    tests: [FORGERIES],
  },
  {
    name: 'token-issuer',
    is: 'a token is of the issuer that is known',
    file: 'libs/service/src/auth/bearer.ts',
    edits: [['{ issuer, audience, typ: type,', '{ audience, typ: issuer ? type : type,']],
    tests: [FORGERIES],
  },
  {
    name: 'token-lifetime',
    is: 'a token lives no longer than its kind may',
    file: 'libs/service/src/auth/bearer.ts',
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
    file: 'libs/service/src/auth/bearer.ts',
    edits: [['      maxTokenAge: lifetime,\n', '']],
    tests: [FORGERIES],
  },
  {
    name: 'token-claims',
    is: 'a token says all that a decision needs',
    file: 'libs/service/src/auth/bearer.ts',
    edits: [["requiredClaims: ['iat', 'exp', ...claims],", 'requiredClaims: claims.slice(0, 0),']],
    tests: [FORGERIES],
  },
  {
    name: 'token-spelling',
    is: 'a token has one spelling',
    file: 'libs/service/src/auth/bearer.ts',
    edits: [['if (!isCanonicalToken(token)) throw invalidToken();', 'isCanonicalToken(token);']],
    tests: [FORGERIES],
  },
  {
    name: 'one-authorization',
    is: 'two headers of authorisation are none',
    file: 'libs/service/src/auth/bearer.ts',
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
    file: 'gateway/src/sign-in/access-tokens.ts',
    edits: [['if (this.revocations.has(claims.sid)) throw noLongerValid();', '']],
    tests: [[LET_IN, 'nobody whose session has ended']],
  },
  {
    name: 'token-of-deleted-user',
    is: 'nobody is let in who is deleted, purged or was never there',
    file: 'gateway/src/sign-in/access-tokens.ts',
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
    file: 'gateway/src/sign-in/access-tokens.ts',
    edits: [
      ["admission === 'closed' || suspendedAt)", "(admission === 'closed' && suspendedAt !== undefined))"],
    ],
    tests: [[LET_IN, 'nobody who is suspended']],
  },
  {
    name: 'token-of-before-deletion',
    is: 'a restore revives no token',
    file: 'gateway/src/sign-in/access-tokens.ts',
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
    file: 'gateway/src/sign-in/access-tokens.ts',
    edits: [['< accessEpoch && sid !== accessSpared', '< 0 && sid !== accessSpared && accessEpoch > 0']],
    tests: [[LET_IN, 'nobody with a token from before access was ended']],
  },
  {
    name: 'roles-while-deleting',
    is: 'an administrator who is being deleted has no role',
    file: 'gateway/src/sign-in/access-tokens.ts',
    edits: [["roles: standing.admission === 'open' ? claims.roles : [],", 'roles: claims.roles,']],
    tests: [[LET_IN, 'without roles while the lane is deleting']],
  },
  {
    name: 'roles-without-identity',
    is: 'no role lets anybody in where identity is not heard for 5 s',
    file: 'gateway/src/sign-in/revocations.ts',
    edits: [['const ROLES_FOR_MS = 5000;', 'const ROLES_FOR_MS = 50_000;']],
    tests: [[HEARD, 'is what an identity said that has been silent for']],
  },
  {
    name: 'writes-without-identity',
    is: 'no write is accepted where identity is not heard for a minute',
    file: 'gateway/src/sign-in/revocations.ts',
    edits: [['const WRITES_FOR_MS = 60_000;', 'const WRITES_FOR_MS = 60_000_000;']],
    tests: [[HEARD, 'is what an identity said that has been silent for']],
  },
  {
    name: 'verified-token-expires',
    is: 'a token whose signature is remembered expires all the same',
    file: 'libs/service/src/auth/bearer.ts',
    edits: [['Date.now() < known.claims.exp * 1000', 'known.claims.exp > 0']],
    tests: [['libs/service/src/auth/bearer.spec.ts', 'is, from the instant of its expiry on']],
  },
  {
    name: 'withdrawn-key',
    is: 'a key that its owner has withdrawn opens nothing after six minutes',
    file: 'libs/service/src/auth/remote-keys.ts',
    edits: [['const KEPT_MS = 60_000;', 'const KEPT_MS = 60_000_000;']],
    tests: [
      ['libs/service/src/auth/remote-keys.spec.ts', 'are in force for six minutes after they were withdrawn'],
    ],
  },
];
