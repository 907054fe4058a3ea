import { Queue } from 'bullmq';
import { Redis } from 'ioredis';
import type { DatabaseError, Pool } from 'pg';
import { partitionNames, partitionOf, prefixOf } from '../../libs/engine/src/queue/enqueue.js';
import { expectStatus, LINE, signIn } from '../support/client.js';
import { allEnded, inParallel } from '../support/effects.js';
import { pause, type SystemProcess } from '../support/processes.js';
import { type Backend, backends, volume } from '../support/servers.js';
import { startSystem, type System } from '../support/system.js';
import { type Lane, makeLanes, withRegistrations } from './crowd.js';
import { check } from './history.js';
import { FAST, FULL } from './kit.js';
import { Recorder } from './recorder.js';
import { OwnRedis } from './redis.js';

const USERS = FULL ? 200 : 40;
const MOST_WRITES = FULL ? 5000 : 240;
const CLIENTS = 16;
const ENDED_WITHIN_MS = 60_000;
const LOOK_AGAIN_MS = 20;
const OUTAGE_MS = FULL ? 60_000 : 3000;
/** So that what has gathered in a minute is carried out in one. */
const BETWEEN_WRITES_MS = FULL ? 200 : 0;
/** Of a gateway that is not told otherwise. */
const PARTITIONS = 16;
/** PostgreSQL's code. */
const DEADLOCK = '40P01';

describe.each(backends())('a queue that is lost, on the %s queue', (queue) => {
  const writes = volume(queue, MOST_WRITES);
  let system: System;
  let load: Load;
  beforeAll(async () => {
    system = await startSystem({ queue, env: FAST, gateways: [{ role: 'api' }, { role: 'worker' }] });
    load = await Load.on(system);
  }, 120_000);
  afterAll(() => system?.stop());

  it(`with ${writes} writes in it, and again half-way, is made anew from the ledger`, async () => {
    const worker = system.processes.gateways[1]!;
    await worker.stop();
    const lanes = await load.lanes(USERS);
    await load.write(lanes, writes);
    const waiting = await releasedHeads(system);
    await loseQueue(system, queue);
    worker.start();
    await untilUnfinished(system, writes / 2);
    const underWay = await releasedHeads(system);
    await loseQueue(system, queue);
    await allEnded(system.databases.gateway, ENDED_WITHIN_MS);
    expect(await load.violations(waiting + underWay, USERS)).toEqual([]);
  }, 240_000);

  it('and has a job instead for a write whose turn has not come drops that', async () => {
    const worker = system.processes.gateways[1]!;
    await worker.stop();
    const lanes = await load.lanes(8);
    await load.write(lanes, 2 * lanes.length);
    await loseQueue(system, queue);
    for (const { userId } of lanes) await addJob(system, queue, await lastOf(system, userId));
    worker.start();
    await allEnded(system.databases.gateway, ENDED_WITHIN_MS);
    expect(await load.violations(lanes.length, lanes.length)).toEqual([]);
  }, 120_000);

  it.each([5, 23])(
    'that is divided into %s partitions while work is in it loses and reorders nothing',
    async (count) => {
      const lanes = await load.lanes(USERS / 4);
      const worker = system.processes.gateways[1]!;
      await worker.stop();
      await load.write(lanes, lanes.length * 2);
      const waiting = await releasedHeads(system);
      await Promise.all(system.processes.gateways.map((gateway) => withPartitions(system, gateway, count)));
      await allEnded(system.databases.gateway, ENDED_WITHIN_MS);
      expect(await load.violations(waiting, lanes.length)).toEqual([]);
    },
    120_000,
  );
});

if (backends().includes('redis')) describe('a Redis that is killed under load', killedUnderLoad);

function killedUnderLoad(): void {
  let system: System;
  let redis: OwnRedis;
  beforeAll(async () => {
    redis = await OwnRedis.start();
    // The lanes fill for as long as nothing is carried out.
    system = await startSystem({ env: { ...FAST, QUEUE_URL: redis.url, LANE_MAX_DEPTH: '100000' } });
  }, 120_000);
  afterAll(async () => {
    await system?.stop();
    await redis?.kill();
  });

  it('stops no write from being accepted, and each is carried out once when it is back', async () => {
    const load = await Load.on(system);
    const lanes = await load.lanes(20);
    let over = false;
    const writing = load.writeUntil(lanes, () => over);
    await untilEnded(system, 2 * lanes.length);
    await redis.kill();
    const before = load.accepted;
    await pause(OUTAGE_MS);
    const meanwhile = load.accepted - before;
    const underWay = await releasedHeads(system);
    await redis.start();
    over = true;
    await writing;
    expect(meanwhile).toBeGreaterThan(lanes.length);
    await allEnded(system.databases.gateway, ENDED_WITHIN_MS);
    expect(await load.violations(underWay, 1)).toEqual([]);
  }, 240_000);
}

/** An administrator who changes everybody's orders, and insists that each change is accepted at once. */
class Load {
  accepted = 0;
  private readonly recorder = new Recorder();
  private readonly made: Lane[] = [];

  private constructor(
    private readonly system: System,
    private readonly token: string,
  ) {}

  static async on(system: System): Promise<Load> {
    return new Load(system, await signIn(system.gatewayUrls[0]!, system.admin));
  }

  async lanes(count: number): Promise<Lane[]> {
    const lanes = await makeLanes(this.system, count);
    this.made.push(...lanes);
    return lanes;
  }

  async write(lanes: readonly Lane[], count: number): Promise<void> {
    await inParallel(count, CLIENTS, (index) => this.change(lanes[index % lanes.length]!, index));
  }

  async writeUntil(lanes: readonly Lane[], isOver: () => boolean): Promise<void> {
    const one = async (lane: Lane): Promise<void> => {
      for (let index = 0; !isOver(); index += 1) {
        await this.change(lane, index);
        await pause(BETWEEN_WRITES_MS);
      }
    };
    await Promise.all(lanes.slice(0, CLIENTS).map(one));
  }

  async violations(faults: number, needed: number): Promise<unknown[]> {
    const history = await this.recorder.history(this.system, faults);
    return check(withRegistrations(history, this.made), { faults: needed });
  }

  private async change({ userId, orderId }: Lane, index: number): Promise<void> {
    const answer = await this.recorder.send(
      this.system.gatewayUrls[0]!,
      { id: userId, token: this.token },
      {
        method: 'patch',
        path: `/v1/orders/${orderId}`,
        body: { lines: [{ ...LINE, quantity: (index % 100) + 1 }] },
      },
    );
    expectStatus(answer!, 202);
    this.accepted += 1;
  }
}

/** Heads whose job is in the queue or with a worker: what is lost with the queue. */
async function releasedHeads({ databases }: System): Promise<number> {
  const { rows } = await databases.gateway.query<{ count: number }>(
    'select count(*)::integer as count from operations where release > 0 and finished_at is null',
  );
  return rows[0]!.count;
}

async function loseQueue({ databases, processes }: System, queue: Backend): Promise<void> {
  if (queue === 'redis') {
    const redis = new Redis(processes.gateways[0]!.env.QUEUE_URL!);
    await redis.flushdb();
    redis.disconnect();
    return;
  }
  const { rows } = await databases.gateway.query<{ tables: string }>(
    `select string_agg(format('bullmq.%I', tablename), ', ') as tables from pg_tables
     where schemaname = 'bullmq' and tablename <> 'migration'`,
  );
  await truncate(databases.gateway, rows[0]!.tables);
}

/** A job that is moved meanwhile locks the same tables in another order: whoever is the victim tries again. */
async function truncate(pool: Pool, tables: string): Promise<void> {
  try {
    await pool.query(`truncate ${tables}`);
  } catch (error) {
    if ((error as DatabaseError).code !== DEADLOCK) throw error;
    await truncate(pool, tables);
  }
}

interface Job {
  userId: string;
  operationId: string;
}

async function lastOf({ databases }: System, userId: string): Promise<Job> {
  const { rows } = await databases.gateway.query<{ id: string }>(
    'select id from operations where user_id = $1 order by seq desc limit 1',
    [userId],
  );
  return { userId, operationId: rows[0]!.id };
}

/** As a gateway would add it, if it were the write's turn. */
async function addJob({ databases, processes }: System, queue: Backend, job: Job): Promise<void> {
  const partition = partitionOf(job.userId, PARTITIONS);
  if (queue === 'redis') {
    const url = processes.gateways[0]!.env.QUEUE_URL!;
    const index = partitionNames(PARTITIONS).indexOf(partition);
    const bull = new Queue(partition, {
      connection: { url },
      prefix: prefixOf('turnpike', index, PARTITIONS),
    });
    await bull.add('operation', job, { jobId: `${job.operationId}-9` });
    await bull.close();
    return;
  }
  const entry = { id: `${job.operationId}-9`, name: 'operation', data: JSON.stringify(job) };
  const client = await databases.gateway.connect();
  try {
    await client.query('set search_path = bullmq');
    await client.query('select * from add_jobs_bulk($1, $2)', [partition, JSON.stringify([entry])]);
  } finally {
    client.release(true);
  }
}

async function withPartitions(system: System, gateway: SystemProcess, count: number): Promise<void> {
  gateway.env.QUEUE_PARTITIONS = String(count);
  await system.restart(gateway);
}

async function untilUnfinished({ databases }: System, atMost: number): Promise<void> {
  await untilCount(databases, 'finished_at is null', (count) => count <= atMost);
}

async function untilEnded({ databases }: System, atLeast: number): Promise<void> {
  await untilCount(databases, 'finished_at is not null and seq > 1', (count) => count >= atLeast);
}

async function untilCount(
  { gateway }: System['databases'],
  condition: string,
  holds: (count: number) => boolean,
): Promise<void> {
  for (;;) {
    const { rows } = await gateway.query<{ count: number }>(
      `select count(*)::integer as count from operations where ${condition}`,
    );
    if (holds(rows[0]!.count)) return;
    await pause(LOOK_AGAIN_MS);
  }
}
