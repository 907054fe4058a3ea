import { partitionNames, partitionOf } from '../../libs/engine/src/queue/enqueue.js';
import { api, expectStatus, LINE, type Person, register, waitFor } from '../support/client.js';
import { allEnded } from '../support/effects.js';
import { type RedisCluster, startRedisCluster } from '../support/redis-cluster.js';
import { backends } from '../support/servers.js';
import { startSystem, type System } from '../support/system.js';

const PARTITIONS = 6;

/** The Redis Cluster's programs come with the server. */
const withRedis = backends().includes('redis') ? describe : () => undefined;

withRedis('lanes over a Redis Cluster', () => {
  let cluster: RedisCluster;
  let system: System;
  let url: string;
  let users: Person[];
  beforeAll(async () => {
    cluster = await startRedisCluster();
    const env = { QUEUE_URL: cluster.url, QUEUE_PARTITIONS: String(PARTITIONS) };
    system = await startSystem({ gateways: [{ env }] });
    url = system.gatewayUrls[0]!;
    users = await usersInEveryPartition();
  }, 120_000);
  afterAll(async () => {
    await system?.stop();
    await cluster?.stop();
  });

  it('keep the keys of a partition on one node, and the partitions spread over the nodes evenly', () => {
    const homes = new Map<string, Set<number>>();
    for (const node of cluster.nodes) {
      for (const key of node.keys()) {
        const partition = /^turnpike:\{(lane-\d+)-\d+\}/.exec(key)?.[1];
        // Maintenance has a queue of its own, which belongs to no partition.
        if (!partition && /^turnpike:(\{turnpike-maintenance\}|ledger$)/.test(key)) continue;
        const queue = partition ?? key;
        homes.set(queue, (homes.get(queue) ?? new Set()).add(node.port));
      }
    }
    expect([...homes.keys()].sort()).toEqual(partitionNames(PARTITIONS));
    expect([...homes.values()].every((ports) => ports.size === 1)).toBe(true);
    const perNode = cluster.nodes.map(
      ({ port }) => [...homes.values()].filter((ports) => ports.has(port)).length,
    );
    expect(perNode).toEqual([2, 2, 2]);
  });

  it('go on in the other partitions when a master is dead, and in its own when it is back', async () => {
    // Slots are given to the nodes in order, so the first node has the first third of the partitions.
    const dead = cluster.nodes[0]!;
    await dead.kill();
    const accepted = await Promise.all(users.map((user) => placed(user)));
    const stopped = new Set(partitionNames(PARTITIONS).slice(0, 2));
    for (const [index, user] of users.entries()) {
      if (stopped.has(partitionOf(user.id, PARTITIONS))) continue;
      expect(await waitFor(url, user.token, accepted[index]!)).toMatchObject({ state: 'succeeded' });
    }
    const { rows } = await system.databases.gateway.query<{ user_id: string }>(
      'select distinct user_id from operations where finished_at is null',
    );
    expect(rows.map(({ user_id }) => partitionOf(user_id, PARTITIONS)).sort()).toEqual([...stopped]);
    await dead.run();
    await allEnded(system.databases.gateway);
  }, 180_000);

  async function placed(user: Person): Promise<string> {
    const answer = await api(url, user.token).post<{ id: string }>('/v1/orders', { lines: [LINE] });
    return expectStatus(answer, 202).id;
  }

  /** One user for each partition. */
  async function usersInEveryPartition(): Promise<Person[]> {
    const found = new Map<string, Person>();
    while (found.size < PARTITIONS) {
      const user = await register(url);
      found.set(partitionOf(user.id, PARTITIONS), user);
    }
    return [...found.values()];
  }
});
