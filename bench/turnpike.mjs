// The gateway's own ledger, queue and executor; only the services behind it are the handler of a benchmark. This file
// alone knows the gateway's insides: the rest of the benchmarks sees contenders, processes and HTTP.
import 'reflect-metadata';
import { createRequire } from 'node:module';
import { setTimeout as pause } from 'node:timers/promises';
import { query } from './servers.mjs';

const require = createRequire(import.meta.url);
const built = (path) => require(`../dist/gateway/${path}.js`);
const { problemBody } = built('libs/protocol/src/problems/problems');
const { Test } = require('@nestjs/testing');
const { Client } = require('pg');
const { v7: uuidv7 } = require('uuid');

const UUID = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g;

/** More than any benchmark queues: what is measured is never a refusal. */
const MAX_DEPTH = 1_000_000;

/**
 * Opens the gateway as a contender of `course.mjs`. What was queued before has a handler that only waits, for
 * `queuedHandlerMs`.
 */
export async function open({ settings, handle, done }) {
  const ids = new Map();
  const writes = new Map();
  const apply = async (_step, _body, { key }) => {
    // A step's key begins with the operation's id.
    const write = writes.get(key.slice(0, key.indexOf('/')));
    if (!write) return pause(settings.queuedHandlerMs ?? 0, { type: 'applied', body: {} });
    return handle(write).then(
      () => ({ type: 'applied', body: {} }),
      () => ({ type: 'unknown', problem: problemBody('unavailable'), retryAfterMs: null }),
    );
  };
  const gateway = await openGateway(settings, apply);
  const ended = await hearEnds(settings.databaseUrl, (operationId) => {
    const write = writes.get(operationId);
    if (!write) return;
    writes.delete(operationId);
    done(write.id);
  });
  return {
    async prepare(users) {
      const uuids = await gateway.makeLanes(users.length);
      users.forEach((user, index) => ids.set(user, uuids[index]));
    },
    async submit(write) {
      const operationId = uuidv7();
      writes.set(operationId, write);
      await gateway.admit(ids.get(write.user), operationId);
    },
    async close() {
      await gateway.close();
      await ended.close();
    },
  };
}

/**
 * Starts what of the gateway lies behind HTTP, in this process: `role` is `worker`, or `api` for a gateway that
 * accepts and runs nothing.
 * @param apply stands in for the services
 */
export async function openGateway({ databaseUrl, redisUrl, concurrency, role = 'worker' }, apply) {
  const config = built('gateway/src/config').readConfig({
    GATEWAY_DATABASE_URL: databaseUrl,
    ...(redisUrl && { QUEUE_URL: redisUrl }),
    WORKER_CONCURRENCY: String(concurrency),
    GATEWAY_ROLE: role,
    INTEGRITY_EVERY_MS: '0',
    RATE_LIMIT_ADDRESS: '0',
    RATE_LIMIT_USER: '0',
    CONCURRENT_PER_ADDRESS: '0',
    CONCURRENT_PER_USER: '0',
    RETRY_BASE_MS: '20', // a retry is to cost its way through the queue, not a long sleep
  });
  await migrateAll(config);
  const module = await Test.createTestingModule({
    imports: [built('gateway/src/app.module').gatewayModule(config)],
  })
    .overrideProvider(built('libs/engine/src/execution/service-client').Services)
    .useValue({ apply, ask: () => Promise.reject(new Error('there are no services here')) })
    .setLogger(false)
    .compile();
  await module.init();
  const database = module.get(built('libs/service/src/database/database').Database);
  const ledger = module.get(built('libs/engine/src/ledger/ledger').Ledger);
  const keys = module.get(built('libs/engine/src/encryption/data-keys').DataKeys);
  const releaser = module.get(built('libs/engine/src/queue/enqueue').Releaser);
  const proof = module.get(built('libs/engine/src/queue/proof/queue-proof').QueueProof);
  while (!proof.queueWorks) await pause(10);
  return {
    makeLanes: (count) => makeLanes(database, keys, count),
    async admit(userId, operationId = uuidv7()) {
      const operation = operationOf(userId, operationId);
      const admitted = await ledger.admit({ operation, clientKey: null, maxDepth: MAX_DEPTH });
      if (admitted.outcome !== 'accepted') throw new Error(`not accepted: ${JSON.stringify(admitted)}`);
      releaser.release(admitted.releases);
    },
    close: () => module.close(),
  };
}

/** Tells of every operation that has ended, whichever process ended it, after the commit. */
export async function hearEnds(databaseUrl, onEnd) {
  const client = new Client({ connectionString: databaseUrl });
  client.on('notification', ({ payload }) => operationsIn(payload).forEach((id) => onEnd(id)));
  await client.connect();
  await client.query('listen operation_ended');
  return { close: () => client.end() };
}

/** A notification names users and their operations in turn. */
function operationsIn(payload) {
  return (payload.match(UUID) ?? []).filter((_, index) => index % 2 === 1);
}

/** How many operations wait or run. */
export async function countUnfinished(databaseUrl) {
  const [{ count }] = await query(
    databaseUrl,
    `select count(*)::integer as count from operations where state in ('queued', 'running', 'retrying')`,
  );
  return count;
}

/** @returns every user who has a lane */
export async function usersWithLanes(databaseUrl) {
  return (await query(databaseUrl, 'select user_id from lanes')).map(({ user_id: userId }) => userId);
}

/**
 * How long lanes with more to do stood still between an end and the next claim: p50 and p99 in ms, of what was
 * claimed since then. An end is counted from the begin of its transaction, so its commit is in it.
 */
export async function releaseTimes(databaseUrl, since) {
  const [{ times }] = await query(
    databaseUrl,
    `select percentile_disc(array[0.5, 0.99]) within group (
       order by extract(epoch from next.started_at - ended.finished_at)::float8 * 1000) as times
     from operations ended
     join operations next on next.user_id = ended.user_id and next.seq = ended.seq + 1
     where ended.started_at >= '${since}' and next.started_at is not null`,
  );
  return times ? { p50Ms: times[0], p99Ms: times[1] } : { p50Ms: null, p99Ms: null };
}

async function migrateAll(config) {
  const { migrate } = built('libs/service/src/database/database');
  await migrate(built('libs/engine/src/ledger/database').databaseOptions(config));
  await built('libs/engine/src/queue/migrate').migrateQueue(config.queue);
}

/** As registrations make them: each with its key. */
async function makeLanes(database, keys, count) {
  const users = Array.from({ length: count }, () => uuidv7());
  await database.query('insert into lanes (user_id) select unnest($1::uuid[])', [users]);
  await Promise.all(users.map((userId) => keys.findOrMake(userId)));
  return users;
}

/** A write of one step. */
function operationOf(userId, id) {
  return {
    id,
    userId,
    kind: 'customer.update',
    effect: 'writes',
    actorId: userId,
    target: { type: 'customer', id: userId },
    payload: { phone: '1' },
    ifMatch: null,
    steps: [{ name: 'ordering.update-customer', service: 'ordering' }],
    traceparent: null,
  };
}
