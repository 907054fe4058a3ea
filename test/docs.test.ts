// What the documents say of the code is held to the code. Nothing is started.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { ACTS, ROLES, ROUTINE_READS } from '@turnpike/protocol';
import { SHOP_READS } from '@turnpike/contracts';
import { SECURITY_EVENTS } from '@turnpike/service';
import { routesInCode } from './support/routes-in-code.js';
import { ACTIONS, SHOP } from './support/shop.js';
import type { ActionDefinition } from '../libs/engine/src/request/authorise.js';
import { TRAIL } from '../libs/engine/src/ops/audited-routes.js';
import { TRANSITIONS } from '../libs/engine/src/ledger/states.js';

const ROOT = path.resolve(__dirname, '..');
const TOP_FOLDERS = readdirSync(ROOT, { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
  .map(({ name }) => name);

/** `env.NAME`, `variables['NAME']`, `text('NAME'`, or the quoted name of something with an underscore. */
const READ_OF_VARIABLE =
  /\b(?:env|given)\.([A-Z][A-Z_]+)\b|\bvariables\['([A-Z_]+)'|\btext\('([A-Z]+)'|'([A-Z]+(?:_[A-Z]+)+)'/g;

/** What READ_OF_VARIABLE finds and nobody sets for Turnpike; the first two are the ends of three names each. */
const NOT_SETTINGS = [
  'DATABASE_URL',
  'DATABASE_RUNTIME_ROLE',
  'ERR_MODULE_NOT_FOUND',
  'ERR_PARSE_ARGS',
  'NO_COLOR',
  'PATH',
];

const DOCUMENTS = [
  'README.md',
  'SECURITY.md',
  'CHANGELOG.md',
  ...filesBelow('docs').filter((file) => file.endsWith('.md')),
];

describe('docs/states.md', () => {
  const diagrams = [...read('docs/states.md').matchAll(/```mermaid\n([^]*?)```/g)].map(
    ([, diagram]) => diagram!,
  );
  const known = Object.keys(TRANSITIONS);

  test('has the transitions of an operation that the code has', () => {
    const drawn = arrowsOf(diagrams[0]!).filter((arrow) => !arrow.includes('[*]'));
    const coded = Object.entries(TRANSITIONS).flatMap(([from, to]) =>
      to.map((state) => `${from} --> ${state}`),
    );
    expect(drawn.sort()).toEqual(coded.sort());
  });

  test('draws an end behind the states that are final', () => {
    const ends = arrowsOf(diagrams[0]!).filter((arrow) => arrow.endsWith('[*]'));
    const final = known.filter((state) => TRANSITIONS[state as keyof typeof TRANSITIONS].length === 0);
    expect(ends.sort()).toEqual(final.map((state) => `${state} --> [*]`).sort());
  });
});

describe('docs/security-log.md', () => {
  const rows = [
    ...read('docs/security-log.md').matchAll(/^\| `(\w+)` \| (INFO|WARN|CRITICAL) \| .+ \| .+ \|$/gm),
  ];

  test('has every event that there is, with its severity', () => {
    expect(rows.map(([, event, severity]) => [event, severity])).toEqual(Object.entries(SECURITY_EVENTS));
  });

  test('has no event that nothing in the sources tells of', () => {
    const sources = ['gateway/src', 'identity/src', 'libs/engine/src', 'libs/service/src']
      .flatMap(filesBelow)
      .filter((file) => /(?<!\.spec)\.ts$/.test(file) && !file.endsWith('/security-log.ts'));
    const code = sources.map(read).join('\n');
    expect(Object.keys(SECURITY_EVENTS).filter((event) => !code.includes(`'${event}'`))).toEqual([]);
  });

  test('has its trail of every route that a role can let somebody in to, and of no other', () => {
    const byRole = routesInCode().filter(
      ({ actions }) => actions !== 'public' && actions!.some(({ allow }) => isForRoles(allow)),
    );
    const told = Object.keys(TRAIL).map((route) => route.replaceAll(/:(\w+)/g, '{$1}'));
    const others = byRole.filter(({ address }) => !told.includes(address));
    expect(told.filter((address) => !byRole.some((route) => route.address === address))).toEqual([]);
    // Of the application's the first action says what the trail is told.
    const silent = others.filter(({ actions }) => {
      const { name, shows, acts } = (actions as ActionDefinition[])[0]!;
      return !shows && !acts && !SHOP.knows(name);
    });
    expect(silent).toEqual([]);
  });

  test('has the actions that the trail alone tells of', () => {
    const named = Object.values(TRAIL).flatMap((told) => {
      if (typeof told === 'string') return [];
      return 'acts' in told ? [told.acts] : [told.reads];
    });
    named.push(...ACTIONS.flatMap(({ shows, acts }) => shows ?? acts ?? []));
    expect(
      [...new Set(named)].filter((action) => !read('docs/security-log.md').includes(`\`${action}\``)),
    ).toEqual([]);
    const unused = [...SHOP_READS, ...ROUTINE_READS, ...ACTS].filter(
      (action) => action !== 'audit.reveal' && !named.includes(action),
    );
    expect(unused).toEqual([]);
  });
});

test('docs/observability.md lists every metric of ours', () => {
  const named = (text: string, quote: string) => [
    ...text.matchAll(new RegExp(`${quote}(turnpike_\\w+)${quote}`, 'g')),
  ];
  const sources = ['libs/engine/src', 'libs/service/src']
    .flatMap(filesBelow)
    .filter((file) => /(?<!\.spec)\.ts$/.test(file));
  const coded = sources.flatMap((file) => named(read(file), "'").map(([, name]) => name));
  const listed = named(read('docs/observability.md'), '`').map(([, name]) => name);
  expect(listed.sort()).toEqual(coded.sort());
});

test('README.md lists every variable that is read, and no other', () => {
  const table = /## Configuration\n([^]*?)\n## /.exec(read('README.md'))![1]!;
  const listed = [...table.matchAll(/^\| ([^|]+) \|/gm)].flatMap(([, cell]) => variablesIn(cell!));
  expect([...new Set(listed)].sort()).toEqual(variablesRead());
});

describe.each(DOCUMENTS)('%s', (document) => {
  const text = read(document);

  test('names scripts that package.json has', () => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
    const named = [...text.matchAll(/\bnpm (?:run ([\w:-]+)|(start|test)\b)/g)].map(
      ([, run, own]) => run ?? own!,
    );
    expect(named.filter((name) => !scripts[name])).toEqual([]);
  });

  test('names paths that exist', () => {
    const quoted = [...text.matchAll(/`([^`\s]+)`/g)].map(([, name]) => name!).filter(isPath);
    const missing = quoted.filter((name) => !existsSync(path.join(ROOT, name)));
    expect(missing).toEqual([]);
  });

  test('names what is in the file of which it is told', () => {
    const told = [...text.matchAll(/`([\w.]+)`\s\(?in\s`([\w./-]+\.\w+)`/g)];
    const missing = told.filter(([, name, file]) => !read(file!).includes(name!));
    expect(missing.map(([words]) => words)).toEqual([]);
  });

  test('links to files that exist, and to headings that are there', () => {
    const links = [...text.matchAll(/\]\((?!https?:)([^)#]*)#?([^)]*)\)/g)];
    const folder = path.dirname(document);
    const isThere = (file: string, heading: string) => {
      const target = file ? path.join(folder, file) : document;
      return existsSync(path.join(ROOT, target)) && (!heading || headingsOf(target).includes(heading));
    };
    const missing = links.filter(([, file, heading]) => !isThere(file!, heading!));
    expect(missing.map(([link]) => link)).toEqual([]);
  });
});

test('every script that package.json has exists', () => {
  const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
  const files = Object.values(scripts).flatMap((command) => command.match(/\bscripts\/[\w.-]+/g) ?? []);
  expect(files.filter((file) => !existsSync(path.join(ROOT, file)))).toEqual([]);
});

function isForRoles(who: readonly string[]): boolean {
  return who.some((one) => ROLES.some((role) => role === one));
}

function arrowsOf(diagram: string): string[] {
  return [...diagram.matchAll(/^\s*(\S+) --> ([\w[\]*]+)/gm)].map(([, from, to]) => `${from} --> ${to}`);
}

/** As they are linked to: in small letters, without punctuation, with hyphens for spaces. */
function headingsOf(file: string): string[] {
  return [...read(file).matchAll(/^#+ (.+)$/gm)].map(([, heading]) =>
    heading!
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

/** A path of the repository begins with one of its folders, or is a file at its top. */
function isPath(name: string): boolean {
  if (!/^[\w.@/-]+$/.test(name)) return false;
  const [first, ...rest] = name.split('/');
  if (rest.length > 0) return TOP_FOLDERS.includes(first!);
  return /\.(ts|mjs|cjs|json|md|ya?ml)$/.test(name);
}

/** One file of each process reads the environment, by a library; so do the scripts. */

function variablesRead(): string[] {
  const configs = ['libs/engine', 'gateway', 'identity', 'ordering'].map(
    (project) => `${project}/src/config.ts`,
  );
  const library = ['process/environment', 'auth/development-keys', 'process/tls'].map(
    (name) => `libs/service/src/${name}.ts`,
  );
  const sources = [...configs, ...library, ...filesBelow('scripts')];
  const names = sources.flatMap((file) => {
    const code = read(file).replaceAll(/\/\*[^]*?\*\/|\/\/.*/g, '');
    return [...code.matchAll(READ_OF_VARIABLE)].map(([, ...groups]) => groups.find(Boolean)!);
  });
  return [...new Set(names)].filter((name) => !NOT_SETTINGS.includes(name)).sort();
}

function variablesIn(cell: string): string[] {
  return [...cell.matchAll(/`([A-Z][A-Z_]*[A-Z])`/g)].map(([, name]) => name!);
}

function read(file: string): string {
  return readFileSync(path.join(ROOT, file), 'utf8');
}

/** Relative to the repository. The model has a folder of its own, which speaks of other things. */
function filesBelow(folder: string): string[] {
  return readdirSync(path.join(ROOT, folder), { withFileTypes: true }).flatMap((entry) => {
    const name = `${folder}/${entry.name}`;
    if (name === 'docs/model') return [];
    return entry.isDirectory() ? filesBelow(name) : [name];
  });
}
