// Guards of what a process is configured with.
const PRODUCTION = ['test/production.test.ts', 'does not start where'];

export const SETTINGS = [
  {
    name: 'no-limit',
    is: 'production has limits',
    file: 'libs/service/src/process/environment.ts',
    edits: [['if (value === 0 && this.production)', 'if (value < 0 && this.production)']],
    tests: [PRODUCTION],
  },
  {
    name: 'weak-server-password',
    is: 'no password of a server that is quickly guessed is taken in production',
    file: 'libs/service/src/process/strength.ts',
    edits: [['export const MIN_GUESS_BITS = 32;', 'export const MIN_GUESS_BITS = 0;']],
    tests: [PRODUCTION],
  },
  {
    name: 'typed-key',
    is: 'no key is taken that was not drawn at random',
    file: 'libs/service/src/process/strength.ts',
    edits: [
      [
        'return bytes.length === KEY_BYTES && isVaried && !isText;',
        'return bytes.length === KEY_BYTES || (isVaried && !isText);',
      ],
    ],
    tests: [PRODUCTION],
  },
  {
    name: 'believed-networks',
    is: 'nobody believes everybody’s addresses',
    file: 'libs/service/src/process/environment.ts',
    edits: [
      [
        'if (isIP(address) === 4) return Number(prefix) < 8;',
        'if (isIP(address) === 4) return Number(prefix) < 0;',
      ],
    ],
    tests: [['test/production.test.ts', 'nobody believes everybody in']],
  },
];
