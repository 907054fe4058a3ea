// What is over goes in time, a batch at a time, and nothing else does. Ledger and identity on fresh databases.
import type { DynamicModule, FactoryProvider } from '@nestjs/common';
import { Database, Retention, type Trim } from '@turnpike/service';
import { register } from 'prom-client';
import { v7 as uuidv7 } from 'uuid';
import { gatewayModule } from '../gateway/src/app.module.js';
import { readConfig } from '../gateway/src/config.js';
import { ledgerRetention } from '../libs/engine/src/lifecycle/retention.js';
import { trimSignInPlaces } from '../gateway/src/sign-in/known-origins.js';
import { AppModule as IdentityModule } from '../identity/src/app.module.js';
import { readConfig as readIdentityConfig } from '../identity/src/config.js';
import { databaseOptions } from '../identity/src/database.js';
import { Identity, newPerson, newUser, sidOf } from './support/identity.js';
import { FULL } from './faults/kit.js';
import { pause } from './support/processes.js';
import { TestLedger } from './support/ledger.js';

/** @returns what trims the tables of a process with that module, on a database of the test's own */
function retentionIn({ providers = [] }: DynamicModule, database: Database): Retention {
  const provider = (providers as FactoryProvider<Retention>[]).find(({ provide }) => provide === Retention);
  return provider!.useFactory(database) as Retention;
}

const MANY = FULL ? 100_000 : 20_000;

describe('the ledger', () => {
  let t: TestLedger;
  beforeAll(async () => void (t = await TestLedger.open()));
  afterAll(() => t.close());

  /** Makes everything of the lane older. */
  async function age(userId: string, interval: string): Promise<void> {
    await t.database.query(
      `update operations set created_at = created_at - $2::interval, finished_at = finished_at - $2::interval
       where user_id = $1`,
      [userId, interval],
    );
  }

  function idsIn(userId: string): Promise<{ id: string }[]> {
    return t.database.query('select id from operations where user_id = $1 order by seq', [userId]);
  }

  it('loses operations that ended long ago; their lane, its counts and the index of orders stay', async () => {
    const userId = await t.newLane();
    const placed = await t.done(userId, 'order.place');
    const { targetId } = (await t.queries.operation(placed))!;
    const lane = await t.queries.lane(userId);
    await age(userId, '91 days');
    const young = await t.done(userId, 'user.update');
    await t.trim();
    expect(await idsIn(userId)).toEqual([{ id: young }]);
    expect(await t.queries.operation(placed)).toBeNull();
    expect(await t.queries.laneOf('order', targetId)).toBe(userId);
    expect(await t.queries.lane(userId)).toEqual({ ...lane, lastSeq: 3, endedTo: 3 });
    expect(await t.accepted(userId)).toMatchObject({ seq: 4 });
    expect(await t.queries.firstUnfinished(userId)).toBe(4);
  });

  it('keeps what has not ended, however old it is, and what ended lately, however old that is', async () => {
    const userId = await t.newLane();
    const { id: late } = await t.accepted(userId, { kind: 'user.update' });
    const { id: waiting } = await t.accepted(userId);
    await age(userId, '400 days');
    await t.succeed(userId, late);
    await t.trim();
    expect(await idsIn(userId)).toEqual([{ id: late }, { id: waiting }]);
    expect((await t.claim(userId, waiting))?.seq).toBe(3);
  });

  it('keeps a key for a day after the end of its operation, and as long as that waits', async () => {
    const userId = await t.newLane();
    const keyed = async (key: string): Promise<string> => {
      const clientKey = { scope: userId, key, fingerprint: 'f' };
      return (await t.accepted(userId, { clientKey })).id;
    };
    const [expired, ended, waiting] = [await keyed('expired'), await keyed('ended'), await keyed('waiting')];
    for (const id of [expired, ended]) await t.succeed(userId, id);
    await t.endedEarlier(expired, 25);
    await t.endedEarlier(ended, 23);
    await t.keyIsOlder(userId, 24 * 400);
    await age(userId, '400 days');
    await t.endedEarlier(ended, -24 * 400);
    await t.trim();
    const keys = await t.database.query('select key from idempotency_keys where scope = $1 order by key', [
      userId,
    ]);
    expect(keys).toEqual([{ key: 'ended' }, { key: 'waiting' }]);
    expect((await idsIn(userId)).map(({ id }) => id)).toEqual([ended, waiting]);
    for (const [key, operationId] of [
      ['ended', ended],
      ['waiting', waiting],
    ]) {
      const clientKey = { scope: userId, key: key!, fingerprint: 'f' };
      expect(await t.ledger.findReplay(clientKey)).toEqual({ outcome: 'replayed', operationId });
    }
  });

  it('finds the keys that have expired behind more of waiting writes than it looks at together', async () => {
    const userId = await t.newLane();
    const { id } = await t.accepted(userId);
    const keys = `insert into idempotency_keys (scope, key, fingerprint, user_id, operation_id, created_at)
      select $1::text, 'k' || n, 'f', $1::uuid, coalesce($2, gen_random_uuid()), now() - $3 * interval '1 hour'
      from generate_series(1, $4) n`;
    await t.database.query(keys, [userId, id, 50, 2500]);
    await t.database.query(keys.replace("'k'", "'old'"), [userId, null, 30, 10]);
    await t.trim({}, 'idempotency_keys');
    const [left] = await t.database.query<{ count: number }>(
      'select count(*)::integer as count from idempotency_keys where scope = $1',
      [userId],
    );
    expect(left!.count).toBe(2500);
  });

  it('keeps what webhooks were sent for a week, and what is still to be sent for ever', async () => {
    await t.database.query(
      `insert into webhook_deliveries (webhook_id, id, type, data, state, due_at, finished_at)
       select gen_random_uuid(), gen_random_uuid(), type, '{}', state, null, now() - ago
       from (values ('old', 'delivered', interval '8 days'), ('recent', 'failed', interval '6 days'),
         ('pending', 'pending', null)) as planned (type, state, ago)`,
    );
    await t.trim();
    const left = await t.database.query('select type from webhook_deliveries order by type');
    expect(left).toEqual([{ type: 'pending' }, { type: 'recent' }]);
  });

  it('is told how long, at least for as long as a key lives', () => {
    expect(readConfig({ RETENTION_AUDIT_MS: '0' }).retention).toEqual({
      ...{ operationsMs: 90 * 86_400_000, auditMs: 0, eventsMs: 30 * 86_400_000 },
    });
    for (const name of ['OPERATIONS', 'AUDIT', 'EVENTS'].map((what) => `RETENTION_${what}_MS`)) {
      expect(() => readConfig({ [name]: '3600000' })).toThrow(
        `${name} must be 0, which is for ever, or at least`,
      );
    }
  });

  it('is trimmed by workers, and left to them by every other process', async () => {
    const userId = await t.newLane();
    await age(userId, '91 days');
    const trimAs = (role: string): Promise<void> =>
      retentionIn(gatewayModule(readConfig({ GATEWAY_ROLE: role })), t.database).round();
    await trimAs('api');
    expect(await idsIn(userId)).toHaveLength(1);
    await trimAs('worker');
    expect(await idsIn(userId)).toEqual([]);
  });

  it('keeps for ever what it is told to', async () => {
    const userId = await t.newLane();
    await age(userId, '10 years');
    await t.trim({ operationsMs: 0, auditMs: 0, eventsMs: 0 });
    expect(await idsIn(userId)).toHaveLength(1);
  });

  it('trims the audit trail at its old end alone, which nobody else may', async () => {
    const userId = await t.newLane();
    const insert = `insert into audit (user_id, action, at) select $1, 'user.update', now() - $2 * interval '1 day'`;
    for (const days of [401, 399]) await t.database.query(insert, [userId, days]);
    const old = t.database.query(
      `delete from audit where user_id = $1 and at < now() - interval '400 days'`,
      [userId],
    );
    await expect(old).rejects.toThrow('only appended to');
    const young = t.database.statements(async (tx) => {
      await tx.query(`select set_config('turnpike.trims', 'audit', true)`);
      await tx.query('delete from audit where user_id = $1', [userId]);
    });
    await expect(young).rejects.toThrow('only appended to');
    await t.trim();
    const left = await t.database.query<{ days: number }>(
      `select extract(day from now() - at)::integer as days from audit where user_id = $1 order by at`,
      [userId],
    );
    expect(left).toEqual([{ days: 399 }, { days: 0 }]);
  });

  it('keeps the receipt of a purge as long as the audit trail', async () => {
    const userId = await t.newLane();
    await t.done(userId, 'user.delete');
    await t.done(userId, 'user.purge');
    await age(userId, '91 days');
    await t.trim();
    expect(await t.database.query('select kind from operations where user_id = $1', [userId])).toEqual([
      { kind: 'user.purge' },
    ]);
    await age(userId, '310 days');
    await t.trim();
    expect(await idsIn(userId)).toEqual([]);
    expect(await t.admission(userId)).toBe('closed');
  });

  it('loses old events of the services, integrity runs with what they found, and bulk runs', async () => {
    const old = `now() - interval '401 days'`;
    const runs = [uuidv7(), uuidv7()];
    await t.database.query(
      `insert into integrity_runs (id, state, finished_at) values ($1, 'done', ${old}), ($2, 'done', now())`,
      runs,
    );
    await t.database.query(
      `insert into integrity_findings (run_id, relation, kind, id, user_id)
       select run, 'r', 'k', gen_random_uuid(), gen_random_uuid() from unnest($1::uuid[]) run, generate_series(1, 1500)`,
      [runs],
    );
    await t.database.query(
      `insert into domain_events (id, user_id, source, type, time, received_at)
       select gen_random_uuid(), gen_random_uuid(), 's', 't', now(), at from unnest(array[${old}, now()]) as at`,
    );
    await t.database.query(
      `insert into bulk_runs (id, action, filter, reason, actor_id, state, total, finished_at)
       select gen_random_uuid(), 'retry', '{}', 'r', gen_random_uuid(), 'done', 0, at
       from unnest(array[${old}, now()]) as at`,
    );
    await t.trim();
    // The run waits for its last finding.
    await t.trim();
    const counts = ['integrity_findings', 'integrity_runs', 'domain_events', 'bulk_runs'].map(
      async (table) => {
        const [row] = await t.database.query<{ count: number }>(`select count(*)::integer from ${table}`);
        return row!.count;
      },
    );
    expect(await Promise.all(counts)).toEqual([1500, 1, 1, 1]);
  });

  it('is trimmed beside writes in the same lanes, and erasures, without a place too many or too few', async () => {
    const userIds = await Promise.all(Array.from({ length: 6 }, () => t.newLane()));
    for (const userId of userIds) {
      for (let i = 0; i < 10; i += 1) await t.done(userId, 'order.place');
      await age(userId, '91 days');
    }
    let writing = true;
    const trimming = (async () => {
      while (writing) await t.trim();
    })();
    const places = userIds.map(async (userId) => {
      const seqs: number[] = [];
      for (let i = 0; i < 10; i += 1) {
        const { id, seq } = await t.accepted(userId);
        seqs.push(seq);
        await t.succeed(userId, id);
        await age(userId, '50 days');
        // As an erasure locks: every row of the user, in any order.
        await t.database.query('update audit set before = null, after = null where user_id = $1', [userId]);
      }
      return seqs;
    });
    const taken = await Promise.all(places).finally(() => (writing = false));
    await trimming;
    expect(taken).toEqual(userIds.map(() => Array.from({ length: 10 }, (_, index) => 12 + index)));
    await t.trim();
    for (const userId of userIds) {
      expect(await t.queries.lane(userId)).toMatchObject({ lastSeq: 21, depth: 0 });
      // The last one is not old enough.
      expect(await idsIn(userId)).toHaveLength(1);
    }
  });

  it('loses many operations in statements of no more than a thousand rows', async () => {
    await t.trim();
    const userId = await t.newLane();
    await t.database.query(
      `insert into operations (user_id, seq, id, kind, state, target_type, target_id, payload, steps, epoch, attempts,
         created_at, started_at, deadline_at, finished_at)
       select $1, 1 + n, gen_random_uuid(), 'order.place', 'succeeded', 'order', gen_random_uuid(), '{}', '[]', 1, 1,
         at, at, at, at
       from generate_series(1, $2::integer) as n, (select now() - interval '100 days' as at) as times`,
      [userId, MANY],
    );
    const batches: number[] = [];
    const trims = ledgerRetention(readConfig({}).retention, [trimSignInPlaces]).filter(
      ({ table }) => table === 'operations',
    );
    const counted = trims.map((trim) => ({
      ...trim,
      batch: async (...given: Parameters<typeof trim.batch>) => {
        const done = await trim.batch(...given);
        batches.push(done.trimmed);
        return done;
      },
    }));
    const retention = new Retention(t.database, counted);
    const gone = (): number => batches.reduce((sum, rows) => sum + rows, 0);
    // On a machine that stands still for seconds a batch is given up, and the next round goes on.
    for (let round = 0; round < 5 && gone() < MANY; round += 1) await retention.round();
    expect(gone()).toBe(MANY);
    const metric = await register.getSingleMetricAsString('turnpike_trimmed_rows_total');
    expect(Number(/table="operations"} (\d+)/.exec(metric)![1])).toBeGreaterThanOrEqual(MANY);
    expect(Math.max(...batches)).toBeLessThanOrEqual(1000);
    expect(batches.length).toBeLessThanOrEqual(MANY / 1000 + 3);
    expect(await idsIn(userId)).toHaveLength(1);
  });
});

describe('a row that somebody holds', () => {
  it('is passed by, and goes later', async () => {
    const t = await TestLedger.open();
    const [held, free] = [await t.newLane(), await t.newLane()];
    await t.database.query(`update operations set created_at = 'epoch', finished_at = 'epoch'`);
    const users = (): Promise<unknown[]> => t.database.query('select user_id from operations');
    await t.database.statements(async (tx) => {
      await tx.query('select 1 from operations where user_id = $1 for update', [held]);
      await t.trim();
      expect(await users()).toEqual([{ user_id: held }]);
    });
    await t.trim();
    expect(await users()).toEqual([]);
    expect(await t.admission(free)).toBe('open');
    await t.close();
  });
});

describe('a process that stops', () => {
  it('ends the batch that it is at, and begins no other, however much there is to do', async () => {
    const t = await TestLedger.open();
    let batches = 0;
    const endless: Trim = {
      ...{ table: 'endless', everyMs: 0 },
      batch: () => Promise.resolve({ trimmed: (batches += 1), next: 'more' }),
    };
    const retention = new Retention(t.database, [endless]);
    const round = retention.round();
    while (batches < 3) await pause(1);
    await retention.beforeApplicationShutdown();
    await round;
    const atStop = batches;
    await retention.round();
    expect(batches).toBe(atStop);
    await t.close();
  });
});

describe('a batch that fails', () => {
  it('is tried again by the next round, however seldom its table is walked over', async () => {
    const t = await TestLedger.open();
    let batches = 0;
    const failing: Trim = {
      ...{ table: 'failing', everyMs: 3_600_000 },
      batch: () => {
        batches += 1;
        return batches === 1
          ? Promise.reject(new Error('canceling statement due to statement timeout'))
          : Promise.resolve({ trimmed: 0, next: null });
      },
    };
    const retention = new Retention(t.database, [failing]);
    await retention.round();
    await retention.round();
    expect(batches).toBe(2);
    await retention.round();
    expect(batches).toBe(2);
    await t.close();
  });
});

describe('two processes', () => {
  it('do not work on one table at the same time', async () => {
    const t = await TestLedger.open();
    const userId = await t.newLane();
    await t.database.query(
      `update operations set created_at = 'epoch', finished_at = 'epoch' where user_id = $1`,
      [userId],
    );
    await t.database.statements(async (tx) => {
      await tx.query(`select pg_advisory_xact_lock(hashtext('turnpike.retention.operations'))`);
      await t.trim();
    });
    expect(await t.queries.lane(userId)).not.toBeNull();
    expect(await t.unfinished(userId)).toBe(0);
    const rows = (): Promise<unknown[]> => t.database.query('select 1 from operations');
    expect(await rows()).toHaveLength(1);
    await t.trim();
    expect(await rows()).toHaveLength(0);
    await t.close();
  });
});

describe('identity', () => {
  let identity: Identity;
  let database: Database;
  beforeAll(async () => {
    identity = await Identity.start();
    database = new Database(databaseOptions(identity.process.env['IDENTITY_DATABASE_URL']!));
    await database.start();
  });
  afterAll(async () => {
    await database.onApplicationShutdown();
    await identity.stop();
  });

  /** As the process does it. */
  const trim = (): Promise<void> =>
    retentionIn(IdentityModule.with(readIdentityConfig({})), database).round();

  it('remembers no name and no address of a registration that was undone', async () => {
    const person = await newPerson(identity);
    const claim = person.claim();
    const register = { ...claim, body: person.registration };
    await identity.step('identity.register', register);
    await identity.undo('identity.register', claim);
    expect(await identity.tablesWith(person.email, 'Lovelace')).toEqual([]);
    const again = await identity.step('identity.register', register);
    expect(again).toEqual({ status: 200, recorded: true, body: {} });
    expect(await identity.undo('identity.register', claim)).toMatchObject({ status: 200, recorded: true });
    expect(await identity.settle('identity.register', claim)).toMatchObject({ status: 200, recorded: true });
  });

  it('forgets answers of a day ago below the fence, in lanes in which nothing comes any more', async () => {
    const person = await newUser(identity);
    const [first, last] = [person.claim(), person.claim()];
    for (const claim of [first, last])
      await identity.step('identity.update', { ...claim, body: { firstName: 'Augusta' } });
    await database.query(`update inbox set answered_at = now() - interval '25 hours' where user_id = $1`, [
      person.userId,
    ]);
    await trim();
    const left = await identity.rows<{ key: string }>(
      'select key from inbox where user_id = $1',
      person.userId,
    );
    expect(left).toEqual([{ key: `${last.operationId}/identity.update` }]);
  });

  it('forgets answers to what was carried out beside the lane below the fence that is its own', async () => {
    const person = await newUser(identity);
    const [first, last] = [person.claim(), person.claim()];
    for (const claim of [first, last])
      await identity.step('identity.set-roles', { ...claim, beside: true, body: { roles: [] } });
    await identity.step('identity.update', { ...person.claim(), body: {} });
    await database.query(`update inbox set answered_at = now() - interval '25 hours' where user_id = $1`, [
      person.userId,
    ]);
    await trim();
    const left = await identity.rows<{ key: string }>(
      `select key from inbox where user_id = $1 and key like '%set-roles'`,
      person.userId,
    );
    expect(left).toEqual([{ key: `${last.operationId}/identity.set-roles` }]);
  });

  it('forgets sessions that are over, with their tokens, and credentials that nobody has come for', async () => {
    const [user, prepared, waiting] = [
      await newUser(identity),
      await newPerson(identity),
      await newPerson(identity),
    ];
    const [open, ended, expired] = [await user.signIn(), await user.signIn(), await user.signIn()].map(sidOf);
    await database.query(`update sessions set revoked_at = now() - interval '21 minutes' where id = $1`, [
      ended,
    ]);
    await database.query(`update sessions set expires_at = now() - interval '21 minutes' where id = $1`, [
      expired,
    ]);
    await database.query(
      `update credentials set created_at = now() - interval '31 days' where id = any($1)`,
      [[user.credentialId, prepared.credentialId]],
    );
    await trim();
    await trim();
    expect(await identity.rows('select id from sessions where user_id = $1', user.userId)).toEqual([
      { id: open },
    ]);
    expect(await identity.rows('select distinct session_id as id from refresh_tokens')).toEqual([
      { id: open },
    ]);
    const ids = [user, prepared, waiting].map(({ credentialId }) => credentialId);
    const left = await identity.rows<{ id: string }>('select id from credentials where id = any($1)', ids);
    expect(left.map(({ id }) => id).sort()).toEqual([user.credentialId, waiting.credentialId].sort());
  });
});
