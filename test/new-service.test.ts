// What `npm run new-service` writes starts and passes its test, in a fresh copy of the checkout.
import { execFile } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { cp, mkdtemp, rm, symlink } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

const ROOT = path.resolve(__dirname, '..');

/** Is made anew, linked, or nobody's business here. */
const NOT_COPIED = ['.git', '.turnpike', 'node_modules', 'dist'];

/** With a hyphen, and as long as a name may be. */
const NAME = 'gift-cards-of-a-whole-year';

describe('a service that is written by a command', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'turnpike-service-'));
    const names = readdirSync(ROOT).filter((name) => !NOT_COPIED.includes(name));
    for (const name of names) await cp(path.join(ROOT, name), path.join(folder, name), { recursive: true });
    await symlink(path.join(ROOT, 'node_modules'), path.join(folder, 'node_modules'));
  }, 60_000);
  afterAll(() => rm(folder, { recursive: true, force: true }));

  /** Where an entry could be expected. */
  function lists(): string[] {
    return ['package.json', 'nest-cli.json', 'tsconfig.json', '.dependency-cruiser.cjs'].map((file) =>
      readFileSync(path.join(folder, file), 'utf8'),
    );
  }

  async function run(script: string, ...args: string[]): Promise<string> {
    const { TEST_POSTGRES_URL: _postgres, TEST_REDIS_URL: _redis, NODE_ENV: _env, ...env } = process.env;
    const options = { cwd: folder, env, maxBuffer: 16 * 1024 * 1024 };
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [script, ...args], options);
    return stdout + stderr;
  }

  it('is built, starts and passes its own test, without an entry in any list', async () => {
    const before = lists();
    expect(await run('scripts/new-service.mjs', NAME)).toContain(`npm start -- ${NAME}`);
    const files = readdirSync(path.join(folder, 'services', NAME, 'src')).sort();
    expect(files).toEqual(['main.ts', 'migrate.ts', 'service.spec.ts', 'service.ts', 'tables.ts']);
    await run('node_modules/prettier/bin/prettier.cjs', '--check', 'services');
    await run('scripts/build.mjs', NAME);
    const said = await run('node_modules/jest/bin/jest.js', `services/${NAME}`);
    expect(said).toContain('Tests:       3 passed, 3 total');
    expect(lists()).toEqual(before);
  }, 300_000);

  it.each(['', 'Gift', 'gift_cards', 'a'.repeat(31), 'a b', 'loyalty', 'gateway'])(
    'is not written under the name “%s”',
    async (typed) => {
      const names = typed.split(' ').filter(Boolean);
      await expect(run('scripts/new-service.mjs', ...names)).rejects.toMatchObject({ code: 1 });
      expect(existsSync(path.join(folder, 'services', names[0] ?? 'src'))).toBe(false);
    },
  );
});
