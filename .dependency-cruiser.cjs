// The arrows of the architecture. Inside the gateway a write flows entry → ledger → queue → run, and imports point
// only the way that the lists below allow; config.ts, app.module.ts and main.ts are everybody's and nobody's.

/** Each folder of the gateway, and what else of the gateway it may import. */
const GATEWAY_ARROWS = {
  // Reads go straight to the services, through the same typed clients as steps.
  entry: ['entry/', 'ledger/', 'queue/', 'run/services', 'run/operations/plans', 'config'],
  ledger: ['ledger/', 'config'],
  queue: ['queue/', 'ledger/', 'run/', 'config'],
  run: ['run/', 'ledger/', 'config'],
  // Operators' routes ask the one table of authorisation who may use them. What is found here is mended by writes
  // that come in like any other, and the services' data is read through the same typed clients as steps.
  watch: [
    'watch/',
    'ledger/',
    'queue/',
    'run/(authority|outcome|services)',
    'entry/(acceptances|authorise|caller|event-streams|fingerprint|hidden|http|identity-told|last-administrator|once|request)',
    'entry/(routes|shown|system-writes|user-limit)',
    'config',
  ],
  // For emergencies: beside the processes, straight to the ledger; who is to be an administrator is asked of identity.
  command: [
    'command/',
    'ledger/',
    'queue/rebuild',
    'run/(breakers|operations/plans|services)',
    'config',
    'database',
  ],
  // What has happened is told to others from the ledger; the pauses between two attempts are those of steps.
  hooks: [
    'hooks/',
    'ledger/',
    'queue/maintenance',
    'run/backoff',
    'entry/(authorise|caller|fingerprint|http|once|request|routes)',
    'config',
  ],
  dashboard: [
    'dashboard/',
    'entry/(access-tokens|authorise|caller|client-name|cookie-sessions|revocations|routes|signing-in|sign-in-throttle)',
    'queue/board',
    'run/services',
    'config',
  ],
};

const gatewayRules = Object.entries(GATEWAY_ARROWS).map(([folder, allowed]) => ({
  name: `gateway-${folder}-imports-only-what-it-may`,
  severity: 'error',
  from: { path: `^gateway/src/${folder}/` },
  to: { path: '^gateway/src/', pathNot: `^gateway/src/(${allowed.join('|')})` },
}));

const SERVICES = ['gateway', 'identity', 'ordering', 'examples/billing'];

const serviceRules = SERVICES.map((service) => ({
  name: `${service}-imports-no-other-service`,
  severity: 'error',
  from: { path: `^${service}/` },
  to: { path: `^(${SERVICES.filter((other) => other !== service).join('|')})/` },
}));

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    ...gatewayRules,
    ...serviceRules,
    {
      name: 'bullmq-only-in-the-queue',
      comment: 'The ledger is the truth; what carries it can then be replaced in one folder.',
      severity: 'error',
      from: { path: '^(gateway|identity|ordering|examples|libs)/', pathNot: '^gateway/src/queue/' },
      to: { path: 'node_modules/(bullmq|@nestjs/bullmq)/' },
    },
    {
      name: 'contracts-import-nothing-of-ours',
      severity: 'error',
      from: { path: '^libs/contracts/' },
      to: { path: '^(libs/service|gateway|identity|ordering|examples)/' },
    },
    {
      name: 'libs-import-no-service',
      severity: 'error',
      from: { path: '^libs/' },
      to: { path: '^(gateway|identity|ordering|examples)/' },
    },
    {
      name: 'sources-import-no-tests',
      severity: 'error',
      from: { path: '^(gateway|identity|ordering|examples|libs)/', pathNot: '\\.spec\\.ts$' },
      to: { path: '^(test|bench|scripts)/|\\.spec\\.ts$' },
    },
    {
      name: 'dashboard-imports-what-crosses-the-border-only',
      severity: 'error',
      from: { path: '^dashboard/' },
      to: { path: '^(libs/service|gateway|identity|ordering|examples)/' },
    },
    {
      name: 'client-imports-nothing-of-ours',
      comment: 'It is published by itself, and runs in browsers.',
      severity: 'error',
      from: { path: '^libs/client/' },
      to: { path: '^(libs/(contracts|service)|gateway|identity|ordering|dashboard|examples)/' },
    },
    {
      name: 'only-those-outside-use-the-client',
      severity: 'error',
      from: { path: '^(gateway|identity|ordering|dashboard|examples/billing|libs/(contracts|service))/' },
      to: { path: '^libs/client/' },
    },
    {
      name: 'storefront-imports-the-client-only',
      severity: 'error',
      from: { path: '^examples/storefront/' },
      to: { path: '^(libs/(contracts|service)|gateway|identity|ordering|dashboard)/' },
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
