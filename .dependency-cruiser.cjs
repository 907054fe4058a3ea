// The arrows of the architecture, between folders: what is below knows nothing of what is above. A write flows through the
// engine from `http` by `ledger` and `queue` to `execution`; the gateway adds its shop to it.
const { existsSync, readdirSync } = require('node:fs');

/** The folders of the engine from the lowest to the highest, and what each may import beside itself. */
const ENGINE = {
  support: [],
  encryption: ['support'],
  audit: ['encryption', 'support'],
  // The truth: statements, and what is made of their rows.
  ledger: ['audit', 'encryption', 'support'],
  definitions: ['audit', 'ledger'],
  queries: ['encryption', 'ledger', 'support'],
  // Who asks, for what, and whether that is allowed.
  request: ['encryption', 'ledger'],
  // What the application brings.
  ports: ['request'],
  notify: ['ledger', 'queries'],
  limits: ['request', 'support'],
  execution: ['definitions', 'encryption', 'ledger', 'ports'],
  // What services declare of themselves.
  manifests: ['definitions', 'execution', 'http', 'ledger', 'notify', 'request', 'support'],
  processes: ['execution'],
  queue: ['definitions', 'encryption', 'execution', 'ledger', 'notify', 'queries'],
  // For emergencies: beside the processes, straight at the ledger.
  cli: ['audit', 'encryption', 'ledger', 'queries', 'queue'],
  http: [
    ...['definitions', 'encryption', 'execution', 'ledger', 'limits', 'notify', 'ports', 'queries', 'queue'],
    'request',
  ],
  'ops-page': ['encryption', 'ports', 'queue', 'request'],
  // What is found by these is mended by writes that go through the queue like all others.
  integrity: ['definitions', 'execution', 'ledger', 'limits', 'queries', 'queue', 'request', 'support'],
  recovery: ['audit', 'definitions', 'execution', 'ledger', 'queue', 'support'],
  relay: ['definitions', 'execution', 'queue'],
  webhooks: ['audit', 'encryption', 'execution', 'http', 'ledger', 'notify', 'queue', 'request', 'support'],
  ops: [
    ...[
      'audit',
      'definitions',
      'encryption',
      'execution',
      'http',
      'integrity',
      'ledger',
      'manifests',
      'ports',
      'processes',
    ],
    ...['queries', 'queue', 'request', 'support'],
  ],
  bulk: ['definitions', 'execution', 'http', 'ledger', 'ops', 'queries', 'queue', 'request', 'support'],
  lifecycle: ['definitions', 'ledger', 'queue', 'recovery', 'webhooks'],
};

/** The same of the services' half. */
const SERVICE = {
  process: [],
  protocol: [],
  problems: ['process', 'protocol'],
  auth: ['problems', 'process'],
  database: ['problems', 'process'],
  http: ['problems', 'process', 'protocol'],
  // What the service says of itself.
  manifest: [],
  steps: ['auth', 'database', 'http', 'manifest', 'problems', 'process', 'protocol'],
  // What an input has to be, as a class or a schema says.
  shapes: ['http', 'manifest', 'problems'],
  // Services that are made of what they declare.
  declared: ['auth', 'database', 'http', 'manifest', 'problems', 'process', 'shapes', 'steps'],
};

/** And of the gateway. */
const GATEWAY = { operations: [], 'sign-in': ['operations'], api: ['operations', 'sign-in'] };

/** @returns the rules of one root; config.ts, the module and the index are everybody's and nobody's */
const rulesOf = (root, arrows) =>
  Object.entries(arrows).map(([folder, allowed]) => ({
    name: `${root}-${folder}-imports-only-what-it-may`,
    severity: 'error',
    from: { path: `^${root}/${folder}/` },
    to: { path: `^${root}/`, pathNot: `^${root}/((${[folder, ...allowed].join('|')})/|config\\.ts)` },
  }));

const folderRules = [
  ...rulesOf('libs/engine/src', ENGINE),
  ...rulesOf('libs/service/src', SERVICE),
  ...rulesOf('gateway/src', GATEWAY),
];

/** Those of the shop, and those that join, each in a folder of its own. */
const SERVICES = ['gateway', 'identity', 'ordering', ...joiningIn('examples'), ...joiningIn('services')];

function joiningIn(folder) {
  const names = existsSync(folder) ? readdirSync(folder) : [];
  return names.map((name) => `${folder}/${name}`).filter((path) => existsSync(`${path}/src/migrate.ts`));
}

const serviceRules = SERVICES.map((service) => ({
  name: `${service}-imports-no-other-service`,
  severity: 'error',
  from: { path: `^${service}/` },
  to: { path: `^(${SERVICES.filter((other) => other !== service).join('|')})/` },
}));

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    ...folderRules,
    ...serviceRules,
    {
      name: 'bullmq-only-in-the-queue',
      comment: 'The ledger is the truth; what carries it can then be replaced in one folder.',
      severity: 'error',
      from: {
        path: '^(gateway|identity|ordering|examples|services|libs)/',
        pathNot: '^libs/engine/src/queue/',
      },
      to: { path: 'node_modules/(bullmq|@nestjs/bullmq)/' },
    },
    {
      name: 'protocol-imports-nothing-of-ours',
      comment: 'It is what any process of any installation says.',
      severity: 'error',
      from: { path: '^libs/protocol/' },
      to: { path: '^(libs|gateway|identity|ordering|examples|dashboard)/', pathNot: '^libs/protocol/' },
    },
    {
      name: 'contracts-import-the-protocol-only',
      severity: 'error',
      from: { path: '^libs/contracts/' },
      to: {
        path: '^(libs|gateway|identity|ordering|examples|dashboard)/',
        pathNot: '^libs/(contracts|protocol)/',
      },
    },
    {
      name: 'service-knows-no-shop',
      comment: 'Its specs try it with bodies of one.',
      severity: 'error',
      from: { path: '^libs/service/', pathNot: '\\.spec\\.ts$' },
      to: { path: '^libs/contracts/' },
    },
    {
      name: 'services-import-no-engine',
      comment: 'A service knows the steps that it is sent, and nothing of who sends them.',
      severity: 'error',
      from: { path: '^(identity|ordering|examples|services|libs/service)/' },
      to: { path: '^libs/engine/' },
    },
    {
      name: 'engine-imports-no-shop',
      comment: 'It carries out what any application has; its specs may take the shop for an example.',
      severity: 'error',
      from: { path: '^libs/engine/src/', pathNot: '[.]spec[.]ts$' },
      to: { path: '^libs/contracts/' },
    },
    {
      name: 'libs-import-no-service',
      severity: 'error',
      from: { path: '^libs/' },
      to: { path: '^(gateway|identity|ordering|examples|services)/' },
    },
    {
      name: 'sources-import-no-tests',
      severity: 'error',
      from: { path: '^(gateway|identity|ordering|examples|services|libs)/', pathNot: '\\.spec\\.ts$' },
      to: { path: '^(test|bench|scripts)/|\\.spec\\.ts$' },
    },
    {
      name: 'dashboard-imports-what-crosses-the-border-only',
      severity: 'error',
      from: { path: '^dashboard/' },
      to: { path: '^(libs/(engine|service)|gateway|identity|ordering|examples|services)/' },
    },
    {
      name: 'client-imports-nothing-of-ours',
      comment: 'It is published by itself, and runs in browsers.',
      severity: 'error',
      from: { path: '^libs/client/' },
      to: {
        path: '^(libs/(contracts|engine|protocol|service)|gateway|identity|ordering|dashboard|examples|services)/',
      },
    },
    {
      name: 'only-those-outside-use-the-client',
      severity: 'error',
      from: {
        path: '^(gateway|identity|ordering|dashboard|examples/(?!storefront/)|services|libs/(contracts|engine|protocol|service))/',
      },
      to: { path: '^libs/client/' },
    },
    {
      name: 'storefront-imports-the-client-only',
      severity: 'error',
      from: { path: '^examples/storefront/' },
      to: { path: '^(libs/(contracts|engine|protocol|service)|gateway|identity|ordering|dashboard)/' },
    },
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    { name: 'no-unresolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
  ],
  options: {
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true, // type imports are dependencies too
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default'],
    },
  },
};
