// Runs tests by their names, and says of each whether it passed.
import { existsSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { runQuietly } from '../child.mjs';

/** Milliseconds for a test or a hook: a slow machine must not look like a guard that is proven. */
const TEST_WITHIN_MS = 180_000;

/**
 * @param folder the checkout whose tests they are
 * @param tests pairs of a file and a part of a test's name
 * @returns each with its verdict: passed, failed, or why there is none; and with what it complained of
 */
export async function runProofs(folder, tests) {
  const resultFile = path.join(folder, 'mutant-result.json');
  rmSync(resultFile, { force: true });
  await runJest(folder, tests, resultFile);
  const results = existsSync(resultFile) ? JSON.parse(readFileSync(resultFile, 'utf8')).testResults : [];
  return tests.map((test) => ({ test, ...verdictOn(test, results) }));
}

async function runJest(folder, tests, resultFile) {
  const files = [...new Set(tests.map(([file]) => file))];
  const names = tests.map(([, name]) => name.replaceAll(/[.*+?^${}()|[\]\\/]/g, '\\$&')).join('|');
  const limits = ['--runInBand', `--testTimeout=${TEST_WITHIN_MS}`];
  const options = [...limits, '--json', `--outputFile=${resultFile}`, '--forceExit', '-t', names];
  const jest = path.join(folder, 'node_modules/jest/bin/jest.js');
  const args = [jest, ...options, '--runTestsByPath', ...files];
  // It exits with 1 where a test fails, which is what is hoped for.
  await runQuietly(process.execPath, args, { cwd: folder }).catch(() => undefined);
}

/** What is said of a process that ends at its start, or is not there in time. */
const NOT_STARTED = /ended \(\d+\) before it was ready|Exceeded timeout of \d+ ms for a hook/;

/** A test that waits in vain has found nothing, and what is no longer defined has been broken, not taken out. */
const FAILED_OTHERWISE = /^(thrown: "Exceeded timeout of \d+ ms for a test|(Reference|Type)Error: )/;

/**
 * A mutant with which a file cannot even be read, or a process not started, is no mutant.
 * @returns `failed` only where the test has found that something is not as it should be
 */
export function verdictOn([file, name], results) {
  const result = results.find((one) => one.name.endsWith(`/${file}`));
  if (!result) return { verdict: 'was not run' };
  const ran = result.assertionResults.filter(
    ({ fullName, status }) => fullName.includes(name) && status !== 'pending',
  );
  const failed = ran.find(({ status }) => status === 'failed');
  if (failed) return verdictOnFailure(complaintOf(failed));
  if (ran.length > 0) return { verdict: 'passed' };
  return { verdict: result.status === 'failed' ? 'could not be run' : 'was not found' };
}

function verdictOnFailure(complaint) {
  if (NOT_STARTED.test(complaint)) return { verdict: 'could not be started' };
  if (FAILED_OTHERWISE.test(complaint)) return { verdict: 'failed otherwise', complaint };
  return { verdict: 'failed', complaint };
}

/** In one line, without the colours of a terminal and the stack. */
function complaintOf({ failureMessages: [message = ''] }) {
  const [words] = stripVTControlCharacters(message).split('\n    at ');
  return words.replaceAll(/\s+/g, ' ').slice(0, 200);
}
