import { register } from '../support/client.js';
import { turnReadOnly, turnWritable } from '../support/superuser.js';
import { startSystem, type System } from '../support/system.js';
import {
  answering,
  cellsOf,
  contradiction,
  type Fault,
  faultsOf,
  observe,
  placing,
  renaming,
  type Write,
} from './links.js';

const GARBAGE = 'what?\r\n';
const REFUSAL = JSON.stringify({ type: 'about:blank', title: 'No', status: 401, code: 'unauthenticated' });
const UNAUTHENTICATED =
  'HTTP/1.1 401 Unauthorized\r\ncontent-type: application/problem+json\r\n' +
  `content-length: ${REFUSAL.length}\r\n\r\n${REFUSAL}`;

const LINKS = ['gateway–identity', 'gateway–ordering', 'ordering–database'];

describe('docs/faults.md, of the services', () => {
  let system: System;
  let faults: Record<string, Record<string, Fault>>;
  let writes: Record<string, Write>;
  beforeAll(async () => {
    const env = { SERVICE_TIMEOUT_MS: '1000' };
    system = await startSystem({ env, proxied: ['identity', 'ordering', 'orderingDatabase'] });
    const url = system.gatewayUrls[0]!;
    const { proxies } = system;
    const direct = system.databases.ordering.options.connectionString!;
    faults = {
      'gateway–identity': {
        ...faultsOf(() => proxies.identity!, GARBAGE),
        refusing: answering(() => proxies.identity!, UNAUTHENTICATED),
      },
      'gateway–ordering': {
        ...faultsOf(() => proxies.ordering!, GARBAGE),
        refusing: answering(() => proxies.ordering!, UNAUTHENTICATED),
      },
      'ordering–database': {
        ...faultsOf(() => proxies.orderingDatabase!, GARBAGE),
        refusing: () => turnReadOnly(direct).then(() => () => turnWritable(direct)),
      },
    };
    writes = {
      'gateway–identity': renaming(url),
      'gateway–ordering': placing(url),
      'ordering–database': placing(url),
    };
  }, 240_000);
  afterAll(() => system?.stop());

  it.each(LINKS)(
    'holds for %s: what clients see, what ready says, and when all is well',
    async (link) => {
      const url = system.gatewayUrls[0]!;
      const found = [];
      for (const cell of cellsOf([link])) {
        const person = await register(url);
        const seen = await observe(url, {
          cell,
          person,
          fault: faults[link]![cell.fault]!,
          write: writes[link]!,
        });
        found.push(contradiction(cell, seen));
      }
      expect(found).toHaveLength(7);
      expect(found.filter(Boolean)).toEqual([]);
    },
    240_000,
  );
});
