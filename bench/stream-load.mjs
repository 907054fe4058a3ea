// Clients of event streams, in a process of their own:
//   node bench/stream-load.mjs '{"url": "http://…", "databaseUrl": "postgres://…", "gatewayPid": 1, "users": 500,
//     "streamsPerUser": 10, "writes": 2000}'
import { spawnSync } from 'node:child_process';
import { Agent, get } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import axios from 'axios';
import { registerAll } from './users.mjs';
import { ECHO_BODY } from './parts/limits.mjs';
import { query } from './servers.mjs';
import { percentile } from './statistics.mjs';

/** Streams that are opened, and writes that are asked for, at once. */
const OPENERS = 64;
const WRITERS = 32;

/** Milliseconds for what was written to arrive when no more comes. */
const ARRIVES_WITHIN_MS = 60_000;

/** One client: where it stands, what it has had, and how late. */
class Stream {
  had = [];
  lateMs = [];
  lastEventId = null;
  beginning = null;

  constructor(url, token) {
    this.url = `${url}/v1/events`;
    this.token = token;
    this.userId = JSON.parse(Buffer.from(token.split('.')[1], 'base64url').toString()).sub;
  }

  /** Fulfilled when it is said where the stream begins. */
  open() {
    const headers = { authorization: `Bearer ${this.token}` };
    if (this.lastEventId !== null) headers['last-event-id'] = this.lastEventId;
    return new Promise((resolve, reject) => {
      this.request = get(this.url, { headers, agent: false }, (answer) => {
        if (answer.statusCode !== 200) reject(new Error(`a stream was answered with ${answer.statusCode}`));
        let text = '';
        answer.setEncoding('utf8').on('data', (chunk) => {
          const blocks = (text + chunk).split('\n\n');
          text = blocks.pop();
          blocks.forEach((block) => this.take(block));
          if (this.lastEventId !== null) resolve();
        });
        answer.on('error', () => undefined); // it is cut on purpose
      }).on('error', reject);
    });
  }

  cut() {
    this.request.destroy();
  }

  take(block) {
    const [, id] = /^id: (\d+)$/m.exec(block) ?? [];
    if (id === undefined) return;
    this.lastEventId = id;
    this.beginning ??= id;
    const [, data] = /^data: (.*)$/m.exec(block) ?? [];
    if (data === undefined) return;
    this.had.push(id);
    const { finishedAt } = JSON.parse(data);
    if (finishedAt !== null) this.lateMs.push(Date.now() - Date.parse(finishedAt));
  }
}

const { url, databaseUrl, gatewayPid, users, streamsPerUser, writes } = JSON.parse(process.argv[2]);
const tokens = await registerAll(url, users);
const streams = tokens.flatMap((token) =>
  Array.from({ length: streamsPerUser }, () => new Stream(url, token)),
);
const client = axios.create({ baseURL: url, httpAgent: new Agent({ keepAlive: true }) });
const acceptMs = [];

const kbBefore = memoryKb();
const openMs = await timed(() => atOnce(OPENERS, streams.length, (index) => streams[index].open()));
await pause(1000); // what was only needed to open them is collected
const kbPerStream = (memoryKb() - kbBefore) / streams.length;

await write(writes / 2);
await arrived();
const lateMs = streams.flatMap((stream) => stream.lateMs);
streams.forEach((stream) => stream.cut());
const others = write(writes / 2);
const resumeMs = await timed(() => atOnce(OPENERS, streams.length, (index) => streams[index].open()));
await others;
await arrived();

const { lost, repeated } = await compared();
console.log(
  JSON.stringify({
    ...{ openMs, kbPerStream, resumeMs, lost, repeated },
    deliveries: streams.reduce((sum, { had }) => sum + had.length, 0),
    acceptP50Ms: percentile(acceptMs, 0.5),
    deliveryP50Ms: percentile(lateMs, 0.5),
    deliveryP99Ms: percentile(lateMs, 0.99),
  }),
);
process.exit(0);

/** Orders of all users in turn. */
function write(count) {
  return atOnce(WRITERS, count, async (index) => {
    const headers = { authorization: `Bearer ${tokens[index % tokens.length]}` };
    const begun = performance.now();
    await client.post('/v1/orders', ECHO_BODY, { headers });
    acceptMs.push(performance.now() - begun);
  });
}

/** Waits until every stream has had the newest change of its lane. What does not come is counted as lost. */
async function arrived() {
  const deadline = Date.now() + ARRIVES_WITHIN_MS;
  while (Date.now() < deadline) {
    await pause(200);
    const rows = await query(
      databaseUrl,
      `select user_id, max(change)::text as newest, bool_and(finished_at is not null) as over
       from operations, unnest(changes) as change group by user_id`,
    );
    const newest = new Map(rows.map((row) => [row.user_id, row]));
    const has = ({ userId, lastEventId }) =>
      newest.get(userId).over && newest.get(userId).newest === lastEventId;
    if (streams.every(has)) return;
  }
}

/** What the ledger knows of each lane since its streams began, beside what each of them has had. */
async function compared() {
  const rows = await query(
    databaseUrl,
    'select user_id, change::text as id from operations, unnest(changes) as change',
  );
  const known = new Map(rows.map(({ user_id }) => [user_id, []]));
  for (const { user_id, id } of rows) known.get(user_id).push(id);
  let [lost, repeated] = [0, 0];
  for (const { userId, beginning, had } of streams) {
    const ids = new Set(had);
    repeated += had.length - ids.size;
    const due = known.get(userId).filter((id) => BigInt(id) > BigInt(beginning));
    lost += due.filter((id) => !ids.has(id)).length;
  }
  return { lost, repeated };
}

/** Does `count` things, so many at once. */
async function atOnce(limit, count, work) {
  let next = 0;
  const worker = async () => {
    while (next < count) await work(next++);
  };
  await Promise.all(Array.from({ length: limit }, worker));
}

async function timed(work) {
  const begun = performance.now();
  await work();
  return performance.now() - begun;
}

/** Resident memory of the gateway. */
function memoryKb() {
  return Number(spawnSync('ps', ['-o', 'rss=', '-p', String(gatewayPid)], { encoding: 'utf8' }).stdout);
}
