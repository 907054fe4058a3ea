// `npm test`: installs and builds what is missing, runs jest, and ends with one line: N passed, N failed.
// Everything after `npm test --` goes to jest.
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { ROOT } from './checkout.mjs';
import { report } from './console.mjs';
import { prepare } from './prepare.mjs';

const folder = mkdtempSync(path.join(os.tmpdir(), 'turnpike-jest-'));
const resultFile = path.join(folder, 'result.json');
const tally = { passed: 0, failed: 0 };
try {
  await prepare();
  const code = await runJest(process.argv.slice(2));
  Object.assign(tally, readTally());
  // Jest can fail without a failed test: an open handle, a threshold, no test found.
  if (code !== 0 && tally.failed === 0) tally.failed = 1;
} catch (error) {
  report(error);
  tally.failed = 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
process.exitCode = tally.failed === 0 ? 0 : 1;
console.log(`${tally.passed} passed, ${tally.failed} failed`);

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
