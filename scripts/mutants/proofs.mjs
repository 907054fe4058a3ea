// Runs tests by their names, and says of each whether it passed.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';

/** Milliseconds for the tests of one guard: more than any of them takes on a slow machine. */
const WITHIN_MS = 15 * 60_000;

/**
 * @param folder the checkout whose tests they are
 * @param tests pairs of a file and a part of a test's name
 * @returns each with its verdict: passed, failed, or why there is none
 */
export async function runProofs(folder, tests) {
  const resultFile = path.join(folder, 'mutant-result.json');
  rmSync(resultFile, { force: true });
  await runJest(folder, tests, resultFile);
  const results = existsSync(resultFile) ? JSON.parse(readFileSync(resultFile, 'utf8')).testResults : [];
  return tests.map((test) => ({ test, verdict: verdictOn(test, results) }));
}

async function runJest(folder, tests, resultFile) {
  const files = [...new Set(tests.map(([file]) => file))];
  const names = tests.map(([, name]) => name.replaceAll(/[.*+?^${}()|[\]\\/]/g, '\\$&')).join('|');
  const options = ['--runInBand', '--json', `--outputFile=${resultFile}`, '--forceExit', '-t', names];
  const jest = path.join(folder, 'node_modules/jest/bin/jest.js');
  const child = spawn(process.execPath, [jest, ...options, '--runTestsByPath', ...files], {
    cwd: folder,
    stdio: 'ignore',
    timeout: WITHIN_MS,
  });
  await once(child, 'exit');
}

/** A mutant with which a file cannot even be read is no mutant. */
function verdictOn([file, name], results) {
  const result = results.find((one) => one.name.endsWith(`/${file}`));
  if (!result) return 'was not run';
  const ran = result.assertionResults.filter(
    ({ fullName, status }) => fullName.includes(name) && status !== 'pending',
  );
  if (ran.length === 0) return result.status === 'failed' ? 'could not be run' : 'was not found';
  return ran.some(({ status }) => status === 'failed') ? 'failed' : 'passed';
}
