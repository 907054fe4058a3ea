// `npm run bench:lanes`: the dispatch core alone. Writes of many users are accepted durably, queued, claimed, handled
// and ended, and beside it BullMQ alone does the same work without ledger and without order.
// Prints JSON; options: --users --writes --handler-ms --concurrency --submitters --backend --runs
import { readArguments } from '../scripts/arguments.mjs';
import { prepareCheckout } from './child.mjs';
import { TURNPIKE, WITHOUT_ORDER } from './peers.mjs';
import { runCourse } from './run-course.mjs';
import { mediansOf } from './statistics.mjs';

const USAGE = `npm run bench:lanes [-- --users N] [--writes N] [--handler-ms N] [--concurrency N] [--submitters N] [--backend B] [--runs N]

Measures the dispatch core alone, beside BullMQ alone, and prints JSON. The backend is redis or postgres.`;

const { values } = readArguments(USAGE, {
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
  kind: 'spread',
  users: Number(values.users),
  writes: Number(values.writes),
  handlerMs: Number(values['handler-ms']),
  submitters: Number(values.submitters),
};
const { backend } = values;
const concurrency = Number(values.concurrency);

prepareCheckout();
const { onServers } = await import('./servers.mjs'); // needs packages that a fresh clone has just installed
// On PostgreSQL alone BullMQ without a ledger would be another comparison than the one that is asked for.
const contenders = backend === 'redis' ? [TURNPIKE, WITHOUT_ORDER] : [TURNPIKE];
const runs = await onServers(backend, async (servers) => {
  const found = Object.fromEntries(contenders.map(({ name }) => [name, []]));
  for (let run = 0; run < Number(values.runs); run += 1) {
    for (const contender of contenders) {
      console.error(`  run ${run + 1}: ${contender.name} …`);
      found[contender.name].push(await runCourse(contender, load, servers, { concurrency }));
    }
  }
  return found;
});
const medians = Object.fromEntries(Object.entries(runs).map(([name, of]) => [name, mediansOf(of)]));
console.log(JSON.stringify({ load: { ...load, concurrency, backend }, medians, runs }, null, 2));
