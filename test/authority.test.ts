// What a role lets somebody do ends with the role: when a write begins, on what came of it, and on what still waits. And
// nobody acts as an operator on the own lane.
import type { ClientKind } from '@turnpike/contracts';
import { type Role, ROLES } from '@turnpike/protocol';
import { kindsByRole } from './support/authorisation-matrix.js';
import {
  type Answer,
  api,
  expectStatus,
  LINE,
  type Operation,
  type Person,
  persistently,
  placeOrder,
  register,
  signIn,
  WAIT,
  waitFor,
} from './support/client.js';
import { EventStreamClient } from './support/event-stream.js';
import { accepted, ask, type Asked, newOperator } from './support/operators.js';
import { pause } from './support/processes.js';
import { startSystem, type System } from './support/system.js';

const FORBIDDEN = { status: 403, body: { code: 'forbidden' } };
const LOOK_AGAIN_MS = 50;

/** Whose data a write by a role is about. */
interface Target {
  user: string;
  order: string;
  /** An order that is paid. */
  paid: string;
  /** A user who is deleted. */
  gone: string;
}

/** Every write to which a role may let somebody in, the deletion last, since nothing comes after it. */
const BY_ROLE: Partial<Record<ClientKind, (of: Target) => Asked>> = {
  'user.update': ({ user }) => ({ method: 'patch', path: `/v1/users/${user}`, body: { firstName: 'Eve' } }),
  'user.set-roles': ({ user }) => ({
    method: 'put',
    path: `/v1/users/${user}/roles`,
    body: { roles: ['admin'] },
  }),
  'user.set-claims': ({ user }) => ({
    method: 'put',
    path: `/v1/users/${user}/claims`,
    body: { claims: { a: 1 } },
  }),
  'customer.update': ({ user }) => ({ method: 'put', path: `/v1/customers/${user}`, body: {} }),
  'order.change': ({ order }) => ({ method: 'patch', path: `/v1/orders/${order}`, body: { lines: [LINE] } }),
  'order.pay': ({ order }) => ({
    method: 'post',
    path: `/v1/orders/${order}/pay`,
    body: { paymentReference: 'p' },
  }),
  'order.ship': ({ paid }) => ({
    method: 'post',
    path: `/v1/orders/${paid}/ship`,
    body: { trackingNumber: 't' },
  }),
  'order.deliver': ({ paid }) => ({ method: 'post', path: `/v1/orders/${paid}/deliver` }),
  'order.cancel': ({ order }) => ({ method: 'post', path: `/v1/orders/${order}/cancel`, body: {} }),
  'user.restore': ({ gone }) => ({ method: 'post', path: `/v1/users/${gone}/restore` }),
  'user.delete': ({ user }) => ({ method: 'delete', path: `/v1/users/${user}` }),
};

/** Carried out beside the lane: no pause holds it. */
const BESIDE = new Set(['user.set-roles']);

describe('what a role lets somebody do', () => {
  let system: System;
  let url: string;
  let admin: string;
  beforeAll(async () => {
    system = await startSystem({
      proxied: ['identity'],
      gateways: [{ role: 'api' }, { role: 'worker' }],
    });
    url = system.gatewayUrls[0]!;
    admin = await signIn(url, system.admin);
  }, 120_000);
  afterEach(() => system.proxies.identity!.appear());
  afterAll(() => system?.stop());

  const operator = (...roles: Role[]): Promise<Person> => newOperator(url, admin, ...roles);
  const lane = (userId: string, action: 'pause' | 'resume'): Promise<Answer> =>
    api(url, admin).post(`/v1/ops/lanes/${userId}/${action}`);
  const stateOf = async (id: string): Promise<string> =>
    expectStatus(await api(url, admin).get<Operation>(`/v1/operations/${id}`), 200).state;
  const names = (userId: string): Asked => ({
    ...{ method: 'patch', path: `/v1/users/${userId}`, body: { firstName: 'Ada' } },
  });

  async function pausedLane(): Promise<Person> {
    const person = await register(url);
    expectStatus(await lane(person.id, 'pause'), 200);
    return person;
  }

  /** Beside the gateway, which is not told. */
  async function takeRoles(...users: Person[]): Promise<void> {
    const ids = users.map(({ id }) => id);
    await system.databases.identity.query(`update users set roles = '{}' where id = any($1)`, [ids]);
  }

  async function newTarget(): Promise<Target> {
    const [{ id: user, token }, { id: gone, token: ofGone }] = [await register(url), await register(url)];
    const [order, paid] = [await placeOrder(url, token), await placeOrder(url, token)];
    const pay = { paymentReference: 'p' };
    expectStatus(await api(url, token).post(`/v1/orders/${paid.target!.id}/pay`, pay, WAIT), 200);
    expectStatus(await api(url, ofGone).delete(`/v1/users/${gone}`, WAIT), 204);
    return { user, gone, order: order.target!.id, paid: paid.target!.id };
  }

  describe('is asked for again when a write begins', () => {
    it('of every kind to which a role may let somebody in', () => {
      expect(Object.keys(BY_ROLE).sort()).toEqual(kindsByRole().sort());
    });

    it('and what the role is gone for is rejected, and nothing else', async () => {
      const [former, target] = [await operator('admin'), await newTarget()];
      await Promise.all([lane(target.user, 'pause'), lane(target.gone, 'pause')]);
      const kept = await accepted(url, admin, names(target.user));
      const asked = new Map<string, Operation>();
      for (const [kind, of] of Object.entries(BY_ROLE)) {
        if (BESIDE.has(kind)) continue;
        asked.set(kind, await accepted(url, former.token, of(target)));
      }
      const own = await placeOrder(url, former.token);
      await takeRoles(former);
      await Promise.all([lane(target.user, 'resume'), lane(target.gone, 'resume')]);
      for (const [kind, { id }] of asked) {
        const { state, problem, steps } = (await waitFor(url, admin, id)) as any;
        const states = new Set(steps.map((step: { state: string }) => step.state));
        expect([kind, state, problem?.code]).toEqual([kind, 'rejected', 'forbidden']);
        expect([kind, states.has('applied'), states.has('refused')]).toEqual([kind, false, false]);
      }
      expect(await waitFor(url, admin, kept.id)).toMatchObject({ state: 'succeeded' });
      expect(await waitFor(url, admin, own.id)).toMatchObject({ state: 'succeeded' });
      const user = await api(url, admin).get(`/v1/users/${target.user}`);
      expect(user.body).toMatchObject({ firstName: 'Ada', roles: [], claims: {}, state: 'active' });
      const { body } = await api(url, admin).get(`/v1/ops/lanes/${target.user}`);
      expect(body).toMatchObject({ state: 'open' });
    });

    it('also of what no paused lane holds: a change of roles', async () => {
      const [former, { id: user }] = [await operator('admin'), await register(url)];
      const change = BY_ROLE['user.set-roles']!({ user, order: '', paid: '', gone: '' });
      const worker = system.processes.gateways[1]!;
      worker.kill('SIGSTOP');
      const { id } = await accepted(url, former.token, change);
      await takeRoles(former);
      worker.kill('SIGCONT');
      expect(await waitFor(url, admin, id)).toMatchObject({
        state: 'rejected',
        problem: { code: 'forbidden' },
      });
      expect((await api(url, admin).get(`/v1/users/${user}`)).body).toMatchObject({ roles: [] });
    });

    it('and waits for identity where nobody can say', async () => {
      const [keeper, owner] = [await operator('admin'), await register(url)];
      const customer: Asked = { method: 'put', path: `/v1/customers/${owner.id}`, body: {} };
      await lane(owner.id, 'pause');
      const { id } = await accepted(url, keeper.token, customer);
      system.proxies.identity!.vanish();
      await lane(owner.id, 'resume');
      // As the owner: what needs a role is not answered while identity is away.
      const read = (): Promise<Answer> => api(url, owner.token).get(`/v1/operations/${id}`);
      while (['queued', 'running'].includes((await read()).body.state)) await pause(LOOK_AGAIN_MS);
      const { body } = await read();
      expect(body).toMatchObject({ state: 'retrying', problem: { code: 'unavailable' } });
      expect(body.steps).toMatchObject([{ attempts: 0 }]);
      system.proxies.identity!.appear();
      expect(await waitFor(url, owner.token, id)).toMatchObject({ state: 'succeeded' });
      await persistently(() => api(url, admin).get('/v1/ops/summary'));
    });

    it('also of what an operator repeats, and of a user who is gone', async () => {
      const [repeater, gone] = [await operator('operator.act'), await operator('admin')];
      const { id: user, token } = await register(url);
      const { target } = await placeOrder(url, token);
      const ship: Asked = {
        method: 'post',
        path: `/v1/orders/${target!.id}/ship`,
        body: { trackingNumber: 't' },
      };
      const failed = await waitFor(url, admin, (await accepted(url, admin, ship)).id);
      expect(failed.state).toBe('failed');
      await lane(user, 'pause');
      const path = `/v1/ops/operations/${failed.id}/retry`;
      const repeated = expectStatus(await api(url, repeater.token).post<Operation>(path), 200);
      const asked = await accepted(url, gone.token, names(user));
      await takeRoles(repeater);
      await system.databases.identity.query('delete from sessions where user_id = $1', [gone.id]);
      expectStatus(await api(url, admin).delete(`/v1/users/${gone.id}`, WAIT), 204);
      await lane(user, 'resume');
      for (const { id } of [repeated, asked]) {
        expect(await waitFor(url, admin, id)).toMatchObject({
          state: 'rejected',
          problem: { code: 'forbidden' },
        });
      }
    });

    it('before each page of a run over many writes, which says why it stops', async () => {
      const former = await operator('operator.act');
      const none = { action: 'cancel', filter: { userId: former.id }, reason: 'nothing' };
      const { body: run } = await api(url, former.token).post('/v1/ops/bulk', none);
      const waiting = await pausedLane();
      const { id } = await placeOrder(url, waiting.token);
      await takeRoles(former);
      // As a worker leaves it that died before the first page.
      await system.databases.gateway.query(
        `update bulk_runs set state = 'running', finished_at = null, worker = null, filter = $2 where id = $1`,
        [run.id, JSON.stringify({ userId: waiting.id, to: new Date(Date.now() + 60_000).toISOString() })],
      );
      await api(url, admin).post('/v1/ops/bulk', none);
      const read = (): Promise<Answer> => api(url, admin).get(`/v1/ops/bulk/${run.id}`);
      while ((await read()).body.state === 'running') await pause(LOOK_AGAIN_MS);
      expect((await read()).body).toMatchObject({
        state: 'aborted',
        problem: { code: 'forbidden' },
        done: 0,
      });
      expect(await stateOf(id)).toBe('queued');
      await lane(waiting.id, 'resume');
    });
  });

  it('is rejected with the role: what waits in lanes of others, and nothing that somebody else asked for', async () => {
    const [demoted, deleted, waiting] = [
      await operator('admin'),
      await operator('admin'),
      await pausedLane(),
    ];
    const kept = await accepted(url, admin, names(waiting.id));
    const [one, two] = [
      await accepted(url, demoted.token, names(waiting.id)),
      await accepted(url, deleted.token, names(waiting.id)),
    ];
    const list = await api(url, admin).get(`/v1/ops/operations?actorId=${demoted.id}&state=queued`);
    expect(list.body.items).toMatchObject([{ id: one.id }]);
    await ask(url, admin, {
      method: 'put',
      path: `/v1/users/${demoted.id}/roles`,
      body: { roles: ['operator.act'] },
    });
    await ask(url, admin, { method: 'delete', path: `/v1/users/${deleted.id}` });
    for (const { id } of [one, two]) {
      expect(await waitFor(url, admin, id)).toMatchObject({
        state: 'rejected',
        problem: { code: 'forbidden' },
      });
    }
    expect(await stateOf(kept.id)).toBe('queued');
    const trail = await api(url, admin).get(
      `/v1/ops/audit?userId=${waiting.id}&action=user.update%20rejected`,
    );
    expect(trail.body.items).toMatchObject([{ operationId: two.id }, { operationId: one.id }]);
    await lane(waiting.id, 'resume');
    expect(await waitFor(url, admin, kept.id)).toMatchObject({ state: 'succeeded' });
  });

  it('is to repeat nothing that decides who may do what, or who is there, without the role for it', async () => {
    const [acting, { id, token, password: currentPassword }] = [
      await operator('operator.act'),
      await register(url),
    ];
    const stale = { 'if-match': '"99"' };
    const [mine, its] = [api(url, token), `/v1/users/${id}`];
    const password = { currentPassword, newPassword: 'another long password' };
    const failed = async ({ body }: Answer): Promise<string> => {
      expect(await waitFor(url, admin, body.id)).toMatchObject({ state: 'failed' });
      return `/v1/ops/operations/${body.id}/retry`;
    };
    const claims = await failed(await api(url, admin).put(`${its}/claims`, { claims: {} }, stale));
    expect(await api(url, acting.token).post(claims)).toMatchObject(FORBIDDEN);
    expectStatus(await api(url, admin).post(claims), 200);
    const change = await failed(await mine.put(`${its}/password`, password, stale));
    for (const by of [acting.token, admin]) expectStatus(await api(url, by).post(change), 400);
    const deletion = await failed(await api(url, admin).delete(its, stale));
    expect(await api(url, acting.token).post(deletion)).toMatchObject(FORBIDDEN);
    const { items } = (await api(url, admin).get(`/v1/ops/operations?userId=${id}&kind=user.delete`)).body;
    expect(items).toHaveLength(1);
    const again = expectStatus(await api(url, admin).post<Operation>(deletion), 200);
    expect(again).toMatchObject({ kind: 'user.delete', retryOf: items[0].id });
  });

  it('is nothing in the own lane', async () => {
    const me = await operator('admin');
    const [mine, own] = [api(url, me.token), `/v1/ops/lanes/${me.id}`];
    await lane(me.id, 'pause');
    const { id } = await placeOrder(url, me.token);
    for (const path of [
      `${own}/pause`,
      `${own}/resume`,
      `${own}/release`,
      `/v1/ops/operations/${id}/cancel`,
      `/v1/ops/operations/${id}/retry`,
    ]) {
      expect([path, await mine.post(path)]).toMatchObject([path, FORBIDDEN]);
    }
    const many = { action: 'cancel', filter: { userId: me.id }, reason: 'mine' };
    const { body: run } = await mine.post('/v1/ops/bulk', many);
    const read = (): Promise<Answer> => mine.get(`/v1/ops/bulk/${run.id}`);
    while ((await read()).body.state === 'running') await pause(LOOK_AGAIN_MS);
    expect((await read()).body).toMatchObject({ done: 0, refusals: [{ code: 'forbidden', count: 1 }] });
    expect(await stateOf(id)).toBe('queued');
    const { body } = await api(url, admin).get(own);
    expect(body).toMatchObject({ state: 'paused' });
    await lane(me.id, 'resume');
  });

  describe('is to withdraw', () => {
    type Who = 'owner' | 'actor' | 'other' | Role;
    /** Of a write in the owner's lane: by the owner, and by the actor, who was let in by a role and has none now. */
    const WITHDRAWAL: Record<Who, readonly [ofOwner: number, ofActor: number]> = {
      owner: [200, 403],
      actor: [404, 403],
      other: [404, 404],
      operator: [404, 404],
      'operator.reveal': [404, 404],
      'operator.act': [200, 200],
      admin: [200, 200],
    };

    it('by whom what has been asked for may be', async () => {
      const people: Partial<Record<Who, Person>> = {
        other: await register(url),
        actor: await operator('admin'),
      };
      for (const role of ROLES) people[role] = await operator(role);
      const actor = people.actor!;
      const cases = [];
      for (const who of Object.keys(WITHDRAWAL) as Who[]) {
        const owner = await pausedLane();
        const ofOwner = await accepted(url, owner.token, names(owner.id));
        const ofActor = await accepted(url, actor.token, names(owner.id));
        cases.push({ who, owner, ids: [ofOwner.id, ofActor.id] });
      }
      await takeRoles(actor);
      // Else what waits by the role may be rejected before somebody withdraws it.
      await system.databases.gateway.query('update operations set by_role = null where actor_id = $1', [
        actor.id,
      ]);
      actor.token = await signIn(url, actor);
      for (const { who, owner, ids } of cases) {
        const client = api(url, { owner, ...people }[who]!.token);
        const statuses = [];
        for (const id of ids) statuses.push((await client.delete(`/v1/operations/${id}`)).status);
        expect([who, ...statuses]).toEqual([who, ...WITHDRAWAL[who]]);
      }
    });

    it('not what others asked for in the own lane, a deletion neither, as an operator', async () => {
      const me = await operator('admin');
      await lane(me.id, 'pause');
      const deletion = await accepted(url, admin, { method: 'delete', path: `/v1/users/${me.id}` });
      const mine = api(url, me.token);
      expect([401, 403]).toContain((await mine.delete(`/v1/operations/${deletion.id}`)).status);
      expect([401, 403]).toContain((await mine.post(`/v1/ops/operations/${deletion.id}/cancel`)).status);
      expect(await stateOf(deletion.id)).toBe('queued');
      await lane(me.id, 'resume');
    });

    it.each(['owner', 'administrator'] as const)(
      'with a deletion by the %s as far as one by one',
      async (who) => {
        const owner = await pausedLane();
        const [own, others] = [
          await accepted(url, owner.token, names(owner.id)),
          await accepted(url, admin, names(owner.id)),
        ];
        const path = `/v1/users/${owner.id}?pending=cancel`;
        const deletion = await accepted(url, who === 'owner' ? owner.token : admin, {
          method: 'delete',
          path,
        });
        expect(await stateOf(own.id)).toBe('cancelled');
        expect(await stateOf(others.id)).toBe(who === 'owner' ? 'queued' : 'cancelled');
        await lane(owner.id, 'resume');
        expect(await waitFor(url, admin, deletion.id)).toMatchObject({ state: 'succeeded' });
        expect(await stateOf(others.id)).toBe(who === 'owner' ? 'succeeded' : 'cancelled');
        const trail = await api(url, admin).get(`/v1/ops/audit?userId=${owner.id}&action=operation.cancel`);
        expect(trail.body.items.map(({ operationId }: any) => operationId)).toEqual(
          who === 'owner' ? [] : [own.id],
        );
      },
    );
  });

  it('is to see what came of a write in the lane of another, and is seen no more without it', async () => {
    const [former, owner, stranger] = [
      await operator('admin'),
      await register(url),
      await operator('operator'),
    ];
    const { id } = await accepted(url, former.token, names(owner.id));
    await waitFor(url, admin, id);
    const path = `/v1/operations/${id}`;
    expect((await api(url, former.token).get(path)).body.result).not.toBeNull();
    expectStatus(await api(url, admin).put(`/v1/users/${former.id}/roles`, { roles: [] }, WAIT), 200);
    const token = await signIn(url, former);
    for (const prefer of ['wait=0', 'wait=5']) {
      const { status, body } = await api(url, token).get(path, { prefer });
      expect({ status, body }).toMatchObject({ status: 200, body: { state: 'succeeded', result: null } });
    }
    const { items } = (await api(url, token).get('/v1/operations')).body;
    expect(items.find((item: any) => item.id === id)).toMatchObject({ result: null });
    const stream = await EventStreamClient.open(`${url}${path}/events`, { token });
    const told = await stream.untilOver(id);
    expect(told.map(({ data }) => data.result)).toEqual(told.map(() => null));
    expect((await api(url, owner.token).get(path)).body.result).toMatchObject({ firstName: 'Ada' });
    expect((await api(url, admin).get(path)).body.result).not.toBeNull();
    expect((await api(url, stranger.token).get(path)).status).toBe(404);
  });
});
