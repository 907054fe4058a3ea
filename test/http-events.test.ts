import { randomUUID } from 'node:crypto';
import {
  api,
  expectStatus,
  type Operation,
  type Person,
  placeOrder,
  register,
  signIn,
  waitFor,
} from './support/client.js';
import { EventStreamClient, type OperationEvent } from './support/event-stream.js';
import { startSystem, type System } from './support/system.js';

/** Seconds in which the end of a session ends its streams. */
const SESSION_END_MS = 5000;

describe('events over HTTP', () => {
  let system: System;
  let one: string;
  let other: string;
  let user: Person;
  beforeAll(async () => {
    system = await startSystem({
      gateways: [{}, {}],
      env: { SERVICE_TIMEOUT_MS: '2500', RETRY_BASE_MS: '50', RETRY_MAX_MS: '500' },
    });
    [one, other] = system.gatewayUrls as [string, string];
  });
  beforeEach(async () => {
    user = await register(one);
  });
  afterAll(() => system?.stop());

  const follow = (url: string, after?: string | null): Promise<EventStreamClient> =>
    EventStreamClient.open(`${url}/v1/events`, {
      token: user.token,
      'last-event-id': after ?? undefined,
    });
  const followOne = (id: string, headers: Record<string, string> = {}): Promise<EventStreamClient> =>
    EventStreamClient.open(`${one}/v1/operations/${id}/events`, { token: user.token, ...headers });
  /** Asks for so many writes at once, at both gateways. */
  const write = (count: number): Promise<Operation[]> =>
    Promise.all(Array.from({ length: count }, (_, index) => placeOrder(index % 2 ? one : other, user.token)));
  const idsOf = (writes: readonly Operation[]): string[] => writes.map(({ id }) => id);
  const statesOf = (events: readonly OperationEvent[], id: string): string[] =>
    events.filter(({ data }) => data.id === id).map(({ data }) => data.state);
  const told = (events: readonly OperationEvent[]): string[] =>
    events.map(({ id, data }) => `${id} ${data.id} ${data.state}`);

  it('tell of every change of every write, with growing ids, the same at every gateway', async () => {
    const [here, there] = [await follow(one), await follow(other)];
    const writes = await write(6);
    const events = await here.untilOver(...idsOf(writes));
    await there.untilOver(...idsOf(writes));
    for (const { id } of writes) expect(statesOf(events, id)).toEqual(['queued', 'running', 'succeeded']);
    expect(events).toHaveLength(18);
    expect(told(there.events)).toEqual(told(events));
    const ids = events.map(({ id }) => Number(id));
    expect(ids).toEqual([...new Set(ids)].sort((id, next) => id - next));
    const { data } = events.findLast(({ data }) => data.id === writes[0]!.id)!;
    expect(data).toEqual((await api(one, user.token).get(`/v1/operations/${data.id}`)).body);
    await Promise.all([here.close(), there.close()]);
  });

  it('go on after the last that the client has had, at any gateway, while writes come: none lost, none twice', async () => {
    const whole = await follow(one);
    let part = await follow(other);
    const had: OperationEvent[] = [];
    for (let round = 0; round < 8; round += 1) {
      const [{ id }] = (await write(3)) as [Operation, Operation, Operation];
      await part.until((events) => events.some(({ data }) => data.id === id));
      await part.close();
      had.push(...part.events);
      part = await follow(round % 2 ? other : one, part.lastEventId);
    }
    const last = idsOf(await write(1));
    await Promise.all([whole.untilOver(...last), part.untilOver(...last)]);
    expect(told([...had, ...part.events])).toEqual(told(whole.events));
    const fromTheBegin = await follow(other, '0');
    await fromTheBegin.untilOver(...last);
    // The registration came before.
    expect(told(fromTheBegin.events.slice(3))).toEqual(told(whole.events));
    await Promise.all([whole.close(), part.close(), fromTheBegin.close()]);
  });

  it('of one operation begin with what it is, end when it is over, and have the ids of all', async () => {
    const all = await follow(one);
    const { id } = await placeOrder(other, user.token);
    const stream = await followOne(id);
    await stream.ended;
    expect(stream.events.at(-1)!.data).toMatchObject({ id, state: 'succeeded' });
    await all.untilOver(id);
    expect(told(all.events).slice(-stream.events.length)).toEqual(told(stream.events));
    const again = await followOne(id);
    await again.ended;
    expect(told(again.events)).toEqual(told(all.events.slice(-1)));
    const rest = await followOne(id, { 'last-event-id': all.events[0]!.id });
    await rest.ended;
    expect(told(rest.events)).toEqual(told(all.events.slice(1)));
    expect((await followOne(id, { 'last-event-id': rest.lastEventId! })).status).toBe(204);
    await all.close();
  });

  it('of one operation are for owner, administrator and holder of its token, and missing for others', async () => {
    const person = { email: `user-${randomUUID()}@example.com`, password: `pass-${randomUUID()}` };
    const answer = await api(one).post('/v1/users', { ...person, firstName: 'Ada', lastName: 'Byron' });
    const { id } = expectStatus(answer, 202);
    const address = `${other}/v1/operations/${id}/events`;
    const holder = await EventStreamClient.open(address, {
      'operation-token': answer.headers.get('operation-token')!,
    });
    await holder.ended;
    expect(holder.events.at(-1)!.data).toMatchObject({ id, state: 'succeeded', actorId: null });
    const statusFor = async (headers: { token?: string } & Record<string, string>): Promise<number> => {
      const { status, ended } = await EventStreamClient.open(address, headers);
      await ended;
      return status;
    };
    expect(await statusFor({ token: await signIn(one, person) })).toBe(200);
    expect(await statusFor({ token: await signIn(one, system.admin) })).toBe(200);
    expect(await statusFor({ token: user.token })).toBe(404);
    expect(await statusFor({ 'operation-token': 'another' })).toBe(401);
    expect(await statusFor({})).toBe(401);
  });

  it('tell of what is withdrawn, put back and tried again', async () => {
    const admin = api(one, await signIn(one, system.admin));
    const lane = `/v1/ops/lanes/${user.id}`;
    const stream = await follow(one);
    expectStatus(await admin.post(`${lane}/pause`, {}), 200);
    const [first, second] = (await write(2)) as [Operation, Operation];
    expectStatus(await api(other, user.token).delete(`/v1/operations/${second.id}`), 200);
    await stream.untilOver(second.id);
    expect(statesOf(stream.events, second.id)).toEqual(['queued', 'cancelled']);
    system.processes.ordering.kill('SIGSTOP');
    expectStatus(await admin.post(`${lane}/resume`, {}), 200);
    await stream.until((events) => events.some(({ data }) => data.state === 'retrying'));
    system.processes.ordering.kill('SIGCONT');
    const events = await stream.untilOver(first.id);
    const states = statesOf(events, first.id);
    expect(states.slice(0, 4)).toEqual(['queued', 'running', 'retrying', 'running']);
    expect(states.at(-1)).toBe('succeeded');
    await stream.close();
  });

  it('end within 5 s of the session, however it ends', async () => {
    const newPassword = `pass-${randomUUID()}`;
    const ends: ((person: Person) => Promise<unknown>)[] = [
      async ({ token }) => api(other, token).delete('/v1/sessions/current'),
      async ({ id, token, password }) => {
        const body = { currentPassword: password, newPassword };
        const { id: operation } = expectStatus(
          await api(one, token).put(`/v1/users/${id}/password`, body),
          202,
        );
        return waitFor(one, token, operation);
      },
      async ({ id, token }) =>
        expectStatus(await api(other, token).delete(`/v1/users/${id}`, { prefer: 'wait=30' }), 204),
    ];
    const people = [];
    for (const end of ends) people.push({ end, person: await register(one) });
    await Promise.all(
      people.map(async ({ end, person }) => {
        const token = await signIn(one, person);
        const stream = await EventStreamClient.open(`${one}/v1/events`, { token });
        // A sign-out ends the session that it is sent with, a changed password all others.
        await end({ ...person, token: end === ends[0] ? token : person.token });
        const since = performance.now();
        await stream.ended;
        expect(performance.now() - since).toBeLessThan(SESSION_END_MS);
        expect(stream.wasCut).toBe(false);
      }),
    );
  });

  it('go on when the connection is lost by which a gateway hears of changes', async () => {
    const stream = await follow(one);
    await system.databases.gateway.query(
      `select pg_terminate_backend(pid) from pg_stat_activity
       where application_name = 'turnpike-endings' and datname = current_database()`,
    );
    const { id } = await placeOrder(one, user.token);
    expect(statesOf(await stream.untilOver(id), id)).toEqual(['queued', 'running', 'succeeded']);
    await stream.close();
  });

  it('are not sent to who asks for the headers alone, whom the gateway survives', async () => {
    const { id } = await placeOrder(one, user.token);
    const headers = { authorization: `Bearer ${user.token}` };
    for (const path of ['/v1/events', `/v1/operations/${id}/events`]) {
      const { status, headers: given } = await fetch(one + path, { method: 'HEAD', headers });
      expect([status, given.get('content-type')]).toEqual([200, 'text/event-stream; charset=utf-8']);
    }
    const stream = await follow(one);
    expect(stream.status).toBe(200);
    await stream.close();
  });

  it('are refused to who has too many, and with an id that is none; one of the future begins now', async () => {
    for (const id of ['', 'x', '-1', '1.5', '9'.repeat(19)]) expect((await follow(one, id)).status).toBe(400);
    const future = await follow(other, '9'.repeat(18));
    const { id } = await placeOrder(one, user.token);
    expect(statesOf(await future.untilOver(id), id)).toEqual(['queued', 'running', 'succeeded']);
    await future.close();
    const streams: EventStreamClient[] = [];
    while (streams.at(-1)?.status !== 429) streams.push(await follow(one));
    expect(streams).toHaveLength(11);
    const answer = await api(one, user.token).get('/v1/events');
    expect(answer).toMatchObject({ status: 429, body: { code: 'rate-limited' } });
    expect(answer.headers.get('retry-after')).not.toBeNull();
    await streams[0]!.close();
    while ((await follow(one)).status !== 200);
    await Promise.all(streams.map((stream) => stream.close()));
  });

  it('end when the gateway stops, and go on elsewhere', async () => {
    const stream = await follow(other);
    const since = performance.now();
    const stopped = system.processes.gateways[1]!.stop();
    await stream.ended;
    expect(performance.now() - since).toBeLessThan(SESSION_END_MS);
    expect(stream.wasCut).toBe(false);
    const { id } = await placeOrder(one, user.token);
    const resumed = await follow(one, stream.lastEventId);
    expect(statesOf(await resumed.untilOver(id), id)).toEqual(['queued', 'running', 'succeeded']);
    expect(await stopped).toBeNull();
    await resumed.close();
  });
});
