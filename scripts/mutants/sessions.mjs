// Guards of sessions, sign-ins and passwords.
const SESSIONS_OF_IDENTITY = 'test/identity-sessions.test.ts';
const WEAK = 'identity/src/credentials/weak-passwords.spec.ts';

export const SESSIONS = [
  {
    name: 'refresh-reuse',
    is: 'a refresh token that is used again ends the whole session',
    file: 'identity/src/sessions/sessions.ts',
    edits: [['  await revokeSession(tx, session.sid);\n  securityEvent', '  securityEvent']],
    tests: [[SESSIONS_OF_IDENTITY, 'whose successor was used ends the session by its second use']],
  },
  {
    name: 'refresh-grace',
    is: 'a lost answer is given again for ten seconds and no longer',
    file: 'identity/src/sessions/sessions.ts',
    edits: [["const GRACE = '10 seconds';", "const GRACE = '10 hours';"]],
    tests: [[SESSIONS_OF_IDENTITY, 'ends the session by a second use 10 seconds after the first']],
  },
  {
    name: 'sign-in-race',
    is: 'no session is opened for a user who is deleted while the password is checked',
    file: 'identity/src/sessions/sessions.ts',
    edits: [
      [
        "where id = $1 and credential_id = $2 and state = 'active' for share",
        'where id = $1 and $2::uuid is not null for share',
      ],
    ],
    tests: [
      [SESSIONS_OF_IDENTITY, 'does not succeed when the user is deleted while the password is checked'],
    ],
  },
  {
    name: 'roles-end-sessions',
    is: 'other roles end the sessions of before',
    file: 'identity/src/users/users.ts',
    edits: [['if (!same) await revokeSessionsOf(tx, id);', 'void same;']],
    tests: [[SESSIONS_OF_IDENTITY, 'comes with other roles, not with the same']],
  },
  {
    name: 'password-ends-sessions',
    is: 'another password ends the other sessions',
    file: 'identity/src/users/users.ts',
    edits: [['await revokeSessionsOf(tx, id, { keep: step.keepSession });', 'void step.keepSession;']],
    tests: [[SESSIONS_OF_IDENTITY, 'is changed, and the sessions end but the one that asked']],
  },
  {
    name: 'enumeration-by-time',
    is: 'a sign-in takes as long for an address that nobody has',
    file: 'identity/src/credentials/passwords.ts',
    edits: [
      [
        'const matches = await this.limited(',
        'if (passwordHash === undefined) return false;\n    const matches = await this.limited(',
      ],
    ],
    tests: [['identity/src/credentials/passwords.spec.ts', 'without one the same work is done']],
  },
  {
    name: 'common-passwords',
    is: 'no common password is taken',
    file: 'identity/src/credentials/weak-passwords.ts',
    edits: [["if (COMMON.has(plain)) return 'is on", "if (COMMON.size === 0) return 'is on"]],
    tests: [[WEAK, 'is too common']],
  },
  {
    name: 'own-passwords',
    is: 'no password is taken that is made of the address, the names or the product’s name',
    file: 'identity/src/credentials/weak-passwords.ts',
    edits: [['if (isMadeOf(wordsOf(owner), plain))', 'if (isMadeOf([], plain))']],
    tests: [[WEAK, 'is what anybody would try first of that person']],
  },
  {
    name: 'one-character',
    is: 'no password is taken that is one character repeated',
    file: 'identity/src/credentials/weak-passwords.ts',
    edits: [['if (new Set(plain).size === 1) return', 'if (new Set(plain).size === 0) return']],
    tests: [[WEAK, 'is one character alone']],
  },
  {
    name: 'password-turns',
    is: 'sign-ins from one place do not keep those from others waiting',
    file: 'gateway/src/sign-in/places-in-turn.ts',
    edits: [['this.places.delete(place);', 'if (rest.length === 0) this.places.delete(place);']],
    tests: [['gateway/src/sign-in/password-turns.spec.ts', 'serves places in turn']],
  },
  {
    name: 'fresh-session',
    is: 'login and account are not taken away with a bearer token alone',
    file: 'gateway/src/sign-in/passwords.ts',
    edits: [
      [
        'if (currentPassword === undefined) return assertFresh(caller);',
        'if (currentPassword === undefined) return void assertFresh;',
      ],
    ],
    tests: [['test/http-sessions.test.ts', 'of more than five minutes is no leave to take the account away']],
  },
  {
    name: 'password-oracle',
    is: 'a key of before answers no guess at a password',
    file: 'libs/engine/src/request/fingerprints.ts',
    edits: [["new Set(['password', 'currentPassword', 'newPassword'])", "new Set(['none'])"]],
    tests: [['test/sign-in.test.ts', 'counts a registration that comes again with another password']],
  },
  {
    name: 'current-password',
    is: 'a password is changed by whoever knows the present one alone',
    file: 'identity/src/credentials/credentials.ts',
    edits: [
      [
        "if (!credential || !matches) throw new Problem('invalid-credentials');",
        "if (!credential || (!matches && password === '')) throw new Problem('invalid-credentials');",
      ],
    ],
    tests: [[SESSIONS_OF_IDENTITY, 'is not changed by whoever does not know the present one']],
  },
];
