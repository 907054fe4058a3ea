import { once } from 'node:events';
import { Client } from 'pg';
import { v7 as uuidv7 } from 'uuid';
import type { Change } from '../libs/engine/src/queries/change-feed.js';
import { inState, keyOf, TestLedger } from './support/ledger.js';

describe('changes of a lane', () => {
  let t: TestLedger;
  let userId: string;
  beforeAll(async () => (t = await TestLedger.open()));
  beforeEach(async () => {
    userId = await t.newLane();
  });
  afterAll(() => t.close());

  const told = (changes: readonly Change[]): string[] =>
    changes.map(({ number, operation: { seq, state } }) => `${number} ${seq} ${state}`);
  /** Page after page, as a stream reads them. */
  async function readAfter(number: bigint): Promise<Change[]> {
    const changes: Change[] = [];
    for (let [after, isLast] = [number, false]; !isLast;) {
      const page = await t.changes.after(userId, after);
      changes.push(...page.changes);
      expect(page.upTo).toBeGreaterThanOrEqual(after);
      ({ upTo: after, isLast } = page);
    }
    return changes;
  }
  async function retried(id: string): Promise<void> {
    const claimed = (await t.claim(userId, id))!;
    const steps = inState(claimed, 'pending');
    await t.ledger.retryLater({ key: keyOf(claimed), delayMs: 0, problem: null, steps });
  }

  it('are announced when a write is accepted, claimed, put back or held', async () => {
    const listener = new Client({ connectionString: t.url });
    await listener.connect();
    await listener.query('listen operations_changed');
    const heard = async <Result>(work: Promise<Result>): Promise<Result> => {
      const announced = once(listener, 'notification') as Promise<[{ payload: string }]>;
      const result = await work;
      expect((await announced)[0].payload).toBe(userId);
      return result;
    };
    const { id } = await heard(t.accepted(userId));
    const claimed = (await heard(t.claim(userId, id)))!;
    const steps = inState(claimed, 'pending');
    await heard(t.ledger.retryLater({ key: keyOf(claimed), delayMs: 0, problem: null, steps }));
    const again = (await heard(t.claim(userId, id)))!;
    await heard(t.ledger.halt(keyOf(again), 'a test', steps));
    await listener.end();
  });

  it('are read page by page, from wherever a client stands, in a lane that is longer than a page', async () => {
    const waiting: string[] = [];
    for (let count = 0; count < 130; count += 1) {
      waiting.push((await t.accepted(userId)).id);
      if (count % 3 === 0) await t.ledger.cancel(userId, waiting.pop()!);
      else if (count % 3 === 1) await t.succeed(userId, waiting.shift()!);
    }
    // Those are carried out long after they came.
    for (const id of waiting) await t.succeed(userId, id);
    const all = await readAfter(0n);
    const numbers = all.map(({ number }) => number);
    expect(numbers).toEqual([...new Set(numbers)].sort((one, other) => Number(one - other)));
    const states = all.map(({ operation }) => operation.state);
    expect(
      ['queued', 'running', 'cancelled', 'succeeded'].map(
        (state) => states.filter((one) => one === state).length,
      ),
    ).toEqual([131, 87, 44, 87]);
    for (const place of [0, 1, 57, 199, 200, 201, 347, 348]) {
      expect(told(await readAfter(numbers[place]!))).toEqual(told(all.slice(place + 1)));
    }
  });

  it('are the latest hundred of a write that is tried again and again', async () => {
    const { id } = await t.accepted(userId);
    for (let count = 0; count < 60; count += 1) await retried(id);
    const changes = (await readAfter(0n)).filter(({ operation }) => operation.id === id);
    expect(changes).toHaveLength(100);
    const [first, last] = [changes[0]!.operation, changes.at(-1)!.operation];
    expect([first.state, first.attempts, last.state, last.attempts]).toEqual(['running', 11, 'retrying', 60]);
  });

  it('have a number, whatever statement makes them; what is older than the numbers has none', async () => {
    await t.database.query(`update operations set changes = '{}' where user_id = $1`, [userId]);
    const { id } = await t.accepted(userId);
    await t.database.query('update lanes set last_seq = 3, depth = 2 where user_id = $1', [userId]);
    await t.database.query(
      `insert into operations (user_id, seq, id, kind, target_type, target_id, payload, steps)
       values ($1, 3, $2, 'order.place', 'order', $2, '{}', '[]')`,
      [userId, uuidv7()],
    );
    await t.database.query(
      `update operations set state = 'running', epoch = 1, attempts = 1, worker = 'another', lease_until = now(),
         started_at = now(), deadline_at = now() where id = $1`,
      [id],
    );
    await t.database.query(
      `update operations set state = 'cancelled', finished_at = now(), lease_until = null, worker = null,
         steps = '[]' where id = $1`,
      [id],
    );
    const passage = (count: number, turn = 0): string => String(BigInt(count) * 2n ** 32n + BigInt(turn));
    expect(told(await readAfter(0n))).toEqual([
      `${passage(3)} 2 queued`,
      `${passage(4)} 3 queued`,
      `${passage(4, 1)} 2 running`,
      `${passage(5)} 2 cancelled`,
    ]);
  });
});
