// The gateway notices that a service's database, or its own, was put back, and who has to be followed again.
import { HttpService } from '@nestjs/axios';
import { AuditQuery, problemBody } from '@turnpike/protocol';
import { SERVICE_SIGNING_KEY, ServiceTokenSigner } from '@turnpike/service';
import { v7 as uuidv7 } from 'uuid';
import { readConfig } from '../gateway/src/config.js';
import type { GatewayConfig } from '../libs/engine/src/config.js';
import { SystemWrites } from '../libs/engine/src/queue/internal-writes.js';
import { AuditTrail } from '../libs/engine/src/audit/audit-trail.js';
import { type DueRepair, DueRepairs, dueSince } from '../libs/engine/src/recovery/due-repairs.js';
import { FenceWalks } from '../libs/engine/src/recovery/fence-walks.js';
import { type KnownMarks, ServiceMarks } from '../libs/engine/src/recovery/service-marks.js';
import { Releaser } from '../libs/engine/src/queue/enqueue.js';
import { SHOP } from './support/shop.js';
import { Breakers } from '../libs/engine/src/execution/circuit-breakers.js';
import { Services } from '../libs/engine/src/execution/service-client.js';
import { GoingBack } from '../libs/engine/src/recovery/going-back.js';
import { Reapplication } from '../libs/engine/src/recovery/reapplication.js';
import { inState, keyOf, TestLedger } from './support/ledger.js';
import { MarkKeeper } from './support/mark-keeper.js';
import { pause } from './support/processes.js';

let t: TestLedger;
let identity: MarkKeeper;
let ordering: MarkKeeper;
let config: GatewayConfig;
let running: { beforeApplicationShutdown(): Promise<void> }[];
beforeEach(async () => {
  t = await TestLedger.open();
  [identity, ordering] = [new MarkKeeper(), new MarkKeeper()];
  const services = { identity: await identity.start(), ordering: await ordering.start() };
  config = { ...readConfig({ GATEWAY_ROLE: 'worker' }), services };
  running = [];
});
afterEach(async () => {
  await Promise.all(running.map((one) => one.beforeApplicationShutdown()));
  await Promise.all([identity.stop(), ordering.stop()]);
  await t.close();
});

describe('a service that was put back', () => {
  it('is noticed once, by however many workers, and everybody decided about since is followed', async () => {
    const [early, deleted, purged, restored] = await lanes(4);
    await decide(early!, 'user.delete');
    // As if that had been an hour ago.
    await t.database.query(`update lanes set decided_at = now() - interval '1 hour' where user_id = $1`, [
      early,
    ]);
    startWorkers(3);
    await marked();
    const backup = identity.backUp();
    for (const userId of [deleted!, purged!, restored!]) await decide(userId, 'user.delete');
    await decide(purged!, 'user.purge');
    await decide(restored!, 'user.restore');
    await marked();
    identity.memory = backup;
    expect((await followed(3)).sort()).toEqual([deleted, purged, restored].sort());
    expect(await payloadOf(restored!)).toEqual({ isRestored: true });
    expect(await payloadOf(deleted!)).toEqual({});
    await marked();
    await marked();
    expect(await notices()).toEqual(['service.went-back identity']);
    expect(await followed(3)).toHaveLength(3);
  }, 60_000);

  it('between two marks is noticed by what it has lost', async () => {
    const [deleted] = await lanes(1);
    startWorkers(1);
    await marked();
    const backup = identity.backUp();
    await decide(deleted!, 'user.delete');
    identity.memory = backup;
    expect(await followed(1)).toEqual([deleted]);
    expect(await notices()).toEqual(['service.went-back identity']);
  }, 60_000);

  it('and has no mark left is followed by everybody whom the register has ever decided about', async () => {
    const [deleted] = await lanes(1);
    await decide(deleted!, 'user.delete');
    await t.database.query(`update lanes set decided_at = now() - interval '1 year'`);
    startWorkers(1);
    await marked();
    identity.memory = { mark: null, fences: new Map() };
    expect(await followed(1)).toEqual([deleted]);
  }, 60_000);

  it('is no notice where nothing went back: outages, deletions, restores and busy workers', async () => {
    startWorkers(3);
    const users = await lanes(5);
    for (const userId of users) await decide(userId, 'user.delete');
    identity.down = true;
    await marked(ordering);
    identity.down = false;
    for (const userId of users) await decide(userId, 'user.restore');
    await marked();
    expect(await notices()).toEqual([]);
    expect(await followed(0)).toEqual([]);
  }, 60_000);

  it('is not lost sight of where a look comes too late to note it', async () => {
    startWorkers(1);
    await marked();
    const backup = identity.backUp();
    await marked();
    jest.spyOn(ServiceMarks.prototype, 'wentBack').mockResolvedValueOnce(null);
    identity.memory = backup;
    await marked();
    expect(await notices()).toEqual(['service.went-back identity']);
  }, 60_000);

  it('and does not keep marks is left in peace', async () => {
    identity.foreign = true;
    startWorkers(1);
    await marked(ordering);
    expect(await notices()).toEqual([]);
  }, 60_000);
});

describe('a ledger that is older than the services', () => {
  it('learns from all of them how far they have come, and whom they have deleted', async () => {
    const [deleted, alive, kept] = await lanes(3);
    await decide(kept!, 'user.delete');
    const unknown = uuidv7();
    // Later than all that this ledger has made.
    identity.memory.mark = {
      number: 77,
      token: uuidv7().replace(/^.{8}/, 'aaaaaaaa'),
      at: new Date().toISOString(),
    };
    identity.apply(deleted!, 4, true);
    ordering.apply(deleted!, 7, true);
    identity.apply(alive!, 9);
    identity.apply(kept!, 12);
    identity.apply(unknown, 3, true);
    startWorkers(2);
    expect((await followed(3)).sort()).toEqual([deleted, kept, unknown].sort());
    expect(await t.queries.lane(deleted!)).toMatchObject({ admission: 'deleted', lastSeq: 8 });
    expect(await t.queries.lane(alive!)).toMatchObject({ admission: 'open', lastSeq: 9 });
    expect(await t.queries.lane(kept!)).toMatchObject({ admission: 'deleted', lastSeq: 13 });
    expect(await t.queries.lane(unknown)).toMatchObject({ admission: 'closed', lastSeq: 4 });
    await marked();
    expect(await notices()).toEqual(['ledger.went-back identity']);
  }, 60_000);

  it('waits for the fences of a service that is away before anybody is followed', async () => {
    const [deleted] = await lanes(1);
    ordering.down = true;
    identity.memory.mark = { number: 5, token: uuidv7(), at: new Date().toISOString() };
    identity.apply(deleted!, 4, true);
    ordering.apply(deleted!, 7, true);
    startWorkers(1);
    await until(async () => (await t.admission(deleted!)) === 'deleted');
    const looks = identity.looks;
    await until(() => Promise.resolve(identity.looks > looks + 1));
    expect(await followed(0)).toEqual([]);
    ordering.down = false;
    expect(await followed(1)).toEqual([deleted]);
    expect(await t.queries.lane(deleted!)).toMatchObject({ lastSeq: 8 });
  }, 60_000);
});

describe('what the ledger notes of it', () => {
  const walked = async (seq: number, userId: string): Promise<DueRepair[]> => {
    const walk = { service: 'identity', cause: uuidv7(), afterUser: null } as const;
    await new FenceWalks(t.database).catchUp(walk, [{ userId, seq, tombstoned: true }], true);
    return new DueRepairs(t.database).some(10);
  };

  it('has a forgotten deletion, also where the lane has taken writes before the walk came to it', async () => {
    const [userId] = await lanes(1);
    for (let i = 0; i < 3; i += 1) await t.accepted(userId!);
    expect(await walked(2, userId!)).toMatchObject([{ userId, isRestored: false }]);
    expect(await t.queries.lane(userId!)).toMatchObject({ admission: 'open', lastSeq: 4 });
  });

  it('has one of a user who was restored before it, too, but none that the restore came after', async () => {
    const [userId] = await lanes(1);
    await decide(userId!, 'user.delete');
    await decide(userId!, 'user.restore');
    for (let i = 0; i < 3; i += 1) await t.accepted(userId!);
    expect(await walked(2, userId!)).toEqual([]);
    expect(await walked(4, userId!)).toMatchObject([{ userId, isRestored: false }]);
  });

  it('has the newest decisions, and no registration that failed in between', async () => {
    const [deleted] = await lanes(1);
    await decide(deleted!, 'user.delete');
    for (let i = 0; i < 3; i += 1) await failRegistration();
    expect(await new DueRepairs(t.database).newestDecisions('identity', 2)).toMatchObject([
      { userId: deleted, seq: 2 },
    ]);
  });

  it('has whom a second restore makes due, though the repair of the first has just got its place', async () => {
    const [deleted] = await lanes(1);
    await decide(deleted!, 'user.delete');
    const repairs = new DueRepairs(t.database);
    const dueAgain = (): Promise<number> =>
      t.database.statements((statements) => dueSince(statements, uuidv7(), null));
    await dueAgain();
    const first = await repairs.some(10);
    await dueAgain();
    await repairs.done(first);
    expect(await repairs.some(10)).toMatchObject([{ userId: deleted }]);
  });

  it('has a mark that is under way to a service which went back', async () => {
    const marks = new ServiceMarks(t.database, SHOP);
    const [first, second] = [await proposed(marks), await proposed(marks)];
    expect(second.mark).toEqual(first.next);
    const reason = 'test';
    expect(await marks.wentBack({ known: second, found: null, since: null, reason })).toBe(0);
    expect(await marks.of('identity')).toMatchObject({ mark: null, next: second.next });
    const mark = { ...second.next!, number: second.next!.number + 1 };
    await marks.adopt((await marks.of('identity'))!, mark);
    expect(await marks.of('identity')).toMatchObject({ mark, next: null });
  });

  it('stays as it was read while others propose the same mark, and no longer once that is kept', async () => {
    const marks = new ServiceMarks(t.database, SHOP);
    await marks.begin('identity');
    const known = (await marks.propose('identity', true))!;
    expect(await marks.propose('identity', true)).toEqual(known);
    await marks.kept('identity', known.next!);
    expect(await marks.wentBack({ known, found: null, since: null, reason: 'test' })).toBeNull();
  });
});

/** The service keeps that mark, unless it is the second. */
async function proposed(marks: ServiceMarks): Promise<KnownMarks> {
  await marks.begin('identity');
  const known = (await marks.propose('identity', true))!;
  if (!known.mark) await marks.kept('identity', known.next!);
  return known;
}

async function failRegistration(): Promise<void> {
  const userId = uuidv7();
  const { id } = await t.accepted(userId, { kind: 'user.register' });
  const claimed = (await t.claim(userId, id))!;
  const [steps, problem] = [inState(claimed, 'refused'), problemBody('email-taken')];
  await t.ledger.finish(keyOf(claimed), {
    effect: claimed.effect,
    state: 'failed',
    steps,
    result: null,
    problem,
  });
}

async function lanes(count: number): Promise<string[]> {
  const users: string[] = [];
  for (let i = 0; i < count; i += 1) {
    const userId = await t.newLane();
    for (const service of [identity, ordering]) service.apply(userId, 1);
    users.push(userId);
  }
  return users;
}

/** A decision of the register that both services have carried out. */
async function decide(userId: string, kind: 'user.delete' | 'user.restore' | 'user.purge'): Promise<void> {
  const { id, seq } = await t.accepted(userId, { kind });
  for (const service of [identity, ordering]) service.apply(userId, seq, kind !== 'user.restore');
  await t.succeed(userId, id, { result: { erasures: [] } });
}

function startWorkers(count: number): void {
  for (let i = 0; i < count; i += 1) {
    const signer = new ServiceTokenSigner(SERVICE_SIGNING_KEY.sample);
    const services = new Services(new HttpService(), signer, new Breakers(), config);
    const [repairs, walks] = [new DueRepairs(t.database), new FenceWalks(t.database)];
    const writes = new SystemWrites(t.ledger, new Releaser(config), SHOP, config);
    const workers = [
      new GoingBack(t.database, new ServiceMarks(t.database, SHOP), repairs, services, config),
      new Reapplication(t.database, walks, repairs, services, writes, config),
    ];
    workers.forEach((worker) => worker.onApplicationBootstrap());
    running.push(...workers);
  }
}

/** Until the service has a newer mark than now; the pause between two of them is not waited for. */
async function marked(service = identity): Promise<void> {
  const before = service.memory.mark?.number ?? 0;
  await until(async () => {
    await t.database.query(`update service_marks set kept_at = null`);
    return (service.memory.mark?.number ?? 0) > before;
  });
}

/** @returns in whose lanes there is a repair, when there are so many */
async function followed(count: number): Promise<string[]> {
  let users: string[] = [];
  await until(async () => {
    await t.database.query(`update service_marks set kept_at = null`);
    const rows = await t.database.query<{ userId: string }>(
      `select user_id as "userId" from operations where kind = 'repair.user'`,
    );
    users = rows.map(({ userId }) => userId);
    return users.length >= count;
  });
  return users;
}

async function payloadOf(userId: string): Promise<unknown> {
  const [row] = await t.database.query<{ payload: unknown }>(
    `select payload from operations where user_id = $1 and kind = 'repair.user'`,
    [userId],
  );
  return row?.payload;
}

async function notices(): Promise<string[]> {
  const trail = new AuditTrail(t.database, t.keys[0].seals);
  const { items } = await trail.page(new AuditQuery());
  return items
    .filter(({ action }) => action.endsWith('went-back'))
    .map(({ action, after }) => `${action} ${String(after!['service'])}`);
}

async function until(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo())) await pause(50);
}
