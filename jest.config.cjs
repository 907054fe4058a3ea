const { existsSync } = require('node:fs');

// jest cannot require() the ES modules that the framework's packages are (it could from Node 24.9 on), so
// they become CommonJS like our own sources. `node_modules/` appears twice in nested packages' paths, hence `.*`.
const ES_MODULES = [
  '@nestjs',
  '@borewit',
  '@tokenizer',
  'content-disposition',
  'cookie',
  'file-type',
  'jose',
  'p-limit',
  'strtok3',
  'token-types',
  'uint8array-extras',
  'uuid',
  'yocto-queue',
];

/** Decorators and their metadata as the real build makes them; without a source map for foreign code. */
const toCommonJs = (parser, sourceMaps) => [
  '@swc/jest',
  {
    swcrc: false,
    sourceMaps,
    module: { type: 'commonjs' },
    jsc: {
      target: 'es2023',
      parser,
      transform: { legacyDecorator: true, decoratorMetadata: true, useDefineForClassFields: false },
      keepClassNames: true,
    },
  },
];

const ROOTS = ['gateway', 'identity', 'ordering', 'examples', 'services', 'libs', 'test'];

/** @type {import('jest').Config} */
module.exports = {
  roots: ROOTS.filter((folder) => existsSync(`${__dirname}/${folder}`)).map(
    (folder) => `<rootDir>/${folder}`,
  ),
  testMatch: ['**/src/**/*.spec.ts', '<rootDir>/test/**/*.test.ts'],
  moduleNameMapper: {
    '^@turnpike/(client|contracts|engine|protocol|service)$': '<rootDir>/libs/$1/src/index.ts',
    '^@turnpike/protocol/problems$': '<rootDir>/libs/protocol/src/problems/problems.ts',
    '^@turnpike/protocol/sensitive$': '<rootDir>/libs/protocol/src/wire/sensitive.ts',
    '^@turnpike/service/run-main$': '<rootDir>/libs/service/src/process/run-main.ts',
  },
  // The codes of this shop's problems are known to the compiler everywhere; so they are here, whatever a test loads.
  setupFiles: ['<rootDir>/libs/contracts/src/problems.ts'],
  resolver: '<rootDir>/test/support/resolver.cjs',
  transform: {
    '\\.ts$': toCommonJs({ syntax: 'typescript', decorators: true }, 'inline'),
    '\\.js$': toCommonJs({ syntax: 'ecmascript' }, false),
  },
  transformIgnorePatterns: [`/node_modules/(?!(${ES_MODULES.join('|')})/)`],
  testSequencer: '<rootDir>/test/support/sequencer.cjs',
  globalSetup: '<rootDir>/test/support/global-setup.mjs',
  globalTeardown: '<rootDir>/test/support/global-teardown.mjs',
  // Three on two cores: the tests of the whole system start four or more processes each, and wait half of their time
  // for leases, limits and time-outs.
  maxWorkers: 3,
  testTimeout: 60_000,
};
