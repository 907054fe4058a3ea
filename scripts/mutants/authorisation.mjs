// Guards of who may do what.
const MATRIX = 'test/authorisation.test.ts';
const DASHBOARD = 'test/dashboard-session.test.ts';
const OPERATORS = 'test/operators.test.ts';

export const AUTHORISATION = [
  {
    name: 'route-names-action',
    is: 'a process does not start with a route of which nobody has said who may use it',
    file: 'gateway/src/entry/routes.ts',
    edits: [['if (forgotten.length === 0) return;', 'if (forgotten.length >= 0) return;']],
    tests: [['gateway/src/entry/routes.spec.ts', 'does not start with a route of which nobody has said']],
  },
  {
    name: 'owner-only',
    is: 'what is somebody else’s is not there',
    file: 'gateway/src/entry/authorise.ts',
    edits: [["allowed.includes('owner') && caller.userId === ownerId", "allowed.includes('owner')"]],
    tests: [[MATRIX, 'is for whom it is']],
  },
  {
    name: 'role-only',
    is: 'what needs a role needs it',
    file: 'gateway/src/entry/authorise.ts',
    edits: [["const isAdmin = caller.roles.includes('admin');", 'const isAdmin = true;']],
    tests: [[MATRIX, 'is for whom it is']],
  },
  {
    name: 'guard-asks',
    is: 'the guard of all routes asks for what does not depend on an owner',
    file: 'gateway/src/entry/caller.ts',
    edits: [['if (!dependsOnOwner(action!)) authorise(action!, again, null);', '']],
    tests: [[OPERATORS, 'are the only ones who may']],
  },
  {
    name: 'orders-filter',
    is: 'a filter of a list opens nobody else’s orders',
    file: 'gateway/src/entry/orders.controller.ts',
    edits: [["if (userId !== caller.userId) authorise('order.list-all', caller, userId);", '']],
    tests: [[MATRIX, 'orders by a filter is for administrators']],
  },
  {
    name: 'operation-read',
    is: 'what became of a write is for owner, actor and administrators',
    file: 'gateway/src/entry/operation-access.ts',
    edits: [
      [
        'const isActor = caller !== null && operation?.actorId === caller.userId;',
        'const isActor = caller !== null;',
      ],
    ],
    tests: [[MATRIX, 'is for whom it is']],
  },
  {
    name: 'withdrawal-of-anothers',
    is: 'what somebody else asked for is not withdrawn by its user',
    file: 'gateway/src/entry/operations.controller.ts',
    edits: [
      ["if (operation.actorId !== caller.userId) authorise('operation.cancel-anothers', caller, null);", ''],
    ],
    tests: [[OPERATORS, 'what an administrator asked for the user cannot withdraw']],
  },
  {
    name: 'operation-token-subject',
    is: 'the token of an operation opens that operation alone',
    file: 'gateway/src/entry/operation-token.ts',
    edits: [['{ typ: TYPE, subject: operationId, algorithms', '{ typ: TYPE, algorithms']],
    tests: [['test/tokens.test.ts', 'of an operation opens that operation alone']],
  },
  {
    name: 'csrf-token',
    is: 'a write by cookie needs the token that only the dashboard’s page has',
    file: 'gateway/src/entry/cookie-sessions.ts',
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
    file: 'gateway/src/dashboard/session.controller.ts',
    edits: [['await this.onlyForOperators(caller);', '']],
    tests: [[DASHBOARD, 'is not begun for a user without a role']],
  },
  {
    name: 'dashboard-idle',
    is: 'the dashboard’s session ends by half an hour without use',
    file: 'gateway/src/entry/cookie-sessions.ts',
    edits: [["const IDLE = '30 minutes';", "const IDLE = '30 days';"]],
    tests: [[DASHBOARD, 'it has been idle for half an hour']],
  },
  {
    name: 'service-guard',
    is: 'a service lets in the gateway’s calls alone',
    file: 'libs/service/src/service-token.ts',
    edits: [
      [
        "await this.verifier.verify(bearerTokenOf(request, 'A service token is needed.'));",
        "bearerTokenOf(request, 'A service token is needed.');",
      ],
    ],
    tests: [[MATRIX, 'is for the gateway']],
  },
];
