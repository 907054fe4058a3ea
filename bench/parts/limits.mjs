// What the machine can do at all: the same disk, the same servers, the same framework, and nothing of Turnpike.
import { Agent } from 'node:http';
import axios from 'axios';
import { Redis } from 'ioredis';
import pg from 'pg';
import { freePort } from '../../scripts/embedded-postgres.mjs';
import { until } from '../../scripts/child.mjs';
import { runChild, startChild } from '../child.mjs';
import { median, mediansOf, rounded } from '../statistics.mjs';

const FULL = { seconds: 4, calls: 500 };
const QUICK = { seconds: 1, calls: 100 };

const CLIENTS = 16;
const ROWS = 100;
const HTTP_CONNECTIONS = 64;

/** Commands on their way together: enough that the way to Redis costs nothing. */
const PIPELINE = 1000;

/** As long as an order of one line. */
export const ECHO_BODY = {
  lines: [{ sku: 'TEA-1', name: 'Tea', quantity: 2, unitPrice: { amount: 450, currency: 'EUR' } }],
};

export const LABELS = {
  commitsPerSecond: `commits/s of one row, ${CLIENTS} clients`,
  batchCommitsPerSecond: `commits/s of ${ROWS} rows, ${CLIENTS} clients`,
  commitMs: 'one idle commit, p50 ms',
  echoPerSecond: `requests/s of a bare Nest on Fastify, ${HTTP_CONNECTIONS} connections`,
  pushesPerSecond: 'LPUSH/s, pipelined',
  callMs: 'one internal call, p50 ms',
};

export async function measure({ servers, runs, quick, progress }) {
  const size = quick ? QUICK : FULL;
  const found = [];
  for (let run = 1; run <= runs; run += 1) {
    progress(`run ${run}`);
    const { limits: databaseUrl } = await servers.fresh('limits');
    found.push({
      ...(await measureCommits(databaseUrl, size)),
      ...(await withEcho((url) => measureEcho(url, size))),
      pushesPerSecond: await measurePushes(servers.redisUrl, size),
    });
  }
  return { medians: mediansOf(found), runs: found };
}

export function describe({ medians }) {
  const rates = Object.keys(LABELS).filter((name) => name.endsWith('PerSecond'));
  return {
    title: 'Limits of the machine',
    tables: [
      {
        title: 'without Turnpike',
        columns: ['', 'median'],
        rows: Object.entries(LABELS).map(([name, label]) => [label, medians[name]]),
        notes: [
          'An internal call is a POST by the same HTTP client as the gateway’s, to the bare application.',
        ],
      },
    ],
    targets: [],
    plot: {
      title: 'Limits of the machine',
      unit: 'per second',
      groups: [
        {
          title: 'without Turnpike',
          bars: rates.map((name) => ({ label: SHORT[name], value: medians[name], kind: 'limit' })),
        },
      ],
    },
  };
}

const SHORT = {
  commitsPerSecond: 'commits of 1 row',
  batchCommitsPerSecond: `commits of ${ROWS} rows`,
  echoPerSecond: 'bare HTTP requests',
  pushesPerSecond: 'LPUSH, pipelined',
};

const ONE_ROW = { name: 'one', text: 'insert into written (word) values ($1)', values: ['a word or two'] };
const MANY_ROWS = {
  name: 'many',
  text: 'insert into written (word) select unnest($1::text[])',
  values: [Array.from({ length: ROWS }, () => 'a word or two')],
};

async function measureCommits(databaseUrl, { seconds, calls }) {
  const commitMs = await measureCommit(databaseUrl, calls);
  const rates = await onTable(databaseUrl, async (pool) => ({
    commitsPerSecond: await ratePerSecond(CLIENTS, seconds, () => pool.query(ONE_ROW)),
    batchCommitsPerSecond: await ratePerSecond(CLIENTS, seconds, () => pool.query(MANY_ROWS)),
  }));
  return { commitMs, ...rates };
}

/** One commit of one row, nothing else on its way: p50 in ms. */
export function measureCommit(databaseUrl, calls) {
  return onTable(databaseUrl, (pool) => medianMs(calls, () => pool.query(ONE_ROW)));
}

async function onTable(databaseUrl, work) {
  const pool = new pg.Pool({ connectionString: databaseUrl, max: CLIENTS });
  try {
    await pool.query('create table if not exists written (id bigserial primary key, word text not null)');
    return await work(pool);
  } finally {
    await pool.end();
  }
}

/** Does `work` with the address of a bare application in a process of its own. */
export async function withEcho(work) {
  const port = await freePort();
  const { child, result } = startChild('echo.mjs', { port });
  result.catch(() => undefined); // it has nothing to say, and is stopped
  const url = `http://127.0.0.1:${port}`;
  try {
    await until(() => answers(url), { withinMs: 20_000 });
    return await work(url);
  } finally {
    child.kill('SIGKILL');
  }
}

async function measureEcho(url, { seconds, calls }) {
  return { callMs: await measureCall(url, calls), echoPerSecond: (await cannonEcho(url, seconds)).perSecond };
}

export function cannonEcho(url, seconds) {
  const request = { method: 'POST', path: '/echo', body: JSON.stringify(ECHO_BODY), headers: JSON_HEADERS };
  return cannon(url, { seconds, request });
}

/** Load over as many connections as every measurement over HTTP has. */
export function cannon(url, task) {
  return runChild('http-load.mjs', { url, connections: HTTP_CONNECTIONS, ...task });
}

export const JSON_HEADERS = { 'content-type': 'application/json' };

/** One call by the gateway's HTTP client over a kept connection, nothing else on its way. */
export function measureCall(url, calls) {
  const client = axios.create({ baseURL: url, httpAgent: new Agent({ keepAlive: true }) });
  return medianMs(calls, () => client.post('/echo', ECHO_BODY));
}

async function measurePushes(redisUrl, { seconds }) {
  const redis = new Redis(redisUrl);
  try {
    const batch = async () => {
      const pipeline = redis.pipeline();
      for (let index = 0; index < PIPELINE; index += 1) pipeline.lpush('pushed', 'a word or two');
      await pipeline.del('pushed').exec();
    };
    return PIPELINE * (await ratePerSecond(1, seconds, batch));
  } finally {
    redis.disconnect();
  }
}

async function medianMs(calls, call) {
  return rounded(median(await timesOf(calls, call)));
}

/** The milliseconds of each call, one after the other on an idle system. */
export async function timesOf(calls, call) {
  const times = [];
  for (let index = 0; index < calls; index += 1) {
    const begun = performance.now();
    await call(index);
    times.push(performance.now() - begun);
  }
  return times;
}

async function ratePerSecond(clients, seconds, call) {
  const begun = performance.now();
  const until = begun + seconds * 1000;
  let count = 0;
  const client = async () => {
    while (performance.now() < until) {
      await call();
      count += 1;
    }
  };
  await Promise.all(Array.from({ length: clients }, client));
  return Math.round((1000 * count) / (performance.now() - begun));
}

async function answers(url) {
  return fetch(url).then(
    () => true,
    () => false,
  );
}
