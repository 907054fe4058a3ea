// Every halted lane can be got out of, on each of the four ways, whatever it halted for.
import { type ProblemCode, problemBody } from '@turnpike/protocol';
import {
  api,
  type Api,
  expectStatus,
  LINE,
  type Person,
  register,
  signIn,
  waitFor,
} from './support/client.js';
import { lineWith } from './support/log-lines.js';
import type { Fault, Matches, Trap } from './support/proxy.js';
import { startSystem, type System } from './support/system.js';

const WAYS = ['retry', 'skip', 'fail', 'succeed'] as const;
type Way = (typeof WAYS)[number];

const MANY = 1e6;

describe('a halted lane', () => {
  let system: System;
  let url: string;
  let admin: Api;
  beforeAll(async () => {
    system = await startSystem({
      proxied: ['identity', 'ordering'],
      env: { RETRY_BASE_MS: '20', RETRY_MAX_MS: '200', SERVICE_TIMEOUT_MS: '2000', LOG_LEVEL: 'error' },
    });
    url = system.gatewayUrls[0]!;
    admin = api(url, await signIn(url, system.admin));
  }, 120_000);
  afterAll(() => system?.stop());

  it.each(WAYS)('at an undo that is refused is got out of by %s', async (way) => {
    const user = await register(url);
    const { identity, ordering } = system.proxies;
    const rename = ordering!.trap('request', isCallOf(user, 'ordering.rename-customer'), REFUSED);
    const undo = identity!.trap('request', isCallOf(user, 'identity.update/undo'), UNDO_REFUSED);
    const { id } = await renaming(user);
    expect((await untilHalted(user)).reason).toContain('identity.update cannot be undone');
    rename.release();
    undo.release();
    await expectWayOut(user, id, way, { retried: 'succeeded' });
    const { firstName } = (await api(url, user.token).get(`/v1/users/${user.id}`)).body;
    expect(firstName).toBe('Augusta');
    await expectGoesOn(user);
  });

  it.each(WAYS)('at a step that its service does not know is got out of by %s', async (way) => {
    const user = await register(url);
    const unknown = trapPlacing(user, NOT_FOUND);
    const id = await place(user);
    const { reason } = await untilHalted(user);
    expect(reason).toContain('ordering does not know ordering.place (404)');
    const operation = expectStatus(await admin.get(`/v1/operations/${id}`), 200);
    expect(operation).toMatchObject({
      waiting: { reason: 'halted' },
      cause: { service: 'ordering', step: 'ordering.place', status: 404, code: 'no-problem' },
    });
    unknown.release();
    await expectWayOut(user, id, way, { retried: 'succeeded' });
    // The one that waited behind it is there, too.
    expect(await ordersOf(user)).toBe(way === 'retry' ? 2 : 1);
    await expectGoesOn(user);
  });

  it.each(WAYS)('at what a service has seen a newer claim of is got out of by %s', async (way) => {
    const user = await register(url);
    const stale = trapPlacing(user, STALE);
    const id = await place(user);
    expect((await untilHalted(user)).reason).toContain('newer claim');
    stale.release();
    await expectWayOut(user, id, way, { retried: 'succeeded' });
    await expectGoesOn(user);
  });

  it.each(WAYS)('at a write that cannot be read is got out of by %s', async (way) => {
    const user = await register(url);
    await admin.post(`/v1/ops/lanes/${user.id}/pause`, { reason: 'test' });
    const id = await place(user);
    const { rows } = await system.databases.gateway.query<{ payload: string }>(
      'select payload #>> $2 as payload from operations where id = $1',
      [id, []],
    );
    const store = (payload: string): Promise<unknown> =>
      system.databases.gateway.query('update operations set payload = to_jsonb($2::text) where id = $1', [
        id,
        payload,
      ]);
    await store(spoilt(rows[0]!.payload));
    await admin.post(`/v1/ops/lanes/${user.id}/resume`, { reason: 'test' });
    expect((await untilHalted(user)).reason).toContain('cannot be read');
    const unreadable = { event: 'crypt_decrypt_fail', userId: user.id, operationId: id };
    await lineWith(system.processes.gateways[0]!, unreadable);
    await store(rows[0]!.payload);
    await expectWayOut(user, id, way, { retried: 'succeeded' });
    await expectGoesOn(user);
  });

  it.each(WAYS)('at a write of the system that killed its workers is got out of by %s', async (way) => {
    const user = await register(url);
    await admin.post(`/v1/ops/lanes/${user.id}/pause`, { reason: 'test' });
    await system.databases.identity.query(`insert into outbox (user_id, type) values ($1, 'user.updated')`, [
      user.id,
    ]);
    const id = await untilWaiting(user);
    await system.databases.gateway.query(
      `update operations set state = 'retrying', epoch = 3, attempts = 3, crashes = 3, started_at = now(),
         deadline_at = now(), next_attempt_at = now() where id = $1`,
      [id],
    );
    await admin.post(`/v1/ops/lanes/${user.id}/resume`, { reason: 'test' });
    expect((await untilHalted(user)).reason).toContain('Every process that began this write died');
    await expectWayOut(user, id, way, { retried: 'succeeded' });
    await expectGoesOn(user);
  });

  it('lets a deletion go on that waited behind it, and says meanwhile why it waits', async () => {
    const user = await register(url);
    const unknown = trapPlacing(user, NOT_FOUND);
    const id = await place(user);
    await untilHalted(user);
    const deletion = expectStatus(
      await api(url, user.token).delete<{ id: string }>(`/v1/users/${user.id}`),
      202,
    );
    expect((await admin.get(`/v1/operations/${deletion.id}`)).body.waiting).toMatchObject({
      ...{ reason: 'halted', behind: id },
    });
    unknown.release();
    expectStatus(await release(user, { action: 'skip' }), 200);
    expect((await admin.get(`/v1/operations/${deletion.id}`, { prefer: 'wait=30' })).body.state).toBe(
      'succeeded',
    );
  });

  it('opens again when an operator ends a deletion as failed, and is deleted when it ends as succeeded', async () => {
    for (const [action, state] of [
      ['fail', 'open'],
      ['succeed', 'deleted'],
    ] as const) {
      const user = await register(url);
      const matches = isCallOf(user, 'ordering.delete-customer');
      const unknown = system.proxies.ordering!.trap('request', matches, NOT_FOUND, MANY);
      expectStatus(await admin.delete(`/v1/users/${user.id}`), 202);
      await untilHalted(user);
      unknown.release();
      expect((await release(user, { action })).body).toMatchObject({ state, depth: 0 });
      // An administrator's deletion ended the sessions of before; if it fails, the user signs in again.
      expect((await api(url, user.token).get('/v1/me')).status).toBe(401);
      const signedIn = await api(url).post('/v1/sessions', { email: user.email, password: user.password });
      expect(signedIn.status).toBe(action === 'fail' ? 201 : 401);
    }
  });

  it('is released without an action as it stood: what it stopped at is tried again', async () => {
    const user = await register(url);
    const unknown = trapPlacing(user, NOT_FOUND);
    const id = await place(user);
    await untilHalted(user);
    unknown.release();
    expectStatus(await release(user, {}), 200);
    expect(await waitFor(url, user.token, id)).toMatchObject({ state: 'succeeded' });
  });

  it('is ended by hand only after its step is closed: a call that was on the wire does nothing', async () => {
    const user = await register(url);
    const late = system.proxies.ordering!.trap('request', isCallOf(user, 'ordering.place'), {
      ...{ type: 'hold', outlivesSender: true },
    });
    const id = await place(user);
    await late.caught;
    const unknown = trapPlacing(user, NOT_FOUND);
    await untilHalted(user);
    expectStatus(await release(user, { action: 'skip' }), 200);
    expect((await admin.get(`/v1/operations/${id}`)).body).toMatchObject({
      ...{ state: 'failed', steps: [{ name: 'ordering.place', state: 'sealed' }] },
    });
    late.release();
    unknown.release();
    await late.replies();
    expect(await ordersOf(user)).toBe(0);
  });

  it.each([
    ['does nothing', false, ['applied', 'Augusta']],
    ['that was carried out is told of', true, ['undone', 'Grace']],
  ] as const)(
    'is ended by hand only after its undo is closed: one that was on the wire %s',
    async (_what, isEarly, [state, firstName]) => {
      const user = await register(url);
      const { identity, ordering } = system.proxies;
      const rename = ordering!.trap('request', isCallOf(user, 'ordering.rename-customer'), REFUSED, MANY);
      const isUndo = isCallOf(user, 'identity.update/undo');
      const late = identity!.trap('request', isUndo, { type: 'hold', outlivesSender: true });
      const { id } = await renaming(user);
      await late.caught;
      const unknown = identity!.trap('request', isUndo, NOT_FOUND, MANY);
      await untilHalted(user);
      const arrive = async (): Promise<void> => {
        late.release();
        await late.replies();
      };
      if (isEarly) await arrive();
      expectStatus(await release(user, { action: 'succeed' }), 200);
      const [first] = (await admin.get(`/v1/operations/${id}`)).body.steps;
      expect(first).toMatchObject({ name: 'identity.update', state });
      await arrive();
      for (const trap of [rename, unknown]) trap.release();
      expect((await api(url, user.token).get(`/v1/users/${user.id}`)).body.firstName).toBe(firstName);
    },
  );

  it('does not meet its next halt by an act that was sent twice', async () => {
    const user = await register(url);
    const unknown = trapPlacing(user, NOT_FOUND);
    const [first, second] = [await place(user), await place(user)];
    await untilHalted(user);
    const skip = { action: 'skip', operationId: first };
    expectStatus(await release(user, skip), 200);
    await untilHalted(user);
    expectStatus(await release(user, skip), 200);
    expect((await admin.get(`/v1/ops/lanes/${user.id}`)).body).toMatchObject({
      ...{ state: 'halted', head: { id: second } },
    });
    expect(await release(user, { action: 'retry', operationId: first })).toMatchObject({ status: 409 });
    const [one, two] = await Promise.all([
      release(user, { action: 'skip' }),
      release(user, { action: 'skip' }),
    ]);
    expect([one.status, two.status].toSorted()).toEqual([200, 409]);
    unknown.release();
  });

  it('that is none refuses every way out, and one way more that there is not', async () => {
    const user = await register(url);
    for (const action of WAYS) {
      expect(await release(user, { action })).toMatchObject({
        status: 409,
        body: { code: 'lane-not-halted' },
      });
    }
    expect(await release(user, { action: 'forget' })).toMatchObject({ status: 400 });
  });

  it('is not got out of by an end that a worker writes against its steps', async () => {
    const user = await register(url);
    const end = `update operations set state = 'failed', problem = '{}', steps = '[{"state":"applied"}]'
      where user_id = $1`;
    await expect(system.databases.gateway.query(end, [user.id])).rejects.toThrow('end_agrees_with_steps');
    const early = `update operations set ended_by = user_id, state = 'queued' where user_id = $1`;
    await expect(system.databases.gateway.query(early, [user.id])).rejects.toThrow();
  });

  /** The lane goes on, the operation ends as the way says, and the audit trail tells how. */
  async function expectWayOut(
    user: Person,
    id: string,
    way: Way,
    { retried }: { retried: string },
  ): Promise<void> {
    const waiting = await place(user);
    const released = await release(user, { action: way, reason: 'looked at it', operationId: id });
    expect(released).toMatchObject({ status: 200, body: { state: 'open', reason: null } });
    const ended = await over(id);
    const state = { retry: retried, skip: 'failed', fail: 'failed', succeed: 'succeeded' }[way];
    expect(ended).toMatchObject({ state });
    if (state === 'failed') expect(ended.problem).toMatchObject({ code: 'ended-by-operator' });
    expect(await waitFor(url, user.token, waiting)).toMatchObject({ state: 'succeeded' });
    const cancelled = await admin.get(`/v1/ops/audit?userId=${user.id}&action=lane.release`);
    expect(cancelled.body.items).toMatchObject([
      {
        ...{ operationId: id, reason: 'looked at it', before: { state: 'halted' } },
        after: { action: way, state: way === 'retry' ? 'retrying' : state },
      },
    ]);
    expect(cancelled.body.items[0].actorId).toMatch(/^[0-9a-f-]{36}$/);
  }

  /** What the system asked for its user cannot read; an administrator can. */
  async function over(id: string): Promise<{ state: string; problem: object }> {
    for (;;) {
      const { body } = await admin.get(`/v1/operations/${id}`, { prefer: 'wait=30' });
      if (body.finishedAt) return body;
    }
  }

  async function expectGoesOn(user: Person): Promise<void> {
    const lane = (await admin.get(`/v1/ops/lanes/${user.id}`)).body;
    expect(lane).toMatchObject({ state: 'open', depth: 0, head: null });
  }

  function trapPlacing(user: Person, fault: Fault): Trap {
    return system.proxies.ordering!.trap('request', isCallOf(user, 'ordering.place'), fault, MANY);
  }

  function release(user: Person, body: object): ReturnType<Api['post']> {
    return admin.post(`/v1/ops/lanes/${user.id}/release`, body);
  }

  async function renaming(user: Person): Promise<{ id: string }> {
    const me = api(url, user.token);
    return expectStatus(
      await me.patch<{ id: string }>(`/v1/users/${user.id}`, { firstName: 'Augusta' }),
      202,
    );
  }

  async function place(user: Person): Promise<string> {
    const answer = await api(url, user.token).post<{ id: string }>('/v1/orders', { lines: [LINE] });
    return expectStatus(answer, 202).id;
  }

  async function ordersOf(user: Person): Promise<number> {
    const { rowCount } = await system.databases.ordering.query('select 1 from orders where user_id = $1', [
      user.id,
    ]);
    return rowCount!;
  }

  async function untilWaiting(user: Person): Promise<string> {
    for (;;) {
      const { head } = (await admin.get(`/v1/ops/lanes/${user.id}`)).body;
      if (head) return head.id;
    }
  }

  async function untilHalted(user: Person): Promise<{ reason: string }> {
    for (;;) {
      const { body } = await admin.get(`/v1/ops/lanes/${user.id}`);
      if (body.state === 'halted') return body;
    }
  }
});

/** Another text of the same form. */
function spoilt(sealed: string): string {
  const place = sealed.length - 20;
  return `${sealed.slice(0, place)}${sealed[place] === 'A' ? 'B' : 'A'}${sealed.slice(place + 1)}`;
}

function isCallOf({ id }: Person, step: string): Matches {
  return (message) => message.startsWith(`POST /internal/steps/${step} `) && message.includes(id);
}

/** What a service answers that refuses a step or its undo. */
function refusal(code: ProblemCode, recorded: boolean): Fault {
  const body = JSON.stringify(problemBody(code));
  const headers = ['content-type: application/problem+json', ...(recorded ? ['step-recorded: true'] : [])];
  return answer('409 Conflict', headers, body);
}

function answer(status: string, headers: string[], body: string): Fault {
  const head = [`HTTP/1.1 ${status}`, ...headers, `content-length: ${body.length}`];
  return { type: 'answer', by: [...head, '', body].join('\r\n') };
}

const REFUSED = refusal('order-state-conflict', true);
const UNDO_REFUSED = refusal('undo-refused', false);
const STALE = refusal('stale-fence', false);
const NOT_FOUND = answer('404 Not Found', ['content-type: text/plain'], 'nothing here');
