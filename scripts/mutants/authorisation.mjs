// Guards of who may do what.
const MATRIX = 'test/authorisation.test.ts';
const TABLE = 'libs/engine/src/request/authorise.spec.ts';
const AUTHORITY = 'test/authority.test.ts';
const DASHBOARD = 'test/dashboard-session.test.ts';
const OPERATORS = 'test/operators.test.ts';

export const AUTHORISATION = [
  {
    name: 'route-names-action',
    is: 'a process does not start with a route of which nobody has said who may use it',
    file: 'libs/engine/src/request/route-actions.ts',
    edits: [['if (forgotten.length === 0) return;', 'if (forgotten.length >= 0) return;']],
    tests: [
      [
        'libs/engine/src/request/route-actions.spec.ts',
        'does not start with a route of which nobody has said',
      ],
    ],
  },
  {
    name: 'owner-only',
    is: 'what is somebody else’s is not there',
    file: 'libs/engine/src/request/authorise.ts',
    edits: [
      [
        "if (allowed.includes('owner') && ownerId === userId) return 'owner';",
        "if (allowed.includes('owner')) return 'owner';",
      ],
    ],
    tests: [[TABLE, 'is for a stranger only where it is for everybody']],
  },
  {
    name: 'actor-only',
    is: 'what somebody asked for is not for those who did not',
    file: 'libs/engine/src/request/authorise.ts',
    edits: [
      [
        "if (allowed.includes('actor') && actorId === userId) return 'actor';",
        "if (allowed.includes('actor')) return 'actor';",
      ],
    ],
    tests: [[TABLE, 'is for a stranger only where it is for everybody']],
  },
  {
    name: 'role-only',
    is: 'what needs a role needs one that the table names',
    file: 'libs/engine/src/request/authorise.ts',
    edits: [
      [
        'ROLES.findLast((role) => allowed.includes(role) && roles.includes(role))',
        'ROLES.findLast((role) => roles.includes(role))',
      ],
    ],
    tests: [[TABLE, 'only where the table says so']],
  },
  {
    name: 'own-lane',
    is: 'nobody acts as an operator on the own lane',
    file: 'libs/engine/src/request/authorise.ts',
    edits: [
      ['if (action.neverOwn && ownerId === caller.userId)', 'if (action.neverOwn && ownerId === null)'],
    ],
    tests: [[TABLE, 'is for nobody by a role in the own lane']],
  },
  {
    name: 'guard-asks',
    is: 'the guard of all routes asks for what does not depend on an owner',
    file: 'libs/engine/src/http/authentication.guard.ts',
    edits: [['if (!dependsOnOwner(action!)) authorise(action!, again, null);', '']],
    tests: [[OPERATORS, 'are the only ones who may']],
  },
  {
    name: 'orders-filter',
    is: 'a filter of a list opens nobody else’s orders',
    file: 'gateway/src/api/orders.controller.ts',
    edits: [['if (userId !== caller.userId) authorise(LIST_ALL_ORDERS, caller, userId);', '']],
    tests: [[MATRIX, 'orders by a filter is for administrators']],
  },
  {
    name: 'operation-read',
    is: 'what became of a write is for owner, actor and administrators',
    file: 'libs/engine/src/http/operation-access.ts',
    edits: [
      [
        'authorise(action, caller, operation?.userId ?? null, operation?.actorId ?? null);',
        'authorise(action, caller, caller?.userId ?? null, null);',
      ],
    ],
    tests: [
      [
        'test/http-events.test.ts',
        'are for owner, administrator and holder of its token, and missing for others',
      ],
    ],
  },
  {
    name: 'operation-result',
    is: 'whoever only asked for a write sees nothing of what it was about, once the role is gone',
    file: 'libs/engine/src/http/operation-access.ts',
    edits: [
      ["whoIs('operation.result', caller, userId)", "whoIs('operation.read', caller, userId, caller.userId)"],
      ["return who === 'owner' || (who !== null && caller.rolesAreKnown);", 'return who !== null;'],
    ],
    tests: [[AUTHORITY, 'is to see what came of a write in the lane of another']],
  },
  {
    name: 'authority-at-the-turn',
    is: 'the role by which a write was accepted is asked for again when it begins',
    file: 'libs/engine/src/execution/authority.ts',
    edits: [['if (!actorId || !role) return', 'if (!actorId || !role || claimed) return']],
    tests: [[AUTHORITY, 'and what the role is gone for is rejected, and nothing else']],
  },
  {
    name: 'withdrawal-of-anothers',
    is: 'what somebody else asked for is not withdrawn by its user',
    file: 'libs/engine/src/http/operations.controller.ts',
    edits: [
      [
        "if (!isOwn(operation, caller)) authorise('operation.cancel-anothers', caller, operation.userId);",
        '',
      ],
    ],
    tests: [[OPERATORS, 'what an administrator asked for the user cannot withdraw']],
  },
  {
    name: 'deletion-withdraws',
    is: 'a deletion of one’s own withdraws nothing that somebody else asked for',
    file: 'libs/engine/src/ledger/statements/cancel.ts',
    edits: [['and ($3::uuid is distinct from user_id or actor_id = user_id)', '']],
    tests: [[AUTHORITY, 'as far as one by one']],
  },
  {
    name: 'operation-token-subject',
    is: 'the token of an operation opens that operation alone',
    file: 'libs/engine/src/http/operation-token.ts',
    edits: [['{ typ: TYPE, subject: operationId, algorithms', '{ typ: TYPE, algorithms']],
    tests: [['test/tokens.test.ts', 'of an operation opens that operation alone']],
  },
  {
    name: 'csrf-token',
    is: 'a write by cookie needs the token that only the dashboard’s page has',
    file: 'libs/engine/src/ops-page/cookie-sessions.ts',
    edits: [
      [
        'if (given.length !== expected.length || !timingSafeEqual(given, expected)) {',
        'if (!timingSafeEqual(given, given)) {',
      ],
    ],
    tests: [[DASHBOARD, 'takes a write by cookie only with the token that its page has']],
  },
  {
    name: 'dashboard-role',
    is: 'the dashboard’s session is for operators, and another is ended again',
    file: 'libs/engine/src/ops-page/session.controller.ts',
    edits: [['await this.onlyForOperators(caller);', '']],
    tests: [[DASHBOARD, 'is not begun for a user without a role']],
  },
  {
    name: 'dashboard-idle',
    is: 'the dashboard’s session ends by half an hour without use',
    file: 'libs/engine/src/ops-page/cookie-sessions.ts',
    edits: [["const IDLE = '30 minutes';", "const IDLE = '30 days';"]],
    tests: [[DASHBOARD, 'it has been idle for half an hour']],
  },
  {
    name: 'service-guard',
    is: 'a service lets in the gateway’s calls alone',
    file: 'libs/service/src/auth/service-token.ts',
    edits: [
      [
        "await this.verifier.verify(bearerTokenOf(request, 'A service token is needed.'));",
        "bearerTokenOf(request, 'A service token is needed.');",
      ],
    ],
    tests: [[MATRIX, 'is for the gateway']],
  },
];
