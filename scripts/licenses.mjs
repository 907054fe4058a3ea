// `npm run licenses`: lists every package that production needs, with its licence, in docs/licenses.md. A licence that
// is not on the list below ends it with an error. `--check` writes nothing and fails where the document is out of date.
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { readArguments } from './arguments.mjs';
import { ROOT } from './checkout.mjs';
import { Trouble, report } from './console.mjs';

/** Permissive ones: they ask for their text to be passed on, and nothing of our own source. */
const ALLOWED = [
  '0BSD',
  'Apache-2.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'BlueOak-1.0.0',
  'ISC',
  'MIT',
  'Python-2.0',
  'Unlicense',
];

const USAGE = `npm run licenses [-- --check] [--lock FILE] [--document FILE]

Lists the licences of what production installs in docs/licenses.md.
  --check          writes nothing, and fails where the document is out of date
  --lock FILE      another package-lock.json
  --document FILE  another document`;

const { values } = readArguments(USAGE, {
  options: {
    check: { type: 'boolean', default: false },
    lock: { type: 'string', default: path.join(ROOT, 'package-lock.json') },
    document: { type: 'string', default: path.join(ROOT, 'docs/licenses.md') },
  },
});

try {
  const packages = productionPackages(JSON.parse(readFileSync(values.lock, 'utf8')));
  refuseOthers(packages);
  const text = documentOf(packages);
  if (!values.check) writeFileSync(values.document, text);
  else if (readFileSync(values.document, 'utf8') !== text) {
    throw new Trouble('docs/licenses.md is out of date: npm run licenses');
  }
} catch (error) {
  report(error);
  process.exitCode = 1;
}

/** Without those that only development needs; those of other platforms included, since somebody installs them. */
function productionPackages({ packages }) {
  return Object.entries(packages)
    .filter(([folder, { dev }]) => folder !== '' && !dev)
    .map(([folder, { version, license }]) => {
      return { id: `${folder.split('node_modules/').at(-1)} ${version}`, license: license ?? 'unknown' };
    });
}

function refuseOthers(packages) {
  const others = packages.filter(({ license }) => !ALLOWED.includes(license));
  if (others.length === 0) return;
  const list = others.map(({ id, license }) => `${id} (${license})`).join(', ');
  throw new Trouble(`licences that nobody has looked at: ${list}`);
}

function documentOf(packages) {
  const sections = ALLOWED.map((license) => {
    const ids = packages.filter((one) => one.license === license).map(({ id }) => id);
    const lines = [...new Set(ids)].sort().map((id) => `- \`${id}\``);
    return lines.length > 0 ? `## ${license}\n\n${lines.join('\n')}\n` : '';
  });
  return `# Licences

What \`npm ci --omit=dev\` installs, by licence, from \`package-lock.json\`. Made by \`npm run licenses\`, which refuses
any licence but these; all of them allow use in closed products. What the scripts of the dashboard contain is told with them,
at \`/ops/licenses.txt\`.

${sections.filter(Boolean).join('\n')}`;
}
