// What a service's database refuses each time is refused for good: no step is retried against a constraint.
import { randomUUID } from 'node:crypto';
import { declarationOf } from '@turnpike/contracts';
import {
  Database,
  declareSteps,
  type Effect,
  type RecordedAnswer,
  type StepCall,
  Steps,
} from '@turnpike/service';
import { LINE, newCustomer, orderOf, Ordering } from './support/ordering.js';

let ordering: Ordering;
let database: Database;
let steps: Steps;
beforeAll(async () => {
  ordering = await Ordering.start();
  database = new Database({
    ...{ url: ordering.databaseUrl, entities: [], migrations: [], applicationName: 'test' },
  });
  await database.start();
  declareSteps(declarationOf('ordering').steps!);
  steps = new Steps(database);
  await ordering.rows(`create function refuse_late() returns trigger language plpgsql as $$
    begin raise exception 'refused at the commit' using errcode = '23514', constraint = 'late'; end $$`);
  await ordering.rows('create table late_things (id uuid)');
  await ordering.rows(`create constraint trigger late after insert on late_things
    deferrable initially deferred for each row execute function refuse_late()`);
});
afterAll(async () => {
  await database?.onApplicationShutdown();
  await ordering?.stop();
});

const IMPOSSIBLE = { status: 409, body: { code: 'step-impossible' } };

function callOf(step: string, operationId: string = randomUUID()): StepCall {
  return { key: `${operationId}/${step}`, userId: randomUUID(), fence: { seq: 1, epoch: 1 }, beside: false };
}

function effectOf(sql: string): Effect {
  return async (tx) => {
    await tx.query(sql);
    return { body: {} };
  };
}

const LATE = effectOf(`insert into late_things values (gen_random_uuid())`);

/** Twice, as a gateway does that has not had the answer. */
async function twice(call: StepCall, effect: Effect): Promise<[RecordedAnswer, RecordedAnswer]> {
  return [await steps.apply(call, effect), await steps.apply(call, effect)];
}

describe('a step that the database refuses', () => {
  test('by a key that is there already is refused for good, and what is there stays', async () => {
    const lane = await newCustomer(ordering);
    const orderId = await lane.order();
    const again = { orderId, lines: [{ ...LINE, quantity: 7 }] };
    const claim = lane.claim();
    const answer = await lane.send(claim, 'ordering.place', again);
    expect(answer).toMatchObject({ ...IMPOSSIBLE, recorded: true });
    expect(JSON.stringify(answer.body)).not.toContain(orderId);
    expect(await lane.send(claim, 'ordering.place', again)).toEqual(answer);
    expect((await orderOf(ordering, orderId)).lines).toMatchObject([{ quantity: LINE.quantity }]);
  });

  test.each([
    ['by a value', `select 'x'::integer`],
    ['by a constraint', 'insert into fences (user_id) values (null)'],
  ])('%s is refused for good', async (_what, sql) => {
    const call = callOf('ordering.place');
    const [first, second] = await twice(call, effectOf(sql));
    expect(first).toMatchObject(IMPOSSIBLE);
    expect(second).toEqual(first);
  });

  test('at its commit is refused for good, in a transaction of its own', async () => {
    const call = callOf('ordering.place');
    const [first, second] = await twice(call, LATE);
    expect(first).toMatchObject({
      status: 409,
      body: { code: 'step-impossible', detail: expect.any(String) },
    });
    expect(second).toEqual(first);
    expect(await ordering.rows('select 1 from late_things')).toEqual([]);
    expect(await ordering.rows('select seq, epoch from fences where user_id = $1', call.userId)).toEqual([
      { seq: 1, epoch: 1 },
    ]);
  });

  test('for the moment only is not refused for good', async () => {
    const call = callOf('ordering.place');
    const busy = effectOf(`do $$ begin raise exception 'busy' using errcode = '40001'; end $$`);
    await expect(steps.apply(call, busy)).rejects.toThrow('busy');
    expect(await steps.apply(call, effectOf('select 1'))).toMatchObject({ status: 200 });
  });
});

describe('an undo', () => {
  async function undone(effect: Effect): Promise<unknown> {
    const call = callOf('ordering.create-customer');
    await steps.apply(call, effectOf('select 1'));
    return steps.undo({ ...call, key: `${call.key}/undo` }, call.key, effect);
  }

  test.each([
    ['by a constraint', effectOf('insert into fences (user_id) values (null)')],
    ['at its commit', LATE],
  ])('that the database refuses %s is not tried again and again', async (_what, effect) => {
    await expect(undone(effect)).rejects.toMatchObject({ code: 'undo-refused' });
  });

  test('of what is on no record is not tried again and again', async () => {
    const call = callOf('ordering.create-customer');
    const undo = steps.undo({ ...call, key: `${call.key}/undo` }, call.key, effectOf('select 1'));
    await expect(undo).rejects.toMatchObject({ code: 'undo-refused' });
  });
});
