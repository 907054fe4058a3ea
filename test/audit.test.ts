import { type AuditEntry } from '@turnpike/contracts';
import { api, type Api, expectStatus, LINE, type Person, register, signIn, WAIT } from './support/client.js';
import { startSystem, type System } from './support/system.js';

describe('the audit trail', () => {
  let system: System;
  let url: string;
  let admin: Api;
  let adminId: string;
  let user: Person;
  beforeAll(async () => {
    system = await startSystem();
    url = system.gatewayUrls[0]!;
    admin = api(url, await signIn(url, system.admin));
    adminId = (await admin.get('/v1/me')).body.user.id;
  }, 120_000);
  afterAll(() => system?.stop());
  beforeEach(async () => {
    user = await register(url);
  });

  async function trail(query: string): Promise<AuditEntry[]> {
    return expectStatus(await admin.get(`/v1/ops/audit?${query}`), 200).items;
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
      const query: string = `userId=${user.id}&limit=2${cursor && `&cursor=${cursor}`}`;
      const { items, nextCursor } = expectStatus(await admin.get(`/v1/ops/audit?${query}`), 200);
      read.push(...items);
      cursor = nextCursor;
    }
    expect(read.map(({ after }) => after!['firstName'])).toEqual([...names.reverse(), 'Grace']);
    for (const query of ['action=user.vanish', 'userId=x', 'cursor=x', 'who=me', 'limit=0']) {
      expect((await admin.get(`/v1/ops/audit?${query}`)).status).toBe(400);
    }
  });

  it('is for administrators', async () => {
    expect((await api(url, user.token).get('/v1/ops/audit')).status).toBe(403);
    expect((await api(url).get('/v1/ops/audit')).status).toBe(401);
  });
});
