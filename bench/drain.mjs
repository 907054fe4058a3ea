// A worker that finds a backlog, and stops when it has finished so many writes:
//   node bench/drain.mjs '{"databaseUrl": "…", "redisUrl": "…", "sample": 20000, "startedAt": 1763800000000}'
// `startedAt` is when the process was started, in ms. Prints how fast, and what memory it took at most.
import { hearEnds, openGateway } from './turnpike.mjs';

/** As many writes in flight as a worker has by default. */
const CONCURRENCY = 64;

const { databaseUrl, redisUrl, sample, startedAt } = JSON.parse(process.argv[2]);
let first = null;
let finished = 0;
let resolve;
const enough = new Promise((fulfil) => (resolve = fulfil));
await hearEnds(databaseUrl, () => {
  first ??= Date.now();
  finished += 1;
  if (finished === sample) resolve(Date.now());
});
const apply = () => Promise.resolve({ type: 'applied', body: {} });
const gateway = await openGateway({ databaseUrl, redisUrl, concurrency: CONCURRENCY }, apply);
const last = await enough;
const result = {
  firstFinishedSeconds: (first - startedAt) / 1000,
  finishedPerSecond: Math.round((1000 * sample) / (last - first)),
  peakMb: Math.round(process.resourceUsage().maxRSS / 1024),
};
await gateway.close();
console.log(JSON.stringify(result));
process.exit(0);
