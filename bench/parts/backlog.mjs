// A queue that has grown while nobody worked on it: what it costs to let it grow, and to begin again.
import { runChild } from '../child.mjs';
import { onRedis } from '../redis.mjs';
import { mediansOf, rounded } from '../statistics.mjs';
import { atLeast, atMost } from '../targets.mjs';
import { releaseTimes } from '../turnpike.mjs';

const FULL = { sizes: [10_000, 100_000, 1_000_000], users: 10_000, sample: 20_000 };
const QUICK = { sizes: [1000, 3000], users: 500, sample: 1000 };

const MEMORY_MB = 512;
const START_S = 30;

/** Redis holds the heads of the lanes, as many at every size; what it keeps free of itself varies a little. */
const REDIS_GROWTH = 1.25;

export async function measure({ servers, runs, quick, progress }) {
  const { sizes, users, sample } = quick ? QUICK : FULL;
  const found = {};
  for (const size of sizes) {
    // Every size has the same history of finished writes, which leave their traces in Redis too.
    const { backlog: databaseUrl } = await servers.fresh('backlog');
    const urls = { databaseUrl, redisUrl: servers.redisUrl };
    found[size] = [];
    for (let run = 1; run <= runs; run += 1) {
      progress(`run ${run} of ${size} queued`);
      found[size].push(await measureOne(urls, { size, users, sample: Math.min(sample, size) }));
    }
  }
  const medians = Object.fromEntries(Object.entries(found).map(([size, of]) => [size, mediansOf(of)]));
  return { sizes, users, sample, medians, runs: found };
}

/** Fills up to the size, which all but the first run of a size finds nearly reached, and drains a sample. */
async function measureOne({ databaseUrl, redisUrl }, { size, users, sample }) {
  const filled = await runChild('fill.mjs', { databaseUrl, redisUrl, users, size });
  const redisMb = await redisMemory(redisUrl);
  const since = new Date().toISOString();
  const drained = await runChild('drain.mjs', { databaseUrl, redisUrl, sample, startedAt: Date.now() });
  const released = await releaseTimes(databaseUrl, since);
  return {
    acceptedPerSecond: filled.acceptedPerSecond,
    finishedPerSecond: drained.finishedPerSecond,
    releaseP50Ms: released.p50Ms && rounded(released.p50Ms),
    releaseP99Ms: released.p99Ms && rounded(released.p99Ms),
    firstFinishedSeconds: rounded(drained.firstFinishedSeconds),
    acceptingMb: filled.peakMb,
    workerMb: drained.peakMb,
    ...redisMb,
  };
}

async function redisMemory(redisUrl) {
  const info = await onRedis(redisUrl, (redis) => redis.info('memory'));
  const megabytes = (name) => rounded(Number(new RegExp(`${name}:(\\d+)`).exec(info)[1]) / 2 ** 20);
  return { redisUsedMb: megabytes('used_memory'), redisRssMb: megabytes('used_memory_rss') };
}

const COLUMNS = {
  acceptedPerSecond: 'accepted/s',
  finishedPerSecond: 'finished/s',
  releaseP50Ms: 'release p50 ms',
  releaseP99Ms: 'release p99 ms',
  firstFinishedSeconds: 'start to first finished, s',
  acceptingMb: 'accepting process, peak MB',
  workerMb: 'worker, peak MB',
  redisUsedMb: 'Redis used MB',
  redisRssMb: 'Redis RSS MB',
};

export function describe({ medians, sizes, users, sample }) {
  const rows = sizes.map((size) => [
    size.toLocaleString('en-US'),
    ...Object.keys(COLUMNS).map((name) => medians[size][name]),
  ]);
  return {
    title: 'Backlog',
    tables: [
      {
        title: `queued over ${users.toLocaleString('en-US')} users, then worked on`,
        columns: ['queued', ...Object.values(COLUMNS)],
        rows,
        notes: [
          `At each size at most ${sample.toLocaleString('en-US')} writes are finished, and filled up again for the next run.`,
          'Release: from an end, its commit included, to the next claim of that lane; with more lanes than workers the wait for a worker is in it.',
        ],
      },
    ],
    targets: targetsOf(medians, sizes),
    plot: plotOf(medians, sizes),
  };
}

function targetsOf(medians, sizes) {
  const [small, large] = [medians[sizes[0]], medians[sizes.at(-1)]];
  const largest = Math.max(...sizes.flatMap((size) => [medians[size].acceptingMb, medians[size].workerMb]));
  const finished = large.finishedPerSecond / small.finishedPerSecond;
  return [
    atLeast('backlog: finished/s, largest to smallest', finished, 0.9),
    atMost(
      'backlog: memory used by Redis, largest to smallest',
      large.redisUsedMb / small.redisUsedMb,
      REDIS_GROWTH,
    ),
    atMost('backlog: the largest process, MB', largest, MEMORY_MB),
    atMost('backlog: start to first finished at the largest, s', large.firstFinishedSeconds, START_S),
  ];
}

function plotOf(medians, sizes) {
  const group = (title, name) => ({
    title,
    bars: sizes.map((size) => ({
      label: `${size.toLocaleString('en-US')} queued`,
      value: medians[size][name],
    })),
  });
  return {
    title: 'Backlog: writes per second at each size',
    unit: 'writes per second, more is better',
    groups: [group('accepted, no worker', 'acceptedPerSecond'), group('finished', 'finishedPerSecond')],
  };
}
