// What takes access away from somebody waits for nothing that this person can fill, pause or slow down: changes of roles
// and of the password are carried out beside the lane.
import { type ProblemCode, problemBody } from '@turnpike/protocol';
import {
  api,
  type Api,
  expectStatus,
  LINE,
  type Operation,
  type Person,
  register,
  signIn,
  WAIT,
} from './support/client.js';
import type { Fault, Matches, Trap } from './support/proxy.js';
import { startSystem, type System } from './support/system.js';

const MAX_DEPTH = 2;
const MANY = 1e6;
const HELD: Fault = { type: 'hold', outlivesSender: true };

describe('beside a lane', () => {
  let system: System;
  let url: string;
  let admin: Api;
  let traps: Trap[] = [];
  beforeAll(async () => {
    system = await startSystem({
      proxied: ['identity', 'ordering'],
      env: {
        ...{ RETRY_BASE_MS: '20', RETRY_MAX_MS: '200', SERVICE_TIMEOUT_MS: '2000', LOG_LEVEL: 'error' },
        ...{ LANE_MAX_DEPTH: String(MAX_DEPTH), LANE_LEASE_MS: '1000' },
      },
    });
    url = system.gatewayUrls[0]!;
    admin = api(url, await signIn(url, system.admin));
  }, 120_000);
  afterEach(() => {
    for (const trap of traps) trap.release();
    traps = [];
  });
  afterAll(() => system?.stop());

  /** What keeps a lane from going on; each is done to a lane whose first order cannot be carried out. */
  const STANDSTILLS: Record<string, (user: Person) => Promise<unknown>> = {
    'that is paused': async (user) => {
      expectStatus(await admin.post(`/v1/ops/lanes/${user.id}/pause`, { reason: 'a test' }), 200);
      await place(user);
    },
    'that is halted': async (user) => {
      trap('ordering', isCallOf(user, 'ordering.place'), NOT_FOUND);
      await place(user);
      await until(user, ({ state }) => state === 'halted');
    },
    'whose order is under way at a service that does not answer': async (user) => {
      const order = trap('ordering', isCallOf(user, 'ordering.place'), HELD);
      await place(user);
      await order.caught;
    },
    'whose order is in retry, and that is full': async (user) => {
      trap('ordering', isCallOf(user, 'ordering.place'), UNAVAILABLE);
      for (let depth = 0; depth < MAX_DEPTH; depth += 1) await place(user);
      expect(await api(url, user.token).post('/v1/orders', { lines: [LINE] })).toMatchObject({ status: 429 });
    },
  };

  it.each(Object.entries(STANDSTILLS))(
    'password and roles are changed while its own writes wait in one %s',
    async (_what, standStill) => {
      const user = await register(url);
      await standStill(user);
      const newPassword = `new ${user.password}`;
      const change = { currentPassword: user.password, newPassword };
      expectStatus(await api(url, user.token).put(`/v1/users/${user.id}/password`, change, WAIT), 200);
      expectStatus(await setRoles(user, ['operator']), 200);
      expect(await signIn(url, { ...user, password: newPassword })).toEqual(expect.any(String));
      const writes = await writesOf(user);
      expect(writes.map(({ seq, kind, state }) => `${seq} ${kind} ${state === 'succeeded'}`)).toEqual([
        '1 user.register true',
        ...writes.slice(1, -2).map(({ seq }) => `${seq} order.place false`),
        `${writes.length - 1} user.change-password true`,
        `${writes.length} user.set-roles true`,
      ]);
      expect(writes.map(({ seq }) => seq)).toEqual(writes.map((_, index) => index + 1));
    },
  );

  it('an earlier write of the lane is still undone: it is not stale', async () => {
    const user = await register(url);
    const rename = trap('ordering', isCallOf(user, 'ordering.rename-customer'), UNAVAILABLE);
    const { id } = expectStatus(
      await api(url, user.token).patch<Operation>(`/v1/users/${user.id}`, { firstName: 'Augusta' }),
      202,
    );
    await rename.caught;
    expectStatus(await setRoles(user, ['operator']), 200);
    const refused = trap('ordering', isCallOf(user, 'ordering.rename-customer'), REFUSED);
    rename.release();
    await refused.caught;
    const ended = expectStatus(await admin.get(`/v1/operations/${id}`, WAIT), 200);
    expect(ended).toMatchObject({ state: 'failed', steps: [{ state: 'undone' }, { state: 'refused' }] });
    expect((await admin.get(`/v1/users/${user.id}`)).body).toMatchObject({
      ...{ firstName: 'Grace', roles: ['operator'] },
    });
    expect((await admin.get(`/v1/ops/lanes/${user.id}`)).body).toMatchObject({ state: 'open', depth: 0 });
  });

  it('a deletion that was acknowledged later waits for a change that is under way', async () => {
    const user = await register(url);
    const change = trap('identity', isCallOf(user, 'identity.set-roles'), HELD);
    const roles = await askForRoles(user, []);
    await change.caught;
    const deletion = expectStatus(await admin.delete<Operation>(`/v1/users/${user.id}`), 202);
    expect((await admin.get(`/v1/operations/${deletion.id}`)).body.waiting).toMatchObject({
      ...{ behind: roles.id, position: 1 },
    });
    change.release();
    expect(await over(roles.id)).toMatchObject({ state: 'succeeded' });
    expect(await over(deletion.id)).toMatchObject({ state: 'succeeded' });
  });

  it.each([
    ['has seen a newer claim', () => STALE, 'newer claim', 'contradiction'],
    ['does not know the step', () => NOT_FOUND, 'does not know identity.set-roles', 'no-problem'],
  ] as const)(
    'a change whose service %s halts nothing and is tried again',
    async (_what, fault, reason, code) => {
      const user = await register(url);
      const wrong = trap('identity', isCallOf(user, 'identity.set-roles'), fault());
      const { id } = await askForRoles(user, ['operator']);
      await untilOperation(id, ({ state, attempts }) => state === 'retrying' && attempts > 1);
      expect((await admin.get(`/v1/operations/${id}`)).body).toMatchObject({
        cause: { service: 'identity', step: 'identity.set-roles', code },
      });
      expectStatus(await api(url, user.token).post('/v1/orders', { lines: [LINE] }, WAIT), 201);
      expect((await admin.get(`/v1/ops/lanes/${user.id}`)).body).toMatchObject({ state: 'open', head: null });
      const line = `user.set-roles of ${user.id} (${id}) cannot go on at identity.set-roles of identity: `;
      expect(logOf()).toMatch(new RegExp(`${escaped(line)}.*${reason}`));
      wrong.release();
      expect(await over(id)).toMatchObject({ state: 'succeeded' });
    },
  );

  it.each([
    ['at its deadline', 'failed', (id: string) => makeDue(id, `deadline_at = now()`)],
    ['when it is withdrawn', 'cancelled', (id: string) => admin.delete(`/v1/operations/${id}`)],
  ] as const)(
    'a change that cannot be read is given up %s, and a deletion waits no longer',
    async (...row) => {
      const [, end, giveUp] = row;
      const user = await register(url);
      const away = trap('identity', isCallOf(user, 'identity.set-roles'), UNAVAILABLE);
      const { id } = await askForRoles(user, ['operator']);
      await away.caught;
      await untilUnreadable(id);
      away.release();
      const deletion = expectStatus(await admin.delete<Operation>(`/v1/users/${user.id}`), 202);
      await makeDue(id, 'attempts = attempts');
      await untilOperation(id, ({ state, attempts }) => state === 'retrying' && attempts > 2);
      expect((await admin.get(`/v1/operations/${deletion.id}`)).body).toMatchObject({ state: 'queued' });
      await giveUp(id);
      expect(await over(id)).toMatchObject({ state: end, steps: [{ state: 'sealed' }] });
      expect(await over(deletion.id)).toMatchObject({ state: 'succeeded' });
    },
  );

  it('a change is carried out once, though its worker is killed before it hears of it', async () => {
    const user = await register(url);
    const before = (await admin.get(`/v1/users/${user.id}`)).body.version;
    const unheard = trap('identity', ofAnswer(user), HELD, 'response', 1);
    const { id } = await askForRoles(user, ['operator']);
    await unheard.caught;
    const [gateway] = system.processes.gateways;
    gateway!.kill('SIGKILL');
    await system.restart(gateway!);
    unheard.release();
    expect(await over(id)).toMatchObject({ state: 'succeeded', attempts: 2 });
    expect((await admin.get(`/v1/users/${user.id}`)).body).toMatchObject({
      ...{ version: before + 1, roles: ['operator'] },
    });
  });

  function trap(
    proxy: 'identity' | 'ordering',
    matches: Matches,
    fault: Fault,
    direction: 'request' | 'response' = 'request',
    times = MANY,
  ): Trap {
    const set = system.proxies[proxy]!.trap(direction, matches, fault, times);
    traps.push(set);
    return set;
  }

  /** Changes what is sealed of a write, and waits for whoever tries it next. */
  async function untilUnreadable(id: string): Promise<void> {
    const { gateway } = system.databases;
    await gateway.query(`update operations set payload = to_jsonb('v1.spoilt'::text) where id = $1`, [id]);
    await untilOperation(id, ({ problem }) => problem?.code === 'internal-error');
  }

  /** Lets a write in retry be tried now. @param and what else is set */
  function makeDue(id: string, and: string): Promise<unknown> {
    return system.databases.gateway.query(
      `update operations set next_attempt_at = now(), ${and} where id = $1 and state = 'retrying'`,
      [id],
    );
  }

  function logOf(): string {
    return system.processes.gateways.map((gateway) => gateway.output()).join('');
  }

  function setRoles(user: Person, roles: string[]): ReturnType<Api['put']> {
    return admin.put(`/v1/users/${user.id}/roles`, { roles }, WAIT);
  }

  async function askForRoles(user: Person, roles: string[]): Promise<Operation> {
    return expectStatus(await admin.put<Operation>(`/v1/users/${user.id}/roles`, { roles }), 202);
  }

  async function place(user: Person): Promise<void> {
    expectStatus(await api(url, user.token).post('/v1/orders', { lines: [LINE] }), 202);
  }

  /** In the order of their places. */
  async function writesOf(user: Person): Promise<Operation[]> {
    const { body } = await admin.get(`/v1/ops/operations?userId=${user.id}`);
    return body.items.toReversed();
  }

  async function until(user: Person, holds: (lane: { state: string }) => boolean): Promise<void> {
    while (!holds((await admin.get(`/v1/ops/lanes/${user.id}`)).body));
  }

  async function untilOperation(id: string, holds: (operation: Operation) => boolean): Promise<void> {
    while (!holds((await admin.get<Operation>(`/v1/operations/${id}`)).body));
  }

  async function over(id: string): Promise<Operation> {
    for (;;) {
      const { body } = await admin.get(`/v1/operations/${id}`, WAIT);
      if (body.finishedAt) return body;
    }
  }
});

function isCallOf({ id }: Person, step: string): Matches {
  return (message) => message.startsWith(`POST /internal/steps/${step} `) && message.includes(id);
}

/** The answer to the one step of that user that is under way. */
function ofAnswer({ id }: Person): Matches {
  return (message) => message.includes('step-recorded: true') && message.includes(id);
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

/** What a service answers that refuses a step. */
function refusal(status: string, code: ProblemCode, recorded: boolean): Fault {
  const body = JSON.stringify(problemBody(code));
  const headers = ['content-type: application/problem+json', ...(recorded ? ['step-recorded: true'] : [])];
  return answer(status, headers, body);
}

function answer(status: string, headers: string[], body: string): Fault {
  const head = [`HTTP/1.1 ${status}`, ...headers, `content-length: ${body.length}`];
  return { type: 'answer', by: [...head, '', body].join('\r\n') };
}

const REFUSED = refusal('409 Conflict', 'order-state-conflict', true);
const STALE = refusal('409 Conflict', 'stale-fence', false);
const UNAVAILABLE = refusal('503 Service Unavailable', 'unavailable', false);
const NOT_FOUND = answer('404 Not Found', ['content-type: text/plain'], 'nothing here');
