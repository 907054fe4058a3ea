import { Redis } from 'ioredis';
import { register } from '../support/client.js';
import { backends } from '../support/servers.js';
import { turnReadOnly, turnWritable } from '../support/superuser.js';
import { startSystem, type System } from '../support/system.js';
import { cellsOf, contradiction, type Fault, faultsOf, observe, placing } from './links.js';
import { OwnRedis } from './redis.js';

const GARBAGE = '?what\r\n';

/** The name under which the gateway listens for what ends. */
const LISTENING = 'turnpike-endings';

/** How many cells the document has of each. */
const LINKS: [string, number][] = [
  ['gateway–ledger', 7],
  ['gateway–queue', 7],
  ['LISTEN', 2],
];

if (backends().includes('redis')) describe('docs/faults.md, of the gateway', held);

function held(): void {
  let redis: OwnRedis;
  let operator: Redis;
  let system: System;
  let faults: Record<string, Record<string, Fault>>;
  beforeAll(async () => {
    redis = await OwnRedis.start();
    operator = new Redis(redis.url);
    system = await startSystem({ env: { QUEUE_URL: redis.url }, proxied: ['database', 'queue'] });
    const { proxies } = system;
    const direct = system.databases.gateway.options.connectionString!;
    faults = {
      'gateway–ledger': {
        ...faultsOf(() => proxies.database!, GARBAGE),
        refusing: () => turnReadOnly(direct).then(() => () => turnWritable(direct)),
      },
      'gateway–queue': {
        ...faultsOf(() => proxies.queue!, GARBAGE),
        refusing: () => operator.replicaof('127.0.0.1', 1).then(() => () => operator.replicaof('no', 'one')),
      },
      LISTEN: faultsOf(() => proxies.database!, GARBAGE, LISTENING),
    };
  }, 240_000);
  afterAll(async () => {
    await system?.stop();
    operator?.disconnect();
    await redis?.kill();
  });

  it.each(LINKS)(
    'holds for %s: what clients see, what ready says, and when all is well',
    async (link, count) => {
      const url = system.gatewayUrls[0]!;
      const found = [];
      for (const cell of cellsOf([link])) {
        const person = await register(url);
        const fault = faults[link]![cell.fault]!;
        found.push(contradiction(cell, await observe(url, { cell, person, fault, write: placing(url) })));
      }
      expect(found).toHaveLength(count);
      expect(found.filter(Boolean)).toEqual([]);
    },
    240_000,
  );
}
