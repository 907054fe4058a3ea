// The whole system over HTTP: real processes, real services, real tokens.
import { Agent } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import axios from 'axios';
import { mediansOf, percentile, rounded } from '../statistics.mjs';
import { startSystem } from '../system.mjs';
import { atLeast, atMost } from '../targets.mjs';
import { countUnfinished, hearEnds } from '../turnpike.mjs';
import {
  cannon,
  cannonEcho,
  ECHO_BODY,
  JSON_HEADERS,
  measureCall,
  measureCommit,
  timesOf,
  withEcho,
} from './limits.mjs';

const FULL = { users: 128, seconds: 10, idleWrites: 300 };
const QUICK = { users: 64, seconds: 2, idleWrites: 50 };

/** Registrations in flight: hashing the passwords keeps every core busy with fewer. */
const REGISTRARS = 8;

/** Writes before those that count: processes that have just started compile while they answer. */
const WARM_UP_WRITES = 50;

/** Milliseconds for what was accepted to be finished when no more comes. */
const DRAIN_WITHIN_MS = 120_000;

/** An order of one line: one step, of ordering. It is as long as what the bare application is sent. */
const ORDER = { method: 'POST', path: '/v1/orders', headers: JSON_HEADERS, body: JSON.stringify(ECHO_BODY) };

export async function measure({ servers, runs, quick, progress }) {
  const size = quick ? QUICK : FULL;
  const found = [];
  for (let run = 1; run <= runs; run += 1) {
    const system = await startSystem(servers);
    try {
      const say = (what) => progress(`run ${run}, ${what}`);
      found.push(await measureSystem(system, size, say));
    } finally {
      await system.stop();
    }
  }
  return { size, medians: mediansOf(found), runs: found };
}

async function measureSystem(system, { users, seconds, idleWrites }, say) {
  say(`${users} users register`);
  const tokens = await registerAll(system.url, users);
  say('writes on an idle system');
  const idle = await measureIdle(system, tokens, idleWrites);
  say('from HTTP to the services');
  const throughout = await measureThroughout(system, tokens, seconds);
  say('acceptance alone');
  await system.become('api');
  const accepted = await cannon(system.url, { seconds, request: ORDER, tokens });
  const bare = await withEcho((url) => cannonEcho(url, seconds));
  return {
    ...idle,
    ...throughout,
    acceptedPerSecond: accepted.perSecond,
    acceptedP50Ms: accepted.p50Ms,
    acceptedP99Ms: accepted.p99Ms,
    notAccepted: accepted.refused + accepted.errors,
    echoPerSecond: bare.perSecond,
    ratio: rounded(accepted.perSecond / bare.perSecond),
  };
}

/** @returns the access tokens of so many new users */
export async function registerAll(url, count) {
  const tokens = [];
  let next = 0;
  const registrar = async () => {
    while (next < count) tokens.push(await register(url, next++));
  };
  await Promise.all(Array.from({ length: REGISTRARS }, registrar));
  return tokens;
}

async function register(url, index) {
  const login = { email: `user-${index}@example.com`, password: 'difference-engine-1843' };
  const person = { ...login, firstName: 'Ada', lastName: 'Lovelace' };
  await axios.post(`${url}/v1/users`, person, { headers: { prefer: 'wait=30' } });
  return (await axios.post(`${url}/v1/sessions`, login)).data.accessToken;
}

/** One write after the other, each answered with its outcome, beside what one cannot do without. */
async function measureIdle({ url, databaseUrl }, tokens, count) {
  const client = axios.create({ baseURL: url, httpAgent: new Agent({ keepAlive: true }) });
  const write = async (index) => {
    const headers = { authorization: `Bearer ${tokens[index % tokens.length]}`, prefer: 'wait=10' };
    const { status } = await client.post('/v1/orders', ECHO_BODY, { headers });
    if (status !== 201) throw new Error(`a write on an idle system was answered with ${status}`);
  };
  await timesOf(WARM_UP_WRITES, write);
  const times = await timesOf(count, write);
  return {
    waitP50Ms: rounded(percentile(times, 0.5)),
    waitP99Ms: rounded(percentile(times, 0.99)),
    commitMs: await measureCommit(databaseUrl, count),
    callMs: await withEcho((echo) => measureCall(echo, count)),
  };
}

/** Writes as fast as they are accepted, and how fast they are finished, until the last one is. */
async function measureThroughout({ url, databaseUrl }, tokens, seconds) {
  let ended = 0;
  let lastAt = 0;
  const ends = await hearEnds(databaseUrl, () => {
    ended += 1;
    lastAt = performance.now();
  });
  const begun = performance.now();
  const load = await cannon(url, { seconds, request: ORDER, tokens });
  const deadline = performance.now() + DRAIN_WITHIN_MS;
  while ((await countUnfinished(databaseUrl)) > 0 && performance.now() < deadline) await pause(100);
  await ends.close();
  return {
    throughoutAcceptedPerSecond: load.perSecond,
    throughoutFinishedPerSecond: Math.round((1000 * ended) / (lastAt - begun)),
    unfinished: await countUnfinished(databaseUrl),
  };
}

const LABELS = {
  echoPerSecond: 'bare Nest on Fastify, requests/s',
  acceptedPerSecond: 'accepted durably, writes/s (workers off)',
  ratio: 'accepted to bare',
  acceptedP50Ms: 'acceptance under that load, p50 ms',
  acceptedP99Ms: 'acceptance under that load, p99 ms',
  notAccepted: 'not accepted',
  throughoutAcceptedPerSecond: 'accepted while they are worked on, writes/s',
  throughoutFinishedPerSecond: 'finished end to end, writes/s',
  unfinished: 'not finished',
  waitP50Ms: 'Prefer: wait=10 on an idle system, p50 ms',
  waitP99Ms: 'Prefer: wait=10 on an idle system, p99 ms',
  commitMs: 'one idle commit, p50 ms',
  callMs: 'one internal call, p50 ms',
};

export function describe({ medians, size }) {
  const floor = medians.commitMs + medians.callMs;
  return {
    title: 'HTTP: the whole system',
    tables: [
      {
        title: `orders of ${size.users} users`,
        columns: ['', 'median'],
        rows: Object.entries(LABELS).map(([name, label]) => [label, medians[name]]),
        notes: ['Gateway, identity, ordering, PostgreSQL, Redis and the clients share the machine.'],
      },
    ],
    targets: [
      atLeast('http: accepted/s, to a bare Nest on Fastify', medians.ratio, 0.5),
      atMost(
        'http: idle Prefer: wait p50, to one commit and one internal call',
        medians.waitP50Ms / floor,
        3,
      ),
    ],
    plot: {
      title: 'HTTP: requests per second',
      unit: 'per second, more is better',
      groups: [
        {
          title: `orders of ${size.users} users`,
          bars: [
            { label: 'bare Nest on Fastify', value: medians.echoPerSecond, kind: 'limit' },
            { label: 'accepted durably', value: medians.acceptedPerSecond },
            { label: 'finished end to end', value: medians.throughoutFinishedPerSecond },
          ],
        },
      ],
    },
  };
}
