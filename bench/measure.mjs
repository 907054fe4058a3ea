// Measures the parts that are wanted, one after the other, and writes down and shows what they found.
import os from 'node:os';
import path from 'node:path';
import { secondsSince, Trouble } from '../scripts/console.mjs';
import { machineOf } from './machine.mjs';
import * as backlog from './parts/backlog.mjs';
import * as dashboard from './parts/dashboard.mjs';
import * as flood from './parts/flood.mjs';
import * as http from './parts/http.mjs';
import * as lanes from './parts/lanes.mjs';
import * as limits from './parts/limits.mjs';
import * as neighbours from './parts/neighbours.mjs';
import * as streams from './parts/streams.mjs';
import { keep, RESULTS, writeDocument } from './results.mjs';
import { onServers } from './servers.mjs';
import { asText } from './tables.mjs';
import { targetTable } from './targets.mjs';

const PARTS = { limits, lanes, http, backlog, neighbours, flood, dashboard, streams };

/** What was only tried out must not replace what was measured. */
const QUICK_RESULTS = path.join(os.tmpdir(), 'turnpike-bench-quick');

/** All parts where none is named. */
export async function measureParts(wanted, { runs, quick }) {
  const unknown = wanted.filter((name) => !PARTS[name]);
  if (unknown.length > 0)
    throw new Trouble(`there is no part ${unknown.join(', ')}: ${Object.keys(PARTS).join(', ')}`);
  const names = Object.keys(PARTS).filter((name) => wanted.length === 0 || wanted.includes(name));
  const folder = quick ? QUICK_RESULTS : RESULTS;
  await onServers('redis', (servers) => measureEach(names, { servers, runs, quick, folder }));
  writeDocument(PARTS, folder);
  console.log(`\nResults are in ${path.relative(process.cwd(), folder)}`);
}

/** The limits are measured in every run: the rest is read against them. */
async function measureEach(names, { servers, runs, quick, folder }) {
  const machine = await machineOf(servers);
  let measuredLimits = null;
  for (const name of new Set(['limits', ...names])) {
    const start = Date.now();
    const progress = (what) => console.error(`  ${name}: ${what} …`);
    const measured = await PARTS[name].measure({ servers, runs, quick, progress });
    measuredLimits ??= measured.medians;
    const found = { machine, runCount: runs, quick, limits: measuredLimits, ...measured };
    keep(name, PARTS[name], found, folder);
    show(PARTS[name].describe(found));
    console.error(`✓ ${name} (${secondsSince(start)} s)`);
  }
}

function show({ title, tables, targets }) {
  console.log(`\n── ${title}`);
  tables.forEach((table) => console.log(asText(table)));
  if (targets.length > 0) console.log(asText(targetTable(targets)));
}
