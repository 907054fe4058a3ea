// One user who takes all that the quotas leave, and a hundred others: what the others notice.
import { runChild } from '../child.mjs';
import { mediansOf } from '../statistics.mjs';
import { startSystem } from '../system.mjs';
import { atMost } from '../targets.mjs';

const FULL = { users: 100, perSecond: 60, seconds: 30 };
const QUICK = { users: 10, perSecond: 20, seconds: 5 };

const CASES = { alone: 'without that one', beside: 'beside that one' };

/** All come from one address, which is not limited; users are, as they usually are. */
const USER_LIMITS = { RATE_LIMIT_USER: '1200', CONCURRENT_PER_USER: '32' };

export async function measure({ servers, runs, quick, progress }) {
  const size = quick ? QUICK : FULL;
  const found = { alone: [], beside: [] };
  for (let run = 1; run <= runs; run += 1) {
    for (const name of Object.keys(CASES)) {
      progress(`run ${run}, ${CASES[name]}`);
      found[name].push(await measureOne(servers, { ...size, flood: name === 'beside' }));
    }
  }
  return { size, medians: { alone: mediansOf(found.alone), beside: mediansOf(found.beside) }, runs: found };
}

async function measureOne(servers, load) {
  const system = await startSystem(servers, USER_LIMITS);
  try {
    return await runChild('flood-load.mjs', { url: system.url, ...load });
  } finally {
    await system.stop();
  }
}

export function describe({ medians, size: { users, perSecond } }) {
  const rows = Object.entries(CASES).map(([name, title]) => {
    const { p50Ms, p99Ms, refused, floodAnswered, floodRefused } = medians[name];
    return [title, p50Ms, p99Ms, refused, floodAnswered, floodRefused];
  });
  return {
    title: 'Flood',
    tables: [
      {
        title: `${users} users, ${perSecond} requests/s: lists, \`/v1/me\` and orders`,
        columns: ['', 'p50 ms', 'p99 ms', 'refused', 'of the one answered', 'and refused'],
        rows,
        notes: [
          'The one asks for its largest pages, 32 at once, until its 1,200 requests of a minute are spent.',
        ],
      },
    ],
    targets: [
      atMost('flood: the others’ p99, beside to without', medians.beside.p99Ms / medians.alone.p99Ms, 2),
      atMost('flood: requests of the others refused', medians.beside.refused, 0),
    ],
    plot: {
      title: 'Flood: what the others wait for an answer',
      unit: 'ms, less is better',
      groups: ['p50Ms', 'p99Ms'].map((column) => ({
        title: column.replace('Ms', ''),
        bars: Object.entries(CASES).map(([name, title]) => ({ label: title, value: medians[name][column] })),
      })),
    },
  };
}
