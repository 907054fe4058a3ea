// Accepts writes until so many are queued and runs none, as a gateway does whose workers are away:
//   node bench/fill.mjs '{"databaseUrl": "…", "redisUrl": "…", "users": 10000, "size": 100000}'
// Prints how fast, and what memory the process took at most.
import { countUnfinished, openGateway, usersWithLanes } from './turnpike.mjs';

/** Requests in flight, as from a crowd of clients. */
const SUBMITTERS = 256;

const { databaseUrl, redisUrl, users, size } = JSON.parse(process.argv[2]);
const noServices = () => Promise.reject(new Error('nothing is run here'));
const gateway = await openGateway({ databaseUrl, redisUrl, concurrency: 1, role: 'api' }, noServices);
const known = await usersWithLanes(databaseUrl);
const lanes = known.length > 0 ? known : await gateway.makeLanes(users);
const writes = size - (await countUnfinished(databaseUrl));

const begun = performance.now();
let next = 0;
const client = async () => {
  while (next < writes) await gateway.admit(lanes[next++ % lanes.length]);
};
await Promise.all(Array.from({ length: SUBMITTERS }, client));
const seconds = (performance.now() - begun) / 1000;
await gateway.close();
console.log(
  JSON.stringify({
    acceptedPerSecond: Math.round(writes / seconds),
    peakMb: Math.round(process.resourceUsage().maxRSS / 1024),
  }),
);
process.exit(0);
