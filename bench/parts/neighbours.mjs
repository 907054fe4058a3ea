// One user with many writes queued, and a hundred quiet ones: what the quiet ones notice.
import { runChild } from '../child.mjs';
import { mediansOf } from '../statistics.mjs';
import { atMost } from '../targets.mjs';
import { countUnfinished } from '../turnpike.mjs';

const FULL = { hotWrites: 10_000, writes: 20 };
const QUICK = { hotWrites: 1000, writes: 4 };

const USERS = 100;

/** Writes of all quiet users together in a second. */
const PER_SECOND = 200;

const HANDLER_MS = 5;
const CONCURRENCY = 50;

const CASES = { alone: 'without the hot user', beside: 'beside the hot user' };

export async function measure({ servers, runs, quick, progress }) {
  const size = quick ? QUICK : FULL;
  const found = { alone: [], beside: [] };
  for (let run = 1; run <= runs; run += 1) {
    for (const name of Object.keys(CASES)) {
      progress(`run ${run}, ${CASES[name]}`);
      found[name].push(await measureOne(servers, name === 'beside' ? size.hotWrites : 0, size.writes));
    }
  }
  return { size, medians: { alone: mediansOf(found.alone), beside: mediansOf(found.beside) }, runs: found };
}

async function measureOne(servers, hotWrites, writes) {
  const { neighbours: databaseUrl } = await servers.fresh('neighbours');
  const urls = { databaseUrl, redisUrl: servers.redisUrl };
  if (hotWrites > 0) await runChild('fill.mjs', { ...urls, users: 1, size: hotWrites });
  const load = { kind: 'paced', users: USERS, writes, perSecond: PER_SECOND, handlerMs: HANDLER_MS };
  const settings = { ...urls, concurrency: CONCURRENCY, queuedHandlerMs: HANDLER_MS };
  const observed = await runChild('course.mjs', { module: './turnpike.mjs', load, settings });
  return { ...observed, hotLeft: hotWrites > 0 ? await countUnfinished(databaseUrl) : null };
}

export function describe({ medians, size }) {
  const rows = Object.entries(CASES).map(([name, title]) => {
    const { p50Ms, p95Ms, p99Ms, unfinished, hotLeft } = medians[name];
    return [title, p50Ms, p95Ms, p99Ms, unfinished, hotLeft];
  });
  return {
    title: 'Neighbours',
    tables: [
      {
        title: `${USERS} quiet users, ${PER_SECOND} writes/s, handler of ${HANDLER_MS} ms`,
        columns: ['', 'p50 ms', 'p95 ms', 'p99 ms', 'not done', 'hot writes left at the end'],
        rows,
        notes: [
          `The hot user has ${size.hotWrites.toLocaleString('en-US')} writes queued before the first quiet one.`,
        ],
      },
    ],
    targets: [
      atMost('neighbours: quiet p95, beside to without', medians.beside.p95Ms / medians.alone.p95Ms, 1.2),
    ],
    plot: {
      title: 'Neighbours: from accept to done for quiet users',
      unit: 'ms, less is better',
      groups: ['p50Ms', 'p95Ms'].map((column) => ({
        title: column.replace('Ms', ''),
        bars: Object.entries(CASES).map(([name, title]) => ({ label: title, value: medians[name][column] })),
      })),
    },
  };
}
