import { FULL, ONE_BACKEND } from './faults/kit.js';
import { type Answer, api, type Api, LINE, persistently, register, signIn } from './support/client.js';
import { allEnded, applied, inParallel } from './support/effects.js';
import { volume } from './support/servers.js';
import { startSystem, type System } from './support/system.js';

const MOST_ROUNDS = FULL ? 20 : 4;
const ROUNDS_AT_ONCE = 4;
const WRITES = 200;
/** Of one round. */
const CLIENTS = 10;

interface Acknowledged {
  id: string;
  seq: number;
  state: string;
  target: { id: string };
}

describe.each(ONE_BACKEND)('a deletion that races with writes, on the %s queue', (queue) => {
  const rounds = volume(queue, MOST_ROUNDS);
  let system: System;
  let admin: Api;
  beforeAll(async () => {
    system = await startSystem({ queue, gateways: [{}, {}] });
    admin = api(system.gatewayUrls[0]!, await signIn(system.gatewayUrls[0]!, system.admin));
  }, 120_000);
  afterAll(() => system?.stop());

  it(`of ${WRITES} writes in each of ${rounds} rounds applies none after it, and answers each truthfully`, async () => {
    let accepted = 0;
    await inParallel(rounds, ROUNDS_AT_ONCE, async (round) => {
      accepted += await race(round);
    });
    // Proof that it was a race: some came in time, some too late.
    expect(accepted).toBeGreaterThan(5 * rounds);
    expect(accepted).toBeLessThan((WRITES - 10) * rounds);
  }, 300_000);

  async function race(round: number): Promise<number> {
    const user = await register(system.gatewayUrls[0]!);
    const clients = system.gatewayUrls.map((url) => api(url, user.token));
    // From the beginning of the writes to their end, more often early: what is accepted has to be carried out.
    const deletionAt = Math.floor(WRITES * ((round + 1) / (rounds + 1)) ** 2);
    let deletion: Answer | undefined;
    const writes: Answer[] = [];
    await inParallel(WRITES + 1, CLIENTS, async (index) => {
      const client = clients[index % 2]!;
      const key = { 'idempotency-key': `write-${index}` };
      const send = (): Promise<Answer> =>
        index === deletionAt
          ? client.delete(`/v1/users/${user.id}`, key)
          : client.post('/v1/orders', { lines: [LINE] }, key);
      const answer = await persistently(send);
      if (index === deletionAt) deletion = answer;
      else writes.push(answer);
    });
    await allEnded(system.databases.gateway);
    expect(deletion!.status).toBe(202);
    return checked(user.id, deletion!.body as Acknowledged, writes);
  }

  /** @returns how many of the writes were accepted */
  async function checked(userId: string, deletion: Acknowledged, writes: readonly Answer[]): Promise<number> {
    const accepted = writes.filter(({ status }) => status === 202).map(({ body }) => body as Acknowledged);
    const refused = writes.filter(({ status }) => status !== 202);
    for (const { status, body } of refused) {
      expect([`409 user-deleting`, `410 user-deleted`, `401 unauthenticated`]).toContain(
        `${status} ${(body as { code: string }).code}`,
      );
    }
    expect(accepted.every(({ seq }) => seq < deletion.seq)).toBe(true);
    const ended: Answer[] = [];
    await inParallel(accepted.length, CLIENTS, async (index) => {
      ended.push(await persistently(() => admin.get(`/v1/operations/${accepted[index]!.id}`)));
    });
    const reported = ended.filter(({ body }) => (body as Acknowledged).state === 'succeeded');
    const effects = (await applied(system.databases.ordering)).filter((effect) => effect.userId === userId);
    const placed = effects.filter(({ step }) => step === 'ordering.place');
    expect(placed.map(({ orderId }) => orderId).sort()).toEqual(
      reported.map(({ body }) => (body as Acknowledged).target.id).sort(),
    );
    // What was acknowledged before the deletion ran before it: nothing that could refuse it stood in between.
    expect(reported).toHaveLength(accepted.length);
    expect(Math.max(...effects.map(({ seq }) => seq), 0)).toBeLessThanOrEqual(deletion.seq);
    const { rows } = await system.databases.ordering.query(
      `select status, count(*) from orders where user_id = $1 and status <> 'cancelled' group by status`,
      [userId],
    );
    expect(rows).toEqual([]);
    return accepted.length;
  }
});
