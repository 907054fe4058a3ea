// Event streams: what thousands of listeners cost one gateway process, how late they hear, and what a cut loses.
import { spawnSync } from 'node:child_process';
import { runChild } from '../child.mjs';
import { mediansOf, rounded } from '../statistics.mjs';
import { startSystem } from '../system.mjs';
import { atMost } from '../targets.mjs';

/** A user has at most ten streams in a process. */
const FULL = { users: 500, streamsPerUser: 10, writes: 2000 };
const QUICK = { users: 20, streamsPerUser: 5, writes: 100 };

/** Open files of a process beside one for each stream. */
const OTHER_FILES = 500;

export async function measure({ servers, runs, quick, progress }) {
  const size = quick ? QUICK : FULL;
  assertFilesFor(size.users * size.streamsPerUser);
  const found = [];
  for (let run = 1; run <= runs; run += 1) {
    progress(`run ${run}`);
    const system = await startSystem(servers);
    try {
      const { url, databaseUrl, gatewayPid } = system;
      found.push(await runChild('stream-load.mjs', { url, databaseUrl, gatewayPid, ...size }));
    } finally {
      await system.stop();
    }
  }
  return { size, medians: mediansOf(found), runs: found };
}

/** Each process inherits the limit; one that is too low would look like refused connections. */
function assertFilesFor(streams) {
  const limit = spawnSync('sh', ['-c', 'ulimit -n'], { encoding: 'utf8' }).stdout.trim();
  const needed = streams + OTHER_FILES;
  if (limit === 'unlimited' || Number(limit) >= needed) return;
  throw new Error(`${streams} streams need ${needed} open files in a process: ulimit -n is ${limit}`);
}

const LABELS = {
  openMs: 'all opened in, ms',
  kbPerStream: 'memory of the gateway for each stream, KB',
  acceptP50Ms: 'acceptance meanwhile, p50 ms',
  deliveryP50Ms: 'from an end to its arrival at a client, p50 ms',
  deliveryP99Ms: 'from an end to its arrival at a client, p99 ms',
  deliveries: 'events delivered',
  resumeMs: 'all cut, and all resumed in, ms',
  lost: 'events lost',
  repeated: 'events repeated',
};

export function describe({ medians, size: { users, streamsPerUser, writes } }) {
  const streams = (users * streamsPerUser).toLocaleString('en-US');
  return {
    title: 'Event streams',
    tables: [
      {
        title: `${streams} streams of ${users} users at one gateway process, ${writes.toLocaleString('en-US')} writes`,
        columns: ['', 'median'],
        rows: Object.entries(LABELS).map(([name, label]) => [label, rounded(medians[name])]),
        notes: [
          'An end is counted from the begin of its transaction, so its commit is in it; its event goes to each stream of its user.',
          'After half of the writes every stream is cut, while the others go on, and resumed with the id of its last event.',
        ],
      },
    ],
    targets: [
      atMost('streams: events lost', medians.lost, 0),
      atMost('streams: events repeated', medians.repeated, 0),
    ],
    plot: {
      title: `Event streams: ${streams} at one process`,
      unit: 'ms from an end to its arrival, less is better',
      groups: [
        {
          title: 'delivery',
          bars: [
            { label: 'p50', value: medians.deliveryP50Ms },
            { label: 'p99', value: medians.deliveryP99Ms },
          ],
        },
      ],
    },
  };
}
