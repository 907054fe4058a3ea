// `npm run mutants`: takes the guards of the source out, one by one, and runs the tests that docs/security.md names as
// their proof. A test that still passes proves nothing: its guard is a survivor.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { readArguments } from './arguments.mjs';
import { ROOT } from './checkout.mjs';
import { Trouble, runScript, secondsSince } from './console.mjs';
import { complaintsAbout } from './mutants/check.mjs';
import { DOCUMENT, withTable } from './mutants/document.mjs';
import { GUARDS } from './mutants/guards.mjs';
import { runProofs } from './mutants/proofs.mjs';
import { prepare } from './prepare.mjs';

const USAGE = `npm run mutants [-- --list | --check | --write] [--only NAME] [--trust]

Takes the guards out of a copy of the source, one by one, and expects the tests that prove each of them to fail.
Exits with 1 where a guard survives; it takes about half a minute for each.
  --only NAME  this guard alone; may be given several times
  --why        says what each test complained of
  --trust      does not run the tests on the source as it is first
  --list       prints the guards, and runs nothing
  --check      looks whether each guard and each of its tests is where the table says, and runs nothing
  --write      writes the table of ${DOCUMENT} anew, and runs nothing
  --root DIR   another checkout, for --check`;

const { values } = readArguments(USAGE, {
  options: {
    only: { type: 'string', multiple: true, default: [] },
    why: { type: 'boolean', default: false },
    trust: { type: 'boolean', default: false },
    list: { type: 'boolean', default: false },
    check: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
    root: { type: 'string', default: ROOT },
  },
});

await runScript(async () => {
  if (values.list) return list();
  if (values.write) return writeDocument();
  check();
  if (!values.check) await run(chosen());
});

function list() {
  for (const { name, is, tests } of GUARDS) console.log(`${name}: ${is} (${tests.map(wordsOf).join(', ')})`);
}

function writeDocument() {
  const file = path.join(ROOT, DOCUMENT);
  writeFileSync(file, withTable(readFileSync(file, 'utf8'), GUARDS));
}

function check() {
  const read = (file) => {
    const found = path.join(values.root, file);
    return existsSync(found) ? readFileSync(found, 'utf8') : null;
  };
  const complaints = complaintsAbout(GUARDS, read);
  if (complaints.length > 0) throw new Trouble(`${complaints.length} of it is wrong`, complaints.join('\n'));
}

function chosen() {
  const unknown = values.only.filter((name) => !GUARDS.some((guard) => guard.name === name));
  if (unknown.length > 0) throw new Trouble(`no guard is called ${unknown.join(', ')}: see --list`);
  return values.only.length > 0 ? GUARDS.filter(({ name }) => values.only.includes(name)) : GUARDS;
}

async function run(guards) {
  if (guards.some(needsBuild)) await prepare();
  // It brings the compiler, for which --check and --list need not wait.
  const { Scratch } = await import('./mutants/scratch.mjs');
  const scratch = new Scratch();
  try {
    if (!values.trust) await assertProofsPass(scratch, guards);
    const survivors = [];
    for (const guard of guards) if (!(await isKilled(scratch, guard))) survivors.push(guard.name);
    console.log(`${guards.length - survivors.length} of ${guards.length} guards are proven`);
    if (survivors.length > 0) throw new Trouble(`survivors: ${survivors.join(', ')}`);
  } finally {
    scratch.remove();
  }
}

/** Specs read the source; the tests of whole processes start what was built. */
function needsBuild({ tests }) {
  return tests.some(([file]) => !file.endsWith('.spec.ts'));
}

/** A test that fails anyway would kill every mutant. */
async function assertProofsPass(scratch, guards) {
  for (const guard of guards) scratch.compileAlone(guard);
  const tests = guards.flatMap((guard) => guard.tests);
  const results = await runProofs(scratch.folder, tests);
  const wrong = results.filter(({ verdict }) => verdict !== 'passed');
  const lines = wrong.map(({ test, verdict }) => `${wordsOf(test)} ${verdict}`);
  if (wrong.length > 0) throw new Trouble('these tests do not pass on the source as it is', lines.join('\n'));
}

/** Every test that is named as its proof has to fail. */
async function isKilled(scratch, guard) {
  const start = Date.now();
  const results = await scratch.without(guard, () => runProofs(scratch.folder, guard.tests));
  const killed = results.every(({ verdict }) => verdict === 'failed');
  console.log(`${killed ? 'killed  ' : 'SURVIVED'} ${guard.name} (${secondsSince(start)} s)`);
  for (const { test, verdict, complaint } of results) {
    if (verdict !== 'failed') console.log(`         ${wordsOf(test)} ${verdict}`);
    if (complaint && (values.why || verdict !== 'failed')) console.log(`         ${complaint}`);
  }
  return killed;
}

function wordsOf([file, name]) {
  return `${file} “${name}”`;
}
