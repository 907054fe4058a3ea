// `npm run bench:lanes`: the dispatch core alone. Writes of many users are accepted durably, queued, claimed, handled
// and ended, all in one process, and beside it BullMQ alone does the same work without ledger and without order.
// Prints JSON; options: --users --writes --handler-ms --concurrency --submitters --backend --runs
import { parseArgs } from 'node:util';
import { prepare } from '../scripts/prepare.mjs';
import { median } from './statistics.mjs';
import { onServers } from './servers.mjs';

const { values } = parseArgs({
  options: {
    users: { type: 'string', default: '1000' },
    writes: { type: 'string', default: '20' },
    'handler-ms': { type: 'string', default: '0' },
    concurrency: { type: 'string', default: '50' },
    submitters: { type: 'string', default: '64' },
    backend: { type: 'string', default: 'redis' },
    runs: { type: 'string', default: '3' },
  },
});
const load = {
  users: Number(values.users),
  writes: Number(values.writes),
  handlerMs: Number(values['handler-ms']),
  concurrency: Number(values.concurrency),
  submitters: Number(values.submitters),
  backend: values.backend,
};

await prepare();
const results = await onServers(load.backend, async (servers) => {
  const { runTurnpike } = await import('./turnpike.mjs');
  const { runBullMq } = await import('./bullmq.mjs');
  const runs = { turnpike: [], 'BullMQ without order': [] };
  for (let run = 0; run < Number(values.runs); run += 1) {
    runs.turnpike.push(await runTurnpike(load, servers));
    if (load.backend === 'redis') runs['BullMQ without order'].push(await runBullMq(load, servers));
  }
  return runs;
});
const medians = Object.fromEntries(
  Object.entries(results)
    .filter(([, runs]) => runs.length > 0)
    .map(([name, runs]) => [name, mediansOf(runs)]),
);
console.log(JSON.stringify({ load, medians, runs: results }, null, 2));
process.exit(0);

function mediansOf(runs) {
  const names = Object.keys(runs[0]);
  return Object.fromEntries(names.map((name) => [name, median(runs.map((run) => run[name]))]));
}
