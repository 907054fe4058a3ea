import { ACTS, type AuditEntry, ROUTINE_READS } from '@turnpike/protocol';
import { SHOP_READS } from '@turnpike/contracts';
import { api, type Api, expectStatus, LINE, type Person, register, signIn, WAIT } from './support/client.js';
import { lineWith } from './support/log-lines.js';
import { startSystem, type System } from './support/system.js';

describe('the audit trail', () => {
  let system: System;
  let url: string;
  let admin: Api;
  let adminId: string;
  let adminToken: string;
  let user: Person;
  beforeAll(async () => {
    system = await startSystem();
    url = system.gatewayUrls[0]!;
    adminToken = await signIn(url, system.admin);
    admin = api(url, adminToken);
    adminId = (await admin.get('/v1/me')).body.user.id;
  }, 300_000);
  afterAll(() => system?.stop());
  beforeEach(async () => {
    user = await register(url);
  });

  /** Without what these tests themselves look at. */
  async function trail(query: string): Promise<AuditEntry[]> {
    return expectStatus(await admin.get(`/v1/ops/audit?${query}&reads=false`), 200).items;
  }

  /** What was read of the user, the newest first. */
  async function readsOf(userId: string): Promise<AuditEntry[]> {
    const { items } = expectStatus(await admin.get(`/v1/ops/audit?userId=${userId}&reads=true`), 200);
    return (items as AuditEntry[]).filter(({ action }) =>
      [...SHOP_READS, ...ROUTINE_READS].some((read) => read === action),
    );
  }

  it('tells who was registered and renamed, by which operation, with the names before and after', async () => {
    const path = `/v1/users/${user.id}`;
    const renaming = expectStatus(await api(url, user.token).patch(path, { firstName: 'Augusta' }), 202);
    expectStatus(await admin.get(`/v1/operations/${renaming.id}`, WAIT), 200);
    const { email } = user;
    expect(await trail(`userId=${user.id}`)).toEqual([
      {
        id: expect.stringMatching(/^\d+$/),
        at: expect.stringMatching(/Z$/),
        actorId: user.id,
        action: 'user.update',
        userId: user.id,
        operationId: renaming.id,
        reason: null,
        before: { email, firstName: 'Grace', lastName: 'Hopper' },
        after: { email, firstName: 'Augusta', lastName: 'Hopper' },
      },
      expect.objectContaining({
        actorId: null,
        action: 'user.register',
        before: null,
        after: { email, firstName: 'Grace', lastName: 'Hopper' },
      }),
    ]);
  });

  it('hides names from operators, and shows them to one who may reveal and says why', async () => {
    const operator = await register(url);
    const roles = { roles: ['operator.reveal'] };
    expectStatus(await admin.put(`/v1/users/${operator.id}/roles`, roles, WAIT), 200);
    const revealing = api(url, await signIn(url, operator));
    const list = `/v1/ops/audit?userId=${user.id}&action=user.register`;
    const [entry] = expectStatus<{ items: AuditEntry[] }>(await revealing.get(list), 200).items;
    expect(entry!.after).toEqual({ email: '•••', firstName: '•••', lastName: '•••' });
    const reveal = `/v1/ops/audit/${entry!.id}/reveal`;
    expect((await revealing.post(reveal, {})).status).toBe(400);
    const revealed = expectStatus<AuditEntry>(await revealing.post(reveal, { reason: 'the user asks' }), 200);
    expect(revealed.after).toEqual({ email: user.email, firstName: 'Grace', lastName: 'Hopper' });
    expect(await trail(`userId=${user.id}&action=audit.reveal`)).toMatchObject([
      { actorId: operator.id, reason: 'the user asks', after: { entry: entry!.id } },
    ]);
    expect((await revealing.post('/v1/ops/audit/999999999/reveal', { reason: 'x' })).status).toBe(404);
  });

  it('hides from an operator what somebody wrote whose failed write the operator has repeated', async () => {
    const [operator, other] = [await register(url), await register(url)];
    expectStatus(await admin.put(`/v1/users/${operator.id}/roles`, { roles: ['operator.act'] }, WAIT), 200);
    const acting = api(url, await signIn(url, operator));
    const taken = await api(url, user.token).patch(`/v1/users/${user.id}`, { email: other.email }, WAIT);
    expect(taken.body.code).toBe('email-taken');
    const email = `new-${other.id}@example.com`;
    expectStatus(await admin.patch(`/v1/users/${other.id}`, { email }, WAIT), 200);
    const failed = taken.headers.get('operation-id')!;
    const retried = expectStatus<{ id: string }>(
      await acting.post(`/v1/ops/operations/${failed}/retry`, { reason: 'it is free now' }),
      200,
    );
    expect((await admin.get(`/v1/operations/${retried.id}`, WAIT)).body.state).toBe('succeeded');
    const list = `/v1/ops/audit?userId=${user.id}&action=user.update`;
    const [entry] = expectStatus<{ items: AuditEntry[] }>(await acting.get(list), 200).items;
    expect(entry).toMatchObject({ actorId: operator.id, operationId: retried.id });
    expect([entry!.before!['email'], entry!.after!['email']]).toEqual(['•••', '•••']);
  });

  it('tells of a second ending of sessions within a minute, too', async () => {
    const end = () => admin.delete(`/v1/users/${user.id}/sessions`);
    for (const answer of [await end(), await end()]) expect(answer.status).toBe(204);
    expect(await trail(`userId=${user.id}&action=user.end-sessions`)).toHaveLength(2);
  });

  it('tells of a pause and a resume who did it and why, once', async () => {
    const lane = `/v1/ops/lanes/${user.id}`;
    expectStatus(await admin.post(`${lane}/pause`, { reason: 'under inquiry' }), 200);
    expectStatus(await admin.post(`${lane}/pause`, { reason: 'again' }), 200);
    expectStatus(await admin.post(`${lane}/resume`, { reason: 'cleared' }), 200);
    expectStatus(await admin.post(`${lane}/release`, { reason: 'it was not halted' }), 200);
    const done = await trail(`userId=${user.id}&actorId=${adminId}`);
    expect(done.map(({ action, reason }) => [action, reason])).toEqual([
      ['lane.resume', 'cleared'],
      ['lane.pause', 'under inquiry'],
    ]);
    expect(done[0]).toMatchObject({ userId: user.id, operationId: null, before: null, after: null });
  });

  it('tells who withdrew a write and who repeated one, and why', async () => {
    const me = api(url, user.token);
    await admin.post(`/v1/ops/lanes/${user.id}/pause`);
    const waiting = expectStatus(await me.post('/v1/orders', { lines: [LINE] }), 202);
    const cancel = `/v1/ops/operations/${waiting.id}/cancel`;
    expectStatus(await admin.post(cancel, { reason: 'wrong' }), 200);
    expectStatus(await admin.post(cancel, { reason: 'asked twice' }), 200);
    await admin.post(`/v1/ops/lanes/${user.id}/resume`);
    const { body: order } = await me.post('/v1/orders', { lines: [LINE] }, WAIT);
    const failing = await admin.post(`/v1/orders/${order.id}/ship`, { trackingNumber: 'T' }, WAIT);
    const failed = failing.headers.get('operation-id')!;
    expectStatus(await admin.post(`/v1/ops/operations/${failed}/retry`, { reason: 'paid now' }), 200);
    const [retry] = await trail(`userId=${user.id}&action=operation.retry`);
    expect(retry).toMatchObject({ actorId: adminId, operationId: failed, reason: 'paid now' });
    expect(await trail(`userId=${user.id}&action=operation.cancel`)).toMatchObject([
      { actorId: adminId, operationId: waiting.id, reason: 'wrong' },
    ]);
    expect((await trail(`userId=${user.id}&action=order.ship%20failed`)).length).toBeGreaterThan(0);
  });

  it('is only appended to: no statement changes or deletes what it tells, but for an erasure', async () => {
    const { gateway } = system.databases;
    for (const change of [`action = 'x'`, 'actor_id = null', `reason = 'x'`, `after = '{}'`, 'at = now()']) {
      const update = gateway.query(`update audit set ${change} where user_id = $1`, [user.id]);
      await expect(update).rejects.toThrow('only appended to');
    }
    const removal = gateway.query('delete from audit where user_id = $1', [user.id]);
    await expect(removal).rejects.toThrow('only appended to');
    expect(await trail(`userId=${user.id}`)).toHaveLength(1);
    await gateway.query('update audit set before = null, after = null where user_id = $1', [user.id]);
    expect(await trail(`userId=${user.id}`)).toMatchObject([{ action: 'user.register', after: null }]);
  });

  it('is read in pages, newest first, each entry once, and refuses a filter that it does not know', async () => {
    const names = ['Ada', 'Betty', 'Carol', 'Dorothy'];
    for (const firstName of names) {
      expectStatus(await admin.patch(`/v1/users/${user.id}`, { firstName }, WAIT), 200);
    }
    const read: AuditEntry[] = [];
    for (let cursor: string | null = ''; cursor !== null;) {
      const query: string = `userId=${user.id}&reads=false&limit=2${cursor && `&cursor=${cursor}`}`;
      const { items, nextCursor } = expectStatus(await admin.get(`/v1/ops/audit?${query}`), 200);
      read.push(...items);
      cursor = nextCursor;
    }
    expect(read.map(({ after }) => after!['firstName'])).toEqual([...names.reverse(), 'Grace']);
    for (const query of ['action=user.vanish', 'userId=x', 'cursor=x', 'who=me', 'limit=0', 'reads=x']) {
      expect((await admin.get(`/v1/ops/audit?${query}`)).status).toBe(400);
    }
  });

  it('tells of every read of somebody else, once a minute for the same, and of none of the own', async () => {
    const me = api(url, user.token);
    const order = expectStatus<{ id: string }>(await me.post('/v1/orders', { lines: [LINE] }, WAIT), 201);
    const placed = (await me.get('/v1/operations')).body.items[0].id as string;
    const paths = [
      `/v1/users/${user.id}`,
      `/v1/customers/${user.id}`,
      `/v1/orders/${order.id}`,
      `/v1/orders?userId=${user.id}`,
      `/v1/operations/${placed}`,
      `/v1/ops/operations/${placed}`,
    ];
    for (const path of [...paths, ...paths]) expectStatus(await admin.get(path), 200);
    for (const path of paths.slice(0, 5)) expectStatus(await me.get(path), 200);
    const read = await readsOf(user.id);
    expect(read.map(({ action, operationId }) => [action, operationId]).reverse()).toEqual([
      ['user.read', null],
      ['customer.read', null],
      ['order.read', null],
      ['order.list', null],
      ['operation.read', placed],
      ['operation.read', placed],
    ]);
    expect(read.every(({ actorId, reason }) => actorId === adminId && reason === null)).toBe(true);
    expect(read.find(({ action }) => action === 'order.list')!.after).toEqual({
      filters: ['userId'],
      count: 1,
    });
    expect((await readsOf(user.id))[0]).toMatchObject({ action: 'audit.read', actorId: adminId });
  });

  it('tells of lists by which filters they were asked for, and never for what', async () => {
    const canary = `canary-${user.id}`;
    expectStatus(await admin.get(`/v1/users?search=${canary}&limit=7`), 200);
    expectStatus(await admin.get(`/v1/ops/lanes?search=${canary}`), 200);
    const [users] = expectStatus(
      await admin.get(`/v1/ops/audit?actorId=${adminId}&action=user.list`),
      200,
    ).items;
    expect(users).toMatchObject({ userId: null, after: { filters: ['limit', 'search'], count: 0 } });
    const [lanes] = expectStatus(await admin.get(`/v1/ops/audit?action=lane.search`), 200).items;
    expect(lanes).toMatchObject({ after: { filters: ['search'], count: 0 } });
    const rows = await system.databases.gateway.query('select 1 from audit where after::text like $1', [
      '%canary%',
    ]);
    expect(rows.rowCount).toBe(0);
  });

  it('shows nothing while it cannot be written', async () => {
    const { gateway } = system.databases;
    await gateway.query('alter table audit rename column reason to spoiled');
    const answer = await admin.get(`/v1/users/${user.id}`);
    await gateway.query('alter table audit rename column spoiled to reason');
    expect(answer.status).toBeGreaterThanOrEqual(500);
    expect(JSON.stringify(answer.body)).not.toContain(user.email);
  });

  it('tells of every act that no transaction tells of: withdrawals, bulk runs, integrity runs and repairs', async () => {
    const me = api(url, user.token);
    expectStatus(await admin.post(`/v1/ops/lanes/${user.id}/pause`, { reason: 'a look' }), 200);
    const waiting = expectStatus<{ id: string }>(await me.post('/v1/orders', { lines: [LINE] }), 202);
    expectStatus(await admin.delete(`/v1/operations/${waiting.id}`), 200);
    expectStatus(await admin.delete(`/v1/operations/${waiting.id}`), 200);
    const own = expectStatus<{ id: string }>(await me.post('/v1/orders', { lines: [LINE] }), 202);
    expectStatus(await me.delete(`/v1/operations/${own.id}`), 200);
    const filter = { userId: user.id };
    const bulk = { action: 'cancel', filter, reason: 'wrong' };
    expectStatus(await admin.post('/v1/ops/bulk', { ...bulk, dryRun: true }), 200);
    const begun = expectStatus<{ id: string }>(await admin.post('/v1/ops/bulk', bulk), 202).id;
    expectStatus(await admin.post(`/v1/ops/bulk/${begun}/abort`), 200);
    const run = expectStatus<{ id: string }>(await admin.post('/v1/ops/integrity/runs'), 202).id;
    expectStatus(await admin.post(`/v1/ops/integrity/runs/${run}/repair`), 200);
    const told = await trail(`userId=${user.id}&action=operation.cancel`);
    expect(told).toMatchObject([{ actorId: adminId, operationId: waiting.id }]);
    const acts = (await trail(`actorId=${adminId}&limit=10`)).filter(({ action }) =>
      ACTS.some((act) => act === action),
    );
    expect(
      acts
        .map(({ action, after }) => [action, after])
        .slice(0, 4)
        .reverse(),
    ).toEqual([
      ['bulk.begin', { run: begun }],
      ['bulk.abort', { run: begun }],
      ['integrity.run', { run }],
      ['integrity.repair', { run }],
    ]);
  });

  it('goes with a line of the security log for each act and read, and a count of whom an operator was shown', async () => {
    const [gateway] = system.processes.gateways;
    const shown = async (): Promise<number> => {
      const text = await (await fetch(`http://127.0.0.1:${gateway!.env['METRICS_PORT']}/metrics`)).text();
      const line = text
        .split('\n')
        .find((one) => one.startsWith(`turnpike_operator_people_shown_total{operator="${adminId}"`));
      return Number(line?.split(' ').at(-1) ?? 0);
    };
    const before = await shown();
    const page = expectStatus(await admin.get('/v1/users?limit=2&search=example.com'), 200)
      .items as unknown[];
    expectStatus(await admin.get(`/v1/users/${user.id}`), 200);
    expect(await shown()).toBe(before + page.length + 1);
    const read = { event: 'sensitive_read', action: 'user.read', actorId: adminId, userId: user.id };
    expect(await lineWith(gateway!, read)).toMatchObject({ severity: 'WARN', count: 1 });
    expectStatus(await admin.post(`/v1/ops/lanes/${user.id}/pause`, { reason: 'a look' }), 200);
    const act = {
      event: 'authz_admin',
      actorId: adminId,
      userId: user.id,
      route: 'POST /v1/ops/lanes/:userId/pause',
    };
    await lineWith(gateway!, act);
  });

  it('lists what is read all day only for whoever asks for it', async () => {
    const { id } = expectStatus(await api(url, user.token).post('/v1/orders', { lines: [LINE] }), 202);
    expectStatus(await admin.get(`/v1/operations/${id}`, WAIT), 200);
    expectStatus(await admin.get(`/v1/users/${user.id}`), 200);
    const actionsOf = async (query: string): Promise<string[]> => {
      const { items } = expectStatus(await admin.get(`/v1/ops/audit?userId=${user.id}${query}`), 200);
      return (items as AuditEntry[]).map(({ action }) => action);
    };
    expect(await actionsOf('')).toEqual(['user.read', 'order.place', 'user.register']);
    expect(await actionsOf('&action=operation.read')).toEqual(['operation.read']);
    expect(await actionsOf('&reads=false')).toEqual(['order.place', 'user.register']);
  });

  it('is for administrators', async () => {
    expect((await api(url, user.token).get('/v1/ops/audit')).status).toBe(403);
    expect((await api(url).get('/v1/ops/audit')).status).toBe(401);
  });
});
