// Load over HTTP, by autocannon in a process of its own:
//   node bench/http-load.mjs '{"url": "http://…", "connections": 64, "seconds": 5, "request": {…}, "tokens": ["…"]}'
// The tokens are dealt to the connections, so that no two of them write for one user. With a `rate` no more requests are
// sent in a second, over all connections, and the load is not warmed up.
import { createRequire } from 'node:module';

const autocannon = createRequire(new URL('peers/', import.meta.url))('autocannon');

/** Seconds before it counts: a process that has just started compiles while it answers. */
const WARM_UP_S = 2;

const { url, connections, seconds, request, rate, tokens = [] } = JSON.parse(process.argv[2]);
if (!rate) await load(WARM_UP_S);
const result = await load(seconds);
console.log(
  JSON.stringify({
    perSecond: Math.round(result['2xx'] / result.duration),
    answered: result['2xx'],
    refused: result.non2xx,
    errors: result.errors,
    p50Ms: result.latency.p50,
    p99Ms: result.latency.p99,
  }),
);
process.exit(0);

function load(duration) {
  let opened = 0;
  const setupClient = (client) => {
    const own = opened++;
    const dealt = tokens.filter((_, index) => index % connections === own);
    if (dealt.length > 0) client.setRequests(dealt.map(authorised));
  };
  return autocannon({ url, connections, duration, requests: [request], overallRate: rate, setupClient });
}

function authorised(token) {
  return { ...request, headers: { ...request.headers, authorization: `Bearer ${token}` } };
}
