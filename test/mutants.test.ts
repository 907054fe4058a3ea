// The guards that `npm run mutants` takes out are where its table says. None is taken out here.
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

const ROOT = path.resolve(__dirname, '..');
const AUTHORISE = 'libs/engine/src/request/authorise.ts';

const check = (...args: string[]) =>
  promisify(execFile)(process.execPath, [path.join(ROOT, 'scripts/mutants.mjs'), '--check', ...args]);

describe('npm run mutants', () => {
  test('finds every guard once, every test that proves one, and its table in docs/security.md', async () => {
    await check();
  });

  test('has forty guards and more', async () => {
    const { stdout } = await promisify(execFile)(process.execPath, ['scripts/mutants.mjs', '--list'], {
      cwd: ROOT,
    });
    expect(stdout.trim().split('\n').length).toBeGreaterThanOrEqual(40);
  });

  test.each([
    ['Error: expect(received).toBe(expected)', 'failed'],
    ['Error: expect(received).rejects.toThrow()\n\nTypeError: fetch failed', 'failed'],
    ['thrown: "Exceeded timeout of 60000 ms for a test.', 'failed otherwise'],
    ['ReferenceError: epoch is not defined\n    at claim', 'failed otherwise'],
    ["TypeError: Cannot read properties of undefined (reading 'id')", 'failed otherwise'],
    ['thrown: "Exceeded timeout of 60000 ms for a hook.', 'could not be started'],
  ])('takes a test that complains %j for %s', async (message, verdict) => {
    const failed = { fullName: 'of it', status: 'failed', failureMessages: [message] };
    const results = [{ name: '/x.test.ts', status: 'failed', assertionResults: [failed] }];
    const script = `import { verdictOn } from './scripts/mutants/proofs.mjs';
      console.log(verdictOn(['x.test.ts', 'of it'], ${JSON.stringify(results)}).verdict)`;
    const options = ['--input-type=module', '-e', script];
    const { stdout } = await promisify(execFile)(process.execPath, options, { cwd: ROOT });
    expect(stdout).toBe(`${verdict}\n`);
  });

  test('says which guard has moved, and which test is gone', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'turnpike-mutants-'));
    mkdirSync(path.join(folder, path.dirname(AUTHORISE)), { recursive: true });
    const source = readFileSync(path.join(ROOT, AUTHORISE), 'utf8');
    writeFileSync(path.join(folder, AUTHORISE), source.replaceAll('ownerId === userId', 'true'));
    const { stderr } = (await check('--root', folder).catch((error: unknown) => error)) as { stderr: string };
    rmSync(folder, { recursive: true });
    expect(stderr).toContain(`owner-only: the guard has moved, ${AUTHORISE} has 0 times`);
    expect(stderr).not.toContain('role-only: the guard has moved');
    expect(stderr).toContain('owner-only: libs/engine/src/request/authorise.spec.ts has no test');
  });
});
