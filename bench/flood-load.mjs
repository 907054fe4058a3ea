// Users who read and write at a steady rate, and perhaps one beside them who takes all that the quotas leave:
//   node bench/flood-load.mjs '{"url": "http://…", "users": 100, "perSecond": 60, "seconds": 30, "flood": true}'
import { Agent } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import axios from 'axios';
import { startChild } from './child.mjs';
import { ECHO_BODY } from './parts/limits.mjs';
import { percentile } from './statistics.mjs';
import { registerAll } from './users.mjs';

/** Seconds before it counts: a process that has just started compiles while it answers. */
const WARM_UP_S = 5;

/** Orders of a hundred lines in the lane of the one: a page of 200 would have 6 MB. */
const LARGE_ORDERS = 200;
const LARGE_LINES = 100;

/** What the quota of a minute leaves to the one when the lane is filled. */
const FLOOD_REQUESTS = 1200 - LARGE_ORDERS;

const REQUESTS = [
  { method: 'GET', url: '/v1/operations' },
  { method: 'GET', url: '/v1/me' },
  { method: 'POST', url: '/v1/orders', data: ECHO_BODY },
];

const { url, users, perSecond, seconds, flood } = JSON.parse(process.argv[2]);
const [floodToken, ...tokens] = await registerAll(url, users + 1);
const client = axios.create({
  ...{ baseURL: url, httpAgent: new Agent({ keepAlive: true }), validateStatus: () => true },
});
if (flood) await fillLane();
const beginAt = Date.now() + WARM_UP_S * 1000;
const flooder = flood
  ? startChild('flooder.mjs', { url, token: floodToken, requests: FLOOD_REQUESTS, beginAt })
  : { result: { answered: 0, refused: 0 } };
await steadily(WARM_UP_S);
const { times, statuses } = await steadily(seconds);
const { answered, refused } = await flooder.result;
console.log(
  JSON.stringify({
    answered: times.length,
    p50Ms: percentile(times, 0.5),
    p99Ms: percentile(times, 0.99),
    refused: statuses.filter((status) => status >= 400).length,
    floodAnswered: answered,
    floodRefused: refused,
  }),
);
process.exit(0);

function send(token, { headers, ...request }) {
  return client.request({ ...request, headers: { ...headers, authorization: `Bearer ${token}` } });
}

/** The requests of all users in turn, sent when they are due, whatever becomes of those before. */
async function steadily(forSeconds) {
  const times = [];
  const statuses = [];
  const begun = performance.now();
  const sent = [];
  for (let index = 0; index < perSecond * forSeconds; index += 1) {
    const early = begun + (index * 1000) / perSecond - performance.now();
    if (early > 0) await pause(early);
    sent.push(timed(tokens[index % tokens.length], REQUESTS[index % REQUESTS.length], times, statuses));
  }
  await Promise.all(sent);
  return { times, statuses };
}

async function timed(token, request, times, statuses) {
  const begun = performance.now();
  const { status } = await send(token, request);
  times.push(performance.now() - begun);
  statuses.push(status);
}

async function fillLane() {
  const [line] = ECHO_BODY.lines;
  const lines = Array.from({ length: LARGE_LINES }, () => ({ ...line, name: 'x'.repeat(200) }));
  const headers = { prefer: 'wait=30' };
  for (let order = 0; order < LARGE_ORDERS; order += 1)
    await send(floodToken, { method: 'POST', url: '/v1/orders', data: { lines }, headers });
}
