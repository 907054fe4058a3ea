// `npm run bench`: all parts; `npm run bench -- lanes http`: those. Options: --runs N, --quick.
// Tables go to the terminal, figures, plots and a document to bench/results; a quick run keeps them elsewhere.
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { runScript, secondsSince, Trouble } from '../scripts/console.mjs';
import { prepareCheckout } from './child.mjs';
import { machineOf } from './machine.mjs';
import * as backlog from './parts/backlog.mjs';
import * as http from './parts/http.mjs';
import * as lanes from './parts/lanes.mjs';
import * as limits from './parts/limits.mjs';
import * as neighbours from './parts/neighbours.mjs';
import { installPeers } from './peers.mjs';
import { keep, RESULTS, writeDocument } from './results.mjs';
import { onServers } from './servers.mjs';
import { asText } from './tables.mjs';
import { targetTable } from './targets.mjs';

const PARTS = { limits, lanes, http, backlog, neighbours };

/** What was only tried out must not replace what was measured. */
const QUICK_RESULTS = path.join(os.tmpdir(), 'turnpike-bench-quick');

await runScript(main);
process.exit();

async function main() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { runs: { type: 'string' }, quick: { type: 'boolean', default: false } },
  });
  const unknown = positionals.filter((name) => !PARTS[name]);
  if (unknown.length > 0)
    throw new Trouble(`there is no part ${unknown.join(', ')}: ${Object.keys(PARTS).join(', ')}`);
  const { quick } = values;
  const runs = Number(values.runs ?? (quick ? 1 : 3));
  prepareCheckout();
  await installPeers();
  await onServers('redis', (servers) => measureAll(positionals, { servers, runs, quick }));
}

/** The limits are measured in every run: the rest is read against them. */
async function measureAll(wanted, { servers, runs, quick }) {
  const folder = quick ? QUICK_RESULTS : RESULTS;
  const names = Object.keys(PARTS).filter(
    (name) => name === 'limits' || wanted.length === 0 || wanted.includes(name),
  );
  const machine = await machineOf(servers);
  let limitsNow = null;
  for (const name of names) {
    const start = Date.now();
    const progress = (what) => console.error(`  ${name}: ${what} …`);
    const measured = await PARTS[name].measure({ servers, runs, quick, progress, limits: limitsNow });
    limitsNow ??= measured.medians;
    const found = { machine, runCount: runs, quick, limits: limitsNow, ...measured };
    keep(name, PARTS[name], found, folder);
    show(PARTS[name].describe(found));
    console.error(`✓ ${name} (${secondsSince(start)} s)`);
  }
  writeDocument(PARTS, folder);
  console.log(`\nResults are in ${path.relative(process.cwd(), folder)}`);
}

function show({ title, tables, targets }) {
  console.log(`\n── ${title}`);
  tables.forEach((table) => console.log(asText(table)));
  if (targets.length > 0) console.log(asText(targetTable(targets)));
}
