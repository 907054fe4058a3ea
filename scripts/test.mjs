// `npm test`: installs and builds what is missing, runs jest, and ends with one line: N passed, N failed.
// Everything after `npm test --` goes to jest. Tests in test/timed measure times: they have the machine to themselves,
// after the others.
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { ROOT } from './checkout.mjs';
import { report } from './console.mjs';
import { prepare } from './prepare.mjs';

const TIMED = 'test/timed/';

const USAGE = `npm test [-- <arguments of jest>]

Installs and builds what is missing and runs every test, or what the arguments say: npm test -- test/ledger.test.ts
The last line says how many passed.`;

const asked = process.argv.slice(2);
if (asked.includes('--help') || asked.includes('-h')) {
  console.log(USAGE);
  process.exit(0);
}

const folder = mkdtempSync(path.join(os.tmpdir(), 'turnpike-jest-'));
const resultFile = path.join(folder, 'result.json');
const tally = { passed: 0, failed: 0 };
try {
  await prepare();
  const runs =
    asked.length > 0
      ? [asked]
      : [
          ['--testPathIgnorePatterns', TIMED],
          ['--runInBand', TIMED],
        ];
  for (const args of runs) add(await runJest(args));
} catch (error) {
  report(error);
  tally.failed = 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
process.exitCode = tally.failed === 0 ? 0 : 1;
console.log(`${tally.passed} passed, ${tally.failed} failed`);

/** Jest can fail without a failed test: an open handle, a threshold, no test found. */
function add(code) {
  const { passed, failed } = readTally();
  tally.passed += passed;
  tally.failed += code !== 0 && failed === 0 ? 1 : failed;
  rmSync(resultFile, { force: true });
}

function runJest(args) {
  const jest = path.join(ROOT, 'node_modules/jest/bin/jest.js');
  const options = ['--json', `--outputFile=${resultFile}`, ...args];
  // Standard output would show the whole JSON; the report for people goes to standard error.
  const child = spawn(process.execPath, [jest, ...options], {
    cwd: ROOT,
    stdio: ['inherit', 'ignore', 'inherit'],
  });
  return new Promise((resolve, reject) => child.on('error', reject).on('exit', (code) => resolve(code ?? 1)));
}

/** A file that could not be run at all has no tests to count; it counts as one failure. */
function readTally() {
  if (!existsSync(resultFile)) return { passed: 0, failed: 1 };
  const result = JSON.parse(readFileSync(resultFile, 'utf8'));
  return {
    passed: result.numPassedTests,
    failed: result.numFailedTests + result.numRuntimeErrorTestSuites,
  };
}
