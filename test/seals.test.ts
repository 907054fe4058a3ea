import { randomBytes } from 'node:crypto';
import { Logger } from '@nestjs/common';
import { Database, migrate } from '@turnpike/service';
import { v7 as uuidv7 } from 'uuid';
import type { GatewayConfig } from '../libs/engine/src/config.js';
import { databaseOptions } from '../libs/engine/src/ledger/database.js';
import { AuditTrail } from '../libs/engine/src/audit/audit-trail.js';
import { Unreadable } from '../libs/engine/src/encryption/cipher.js';
import { RootKey } from '../libs/engine/src/encryption/root-key.js';
import { isPersonal, type SealedAt, type Stored } from '../libs/engine/src/encryption/payload-encryption.js';
import { LedgerQueries } from '../libs/engine/src/queries/operations.js';
import { AuditQuery, problemBody } from '@turnpike/protocol';
import { type SecurityDetails, writeSecurityLogTo } from '../libs/service/src/process/security-log.js';
import { createDatabases } from './support/databases.js';
import { type Keys, openKeys } from './support/keys.js';
import { SHOP } from './support/shop.js';
import { inState, keyOf, TERMS, TestLedger } from './support/ledger.js';
import { until } from './support/processes.js';

const PERSONAL = { email: 'canary@example.com', phone: '+43 canary' };

interface Row {
  user_id: string;
  id: string;
  payload: Stored;
  result: Stored | null;
}

let t: TestLedger;
let one: Keys;
let two: Keys;
beforeAll(async () => {
  t = await TestLedger.open();
  [one, two] = t.keys;
});
afterAll(() => t.close());
afterEach(() => jest.restoreAllMocks());

async function rowOf(id: string): Promise<Row> {
  const [row] = await t.database.query<Row>(
    'select user_id, id, payload, result from operations where id = $1',
    [id],
  );
  return row!;
}

function at({ user_id: userId, id: operationId }: Row, field: SealedAt['field'] = 'payload'): SealedAt {
  return { userId, operationId, field };
}

/** @returns the user's key as each of the processes still knows it */
function known(userId: string): Promise<unknown[]> {
  return Promise.all(t.keys.map(({ dataKeys }) => dataKeys.find(userId)));
}

async function count(userId: string): Promise<number> {
  const rows = await t.database.query('select 1 from data_keys where user_id = $1', [userId]);
  return rows.length;
}

/** @returns how many statements have read or made keys since; the ledger announces changes of its own accord. */
function statementsOfKeys(): () => number {
  const query = jest.spyOn(t.database, 'query');
  return () => query.mock.calls.filter(([sql]) => sql.includes('data_keys')).length;
}

/** A user, and one write with something personal in all that it leaves. */
async function written(): Promise<Row> {
  const userId = await t.newLane();
  const { id } = await t.accepted(userId, { kind: 'user.update', payload: PERSONAL });
  await t.succeed(userId, id, { result: PERSONAL, change: { before: PERSONAL, after: PERSONAL } });
  return rowOf(id);
}

async function purge(userId: string): Promise<void> {
  await t.done(userId, 'user.delete');
  await t.done(userId, 'user.purge', { result: { erasures: [] } });
}

describe('what a write holds', () => {
  it('is sealed in every table, and in the clear for the worker, for readers and for operators', async () => {
    const userId = await t.newLane();
    const { id } = await t.accepted(userId, { kind: 'user.update', payload: PERSONAL });
    const claimed = (await t.claim(userId, id))!;
    expect(claimed.payload).toEqual(PERSONAL);
    await t.ledger.finish(keyOf(claimed), {
      ...{ effect: claimed.effect, state: 'succeeded', steps: inState(claimed, 'applied'), problem: null },
      ...{ result: PERSONAL, change: { before: null, after: PERSONAL } },
    });
    for (const table of ['operations', 'audit', 'data_keys']) {
      const rows = await t.database.query(`select to_jsonb(t) as row from ${table} t where user_id = $1`, [
        userId,
      ]);
      expect(rows).not.toEqual([]);
      expect(JSON.stringify(rows)).not.toMatch(/canary/);
    }
    const read = (await t.queries.operation(id))!;
    expect(read.result).toEqual(PERSONAL);
    expect(await t.queries.payloadOf(read)).toEqual(PERSONAL);
    const trail = new AuditTrail(t.database, two.seals);
    const { items } = await trail.page(Object.assign(new AuditQuery(), { userId, action: 'user.update' }));
    expect(items).toMatchObject([{ before: null, after: PERSONAL }]);
  });

  it('is in the clear for the worker that goes on with it', async () => {
    const userId = await t.newLane();
    const first = await t.accepted(userId, { kind: 'user.update', payload: PERSONAL });
    const second = await t.accepted(userId, { kind: 'user.update', payload: { ...PERSONAL, second: true } });
    const claimed = (await t.claim(userId, first.id))!;
    const finished = await t.ledger.finish(
      keyOf(claimed),
      {
        ...{ effect: claimed.effect, state: 'succeeded', steps: inState(claimed, 'applied') },
        ...{ result: {}, problem: null },
      },
      TERMS,
    );
    expect(finished!.claimed).toMatchObject({ id: second.id, payload: { ...PERSONAL, second: true } });
  });

  it('is plain only where the system itself has written it', () => {
    const kinds = [...SHOP.operations].map(({ kind }) => kind);
    expect(kinds.filter((kind) => !isPersonal(SHOP.factsOf(kind).effect))).toEqual([
      'user.purge',
      'event.user-deleted',
      'event.user-updated',
      'repair.user',
    ]);
  });

  it('is never sealed the same way twice', async () => {
    const row = await written();
    const again = await one.seals.seal('writes', at(row), PERSONAL);
    expect(again).not.toBe(await one.seals.seal('writes', at(row), PERSONAL));
    expect(await two.seals.open(at(row), again)).toEqual(PERSONAL);
  });

  it('cannot be moved to another write, another user or another column, nor be changed', async () => {
    const row = await written();
    const another = await written();
    const sealed = row.payload as string;
    const { userId, operationId } = at(row);
    const moved: SealedAt[] = [
      { userId, operationId: another.id, field: 'payload' },
      { userId: another.user_id, operationId, field: 'payload' },
      { userId, operationId, field: 'result' },
    ];
    for (const place of moved) await expect(one.seals.open(place, sealed)).rejects.toThrow(Unreadable);
    const changed = sealed.replace(/.$/, (last) => (last === 'A' ? 'Q' : 'A'));
    for (const wrong of [changed, sealed.slice(0, -4), sealed.replace('v1', 'v2'), 'v1.', 'v1', '', 'x']) {
      await expect(one.seals.open(at(row), wrong)).rejects.toThrow(Unreadable);
    }
    expect(await one.seals.open(at(row), sealed)).toEqual(PERSONAL);
  });

  it('that cannot be read halts its lane before a service is called', async () => {
    const userId = await t.newLane();
    const { id } = await t.accepted(userId, { payload: PERSONAL });
    const next = await t.accepted(userId, { payload: PERSONAL });
    const { payload } = await rowOf(next.id);
    await t.database.query('update operations set payload = $2 where id = $1', [id, JSON.stringify(payload)]);
    expect(await t.claim(userId, id)).toBeNull();
    const lane = await t.laneViews.find(userId);
    expect(lane).toMatchObject({ state: 'halted', head: { id, state: 'retrying' } });
  });

  it('can still be read where a row is older than the seals, and what follows is sealed', async () => {
    const userId = await t.newLane();
    await t.database.query('delete from data_keys where user_id = $1', [userId]);
    for (const { dataKeys } of t.keys) dataKeys.forget(userId);
    const { id } = await t.accepted(userId, { kind: 'event.user-updated', payload: PERSONAL });
    await t.database.query(`update operations set kind = 'user.update' where id = $1`, [id]);
    expect(await count(userId)).toBe(0);
    expect((await t.claim(userId, id))!.payload).toEqual(PERSONAL);
    const later = await t.accepted(userId, { payload: PERSONAL });
    expect(typeof (await rowOf(later.id)).payload).toBe('string');
  });
});

describe("a user's key", () => {
  it('is made with the lane, and read by another process once for many writes', async () => {
    const userId = await t.newLane();
    expect(await count(userId)).toBe(1);
    const fresh = await openKeys(t.database);
    const statements = statementsOfKeys();
    const keys = await Promise.all(Array.from({ length: 20 }, () => fresh.dataKeys.find(userId)));
    expect(new Set(keys.map((key) => key!.export().toString('hex'))).size).toBe(1);
    await fresh.dataKeys.findOrMake(userId);
    expect(statements()).toBe(1);
  });

  it('is read and made for many users in two statements', async () => {
    const users = Array.from({ length: 50 }, () => uuidv7());
    await t.database.query('insert into lanes (user_id) select unnest($1::uuid[])', [users]);
    const statements = statementsOfKeys();
    await Promise.all(users.map((userId) => one.dataKeys.findOrMake(userId)));
    expect(statements()).toBe(2);
    for (const userId of users) expect(await count(userId)).toBe(1);
  });

  it('is one, though several processes make it at once', async () => {
    const userId = uuidv7();
    await t.database.query('insert into lanes (user_id) values ($1)', [userId]);
    const [mine, theirs] = await Promise.all([one, two].map(({ dataKeys }) => dataKeys.findOrMake(userId)));
    expect(mine!.equals(theirs!)).toBe(true);
  });

  it('is not left behind by a registration that was not accepted', async () => {
    const clientKey = { scope: 'email x', key: uuidv7(), fingerprint: 'f' };
    await t.accepted(uuidv7(), { kind: 'user.register', clientKey });
    const userId = uuidv7();
    expect(await t.write(userId, { kind: 'user.register', clientKey })).toMatchObject({
      outcome: 'replayed',
    });
    expect(await count(userId)).toBe(0);
  });

  it('goes with a registration that failed', async () => {
    const userId = uuidv7();
    const { id } = await t.accepted(userId, { kind: 'user.register', payload: PERSONAL });
    const claimed = (await t.claim(userId, id))!;
    await t.ledger.finish(keyOf(claimed), {
      ...{ effect: claimed.effect, state: 'failed', steps: inState(claimed, 'refused') },
      ...{ result: null, problem: problemBody('email-taken') },
    });
    expect(await count(userId)).toBe(0);
    expect(await known(userId)).toContain(null);
  });

  it('goes with a registration that was withdrawn', async () => {
    const userId = uuidv7();
    const { id } = await t.accepted(userId, { kind: 'user.register', payload: PERSONAL });
    // In the process that has accepted it, and knows the key.
    const [, ledger] = [t.ledger, t.ledger];
    expect((await ledger.cancel(userId, id)).outcome).toBe('cancelled');
    expect(await count(userId)).toBe(0);
    expect(await known(userId)).toEqual([null, null]);
  });

  it('is not made for a user who does not exist, nor in a closed lane', async () => {
    expect(await one.dataKeys.findOrMake(uuidv7())).toBeNull();
    expect(await t.write(uuidv7())).toMatchObject({ outcome: 'refused', code: 'not-found' });
    const userId = uuidv7();
    await t.accepted(userId, { kind: 'repair.user' });
    expect(await t.admission(userId)).toBe('closed');
    expect(await t.write(userId, { payload: PERSONAL })).toMatchObject({ outcome: 'refused' });
    expect(await count(userId)).toBe(0);
  });

  it('is needed for a place: what could not be sealed is not written down', async () => {
    const userId = await t.newLane();
    jest.spyOn(one.dataKeys, 'findOrMake').mockResolvedValue(null);
    jest.spyOn(two.dataKeys, 'findOrMake').mockResolvedValue(null);
    expect(await t.write(userId, { payload: PERSONAL })).toMatchObject({ outcome: 'refused' });
    expect(await t.unfinished(userId)).toBe(0);
  });
});

describe('after a purge', () => {
  it('an older copy of a row cannot be read, with everything that the ledger has now', async () => {
    const copy = await written();
    expect(await one.seals.open(at(copy), copy.payload)).toEqual(PERSONAL);
    expect(await one.seals.open(at(copy, 'result'), copy.result)).toEqual(PERSONAL);
    await purge(copy.user_id);
    const { seals } = await openKeys(t.database);
    expect(await seals.open(at(copy), copy.payload)).toBeNull();
    expect(await seals.open(at(copy, 'result'), copy.result)).toBeNull();
    // The copy put back is of no use either, and the answer is that of an erased write.
    await t.database.query('update operations set result = $2 where id = $1', [
      copy.id,
      JSON.stringify(copy.result),
    ]);
    const queries = new LedgerQueries(t.database, seals);
    expect((await queries.operation(copy.id))!.result).toBeNull();
  });

  it('the process that did it forgets the key at once, and every other in a minute', async () => {
    const copy = await written();
    let now = performance.now();
    jest.spyOn(performance, 'now').mockImplementation(() => now);
    const other = await openKeys(t.database);
    expect(await other.seals.open(at(copy), copy.payload)).toEqual(PERSONAL);
    await purge(copy.user_id);
    expect(await known(copy.user_id)).toContain(null);
    now += 60_001;
    expect(await other.seals.open(at(copy), copy.payload)).toBeNull();
  });

  it('neither what follows the user nor a write that is refused makes a new key', async () => {
    const { user_id: userId } = await written();
    await purge(userId);
    for (const kind of ['event.user-updated', 'event.user-deleted', 'repair.user'] as const) {
      await t.done(userId, kind, { result: { state: 'absent' }, confirmed: 'absent' });
    }
    expect(await t.write(userId, { payload: PERSONAL })).toMatchObject({ code: 'user-deleted' });
    expect(await count(userId)).toBe(0);
  });

  it('no key is left by a process that makes one while the purge commits', async () => {
    const { user_id: userId } = await written();
    await t.database.query('delete from data_keys where user_id = $1', [userId]);
    const other = await openKeys(t.database);
    let making: Promise<unknown> = Promise.resolve();
    await t.database.statements(async (tx) => {
      await tx.query(`update lanes set admission = 'closed' where user_id = $1`, [userId]);
      making = other.dataKeys.findOrMake(userId);
      await somebodyWaitsForALock();
    });
    expect(await making).toBeNull();
    expect(await count(userId)).toBe(0);
  });
});

/** Fulfilled once a statement waits for a lock on a row. */
async function somebodyWaitsForALock(): Promise<void> {
  const waiting = `select 1 from pg_stat_activity where wait_event_type = 'Lock' and query like '%make-data-keys%'`;
  while ((await t.database.query(waiting)).length === 0) await new Promise(setImmediate);
}

describe('DATA_KEY', () => {
  const newKey = (): string => randomBytes(32).toString('base64');
  let database: Database;
  let drop: () => Promise<void>;
  beforeEach(async () => {
    const databases = await createDatabases('gateway');
    const options = databaseOptions({ databaseUrl: databases.urls['gateway']! });
    await migrate(options);
    database = new Database(options);
    await database.start();
    drop = databases.drop;
  });
  afterEach(async () => {
    await database.onApplicationShutdown();
    await drop();
  });

  /** Equal for processes that can read what the other has written, and know its requests again. */
  const purposesOf = ({ root }: Keys): string[] =>
    (['dataKeys', 'fingerprints'] as const).map((purpose) => root.for(purpose).export().toString('hex'));

  it('opens the ledger to all who have it, from the first start on, and gives each purpose a key of its own', async () => {
    const dataKey = newKey();
    const both = await Promise.all([openKeys(database, { dataKey }), openKeys(database, { dataKey })]);
    const [first, second] = both.map(purposesOf);
    expect(second).toEqual(first);
    expect(new Set(first).size).toBe(2);
  });

  it('that is wrong is found out at the start', async () => {
    await openKeys(database, { dataKey: newKey() });
    await expect(openKeys(database, { dataKey: newKey() })).rejects.toThrow(Unreadable);
    const both = { dataKey: newKey(), previousDataKey: newKey() };
    await expect(openKeys(database, both)).rejects.toThrow(Unreadable);
  });

  it('that is wrong leaves a process without its keys, and the security log tells of it', async () => {
    await openKeys(database, { dataKey: newKey() });
    const line = jest.fn<void, [SecurityDetails]>();
    writeSecurityLogTo({ child: () => ({ info: line }) } as unknown as Parameters<
      typeof writeSecurityLogTo
    >[0]);
    jest.spyOn(Logger.prototype, 'fatal').mockImplementation();
    const root = new RootKey(database, { dataKey: newKey(), previousDataKey: null } as GatewayConfig);
    root.onApplicationBootstrap();
    await until(() => Promise.resolve(line.mock.calls.length > 0));
    expect(line).toHaveBeenCalledWith({ event: 'crypt_decrypt_fail', severity: 'WARN' });
    expect(root.isOpen).toBe(false);
  });

  it('can be changed: with the old one beside it the new one takes its place', async () => {
    const [dataKey, changed] = [newKey(), newKey()];
    const before = await openKeys(database, { dataKey });
    const during = await openKeys(database, { dataKey: changed, previousDataKey: dataKey });
    const after = await openKeys(database, { dataKey: changed });
    expect(purposesOf(during)).toEqual(purposesOf(before));
    expect(purposesOf(after)).toEqual(purposesOf(before));
    await expect(openKeys(database, { dataKey })).rejects.toThrow(Unreadable);
  });

  it('is not to be found in the ledger, and neither are the keys that it protects', async () => {
    const dataKey = newKey();
    const { root } = await openKeys(database, { dataKey });
    const [row] = await database.query<{ wrapped: string }>('select wrapped from root_key');
    const bytes = Buffer.from(row!.wrapped.slice(3), 'base64url').toString('hex');
    expect(bytes).not.toContain(Buffer.from(dataKey, 'base64').toString('hex'));
    expect(bytes).not.toContain(root.for('dataKeys').export().toString('hex'));
  });
});
