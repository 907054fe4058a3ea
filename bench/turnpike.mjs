// The gateway's own ledger, queue and executor; only the services behind it are a handler that waits.
import 'reflect-metadata';
import { createRequire } from 'node:module';
import { setTimeout as pause } from 'node:timers/promises';
import { percentile } from './statistics.mjs';
import { submitAll } from './submitters.mjs';

const require = createRequire(import.meta.url);
const built = (path) => require(`../dist/gateway/${path}.js`);
const { Test } = require('@nestjs/testing');
const { v7: uuidv7 } = require('uuid');

/** @returns accepted and finished per second, times from accept to done, and what of the order was broken */
export async function runTurnpike(load, { databaseUrl, redisUrl }) {
  const { readConfig } = built('gateway/src/config');
  const config = readConfig({
    GATEWAY_DATABASE_URL: databaseUrl,
    ...(redisUrl && { QUEUE_URL: redisUrl }),
    WORKER_CONCURRENCY: String(load.concurrency),
    GATEWAY_ROLE: 'worker',
    INTEGRITY_EVERY_MS: '0',
  });
  await migrateAll(config);
  const handler = handlerOf(load);
  const module = await Test.createTestingModule({
    imports: [built('gateway/src/app.module').AppModule.for(config)],
  })
    .overrideProvider(built('gateway/src/run/services').Services)
    .useValue(handler)
    .setLogger(process.env.LOG ? ['warn', 'error'] : false)
    .compile();
  await module.init();
  const database = module.get(built('libs/service/src/database').Database);
  const ledger = module.get(built('gateway/src/ledger/ledger').Ledger);
  const releaser = module.get(built('gateway/src/queue/release').Releaser);
  while (!releaser.isOpen) await pause(10);
  try {
    const users = await makeLanes(database, load.users);
    const total = load.users * load.writes;
    const done = watchEnds(ledger, total);
    const begun = performance.now();
    const accepting = await submitAll(load, async (user) => {
      const operation = operationOf(users[user]);
      const admitted = await ledger.admit({ operation, clientKey: null, maxDepth: total });
      done.accepted.set(operation.id, performance.now());
      releaser.release(admitted.releases);
    });
    await done.all;
    const seconds = (performance.now() - begun) / 1000;
    return { ...rates(total, accepting, seconds), ...done.times(), ...handler.violations() };
  } finally {
    await module.close();
  }

  function operationOf(userId) {
    return {
      id: uuidv7(),
      userId,
      kind: 'customer.update',
      actorId: userId,
      target: { type: 'customer', id: userId },
      payload: { phone: '1' },
      ifMatch: null,
      steps: [{ name: 'ordering.update-customer', service: 'ordering' }],
      traceparent: null,
    };
  }
}

export function rates(total, accepting, seconds) {
  return { acceptedPerSecond: Math.round(total / accepting), finishedPerSecond: Math.round(total / seconds) };
}

async function migrateAll(config) {
  const { migrate } = built('libs/service/src/database');
  await migrate(built('gateway/src/database').databaseOptions(config));
  await built('gateway/src/queue/migrate').migrateQueue(config.queue);
}

async function makeLanes(database, count) {
  const users = Array.from({ length: count }, () => uuidv7());
  await database.query('insert into lanes (user_id) select unnest($1::uuid[])', [users]);
  return users;
}

/** In place of the services: every step is applied after a while, and the order in which they come is looked at. */
function handlerOf({ handlerMs }) {
  const last = new Map();
  const running = new Set();
  const violations = { orderViolations: 0, overlaps: 0 };
  return {
    async apply(_step, _body, { userId, fence }) {
      if (running.has(userId)) violations.overlaps += 1;
      if (fence.seq <= (last.get(userId) ?? 0))
        (console.error('VIOLATION', fence, last.get(userId)), (violations.orderViolations += 1));
      last.set(userId, fence.seq);
      running.add(userId);
      if (handlerMs > 0) await pause(handlerMs);
      running.delete(userId);
      return { type: 'applied', body: {} };
    },
    ask: () => Promise.reject(new Error('there are no services here')),
    violations: () => violations,
  };
}

/** Notices when operations have ended, at their commits. */
function watchEnds(ledger, total) {
  const accepted = new Map();
  const times = [];
  let resolve;
  const all = new Promise((fulfil) => (resolve = fulfil));
  const finish = ledger.finish.bind(ledger);
  ledger.finish = async (key, ...rest) => {
    const finished = await finish(key, ...rest);
    // What ends before its acceptance was noticed has taken no time that could be told.
    times.push(performance.now() - (accepted.get(key.id) ?? performance.now()));
    if (times.length === total) resolve();
    return finished;
  };
  return { accepted, all, times: () => ({ p50Ms: percentile(times, 0.5), p99Ms: percentile(times, 0.99) }) };
}
