import { randomUUID } from 'node:crypto';
import { hash } from '@node-rs/argon2';
import { type Answer, api, expectStatus, type Person, register, WAIT } from './support/client.js';
import { BELIEVES_TESTS, limit, newClient } from './support/clients.js';
import { until } from './support/processes.js';
import { startSystem, type System } from './support/system.js';

const LIMIT = 4;
const ALTOGETHER = 10 * LIMIT;

type Client = Record<string, string>;

describe('signing in', () => {
  let system: System;
  let user: Person;
  beforeAll(async () => {
    const env = { ...BELIEVES_TESTS };
    system = await startSystem({
      gateways: [{ env }, { env, role: 'api' }],
      proxied: ['identity', 'database'],
    });
    await limit(system, { LOGIN_FAILURE_LIMIT: String(LIMIT) });
  });
  beforeEach(async () => {
    // What earlier tests did from this machine is over.
    await system.databases.gateway.query('update rate_windows set ends_at = now()');
    user = await register(system.gatewayUrls[0]!);
    await system.databases.gateway.query('delete from sign_in_places');
  });
  afterAll(() => system?.stop());

  let turn = 0;
  /** To the next of both processes. */
  const url = (): string => system.gatewayUrls[turn++ % 2]!;
  const attempt = (client: Client, email: string, password: string): Promise<Answer> =>
    api(url()).post('/v1/sessions', { email, password }, client);
  const succeed = (client: Client, person = user) => attempt(client, person.email, person.password);
  const fail = (client: Client, email = user.email) => attempt(client, email, 'not the password');

  async function times(count: number, send: () => Promise<Answer>): Promise<number[]> {
    const statuses: number[] = [];
    for (let i = 0; i < count; i++) statuses.push((await send()).status);
    return statuses;
  }
  const failed = (count: number): number[] => Array(count).fill(401) as number[];

  /** As many strangers as it takes, each as often as one may. */
  async function exhaustAccount(email = user.email): Promise<void> {
    for (let i = 0; i < ALTOGETHER / LIMIT; i++) {
      const stranger = newClient();
      expect(await times(LIMIT, () => fail(stranger, email))).toEqual(failed(LIMIT));
    }
  }

  it('may fail so often over all processes, and is then refused with the right password, too', async () => {
    const client = newClient();
    expect(await times(LIMIT, () => fail(client))).toEqual(failed(LIMIT));
    for (const answer of [await succeed(client), await fail(client)]) {
      expect(answer).toMatchObject({ status: 429, body: { code: 'rate-limited' } });
      expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
      expect(Number(answer.headers.get('retry-after'))).toBeLessThanOrEqual(300);
    }
    expect((await succeed(newClient())).status).toBe(201);
  });

  it('is counted whatever the case of the address', async () => {
    const client = newClient();
    for (let i = 0; i < LIMIT; i++) await fail(client, i % 2 ? ` ${user.email}` : user.email.toUpperCase());
    expect((await succeed(client)).status).toBe(429);
  });

  it('is refused in the same way whether or not there is such an account', async () => {
    const answersOf = async (email: string): Promise<object[]> => {
      const client = newClient();
      const answers: object[] = [];
      for (let i = 0; i < LIMIT + 2; i++) {
        const { status, headers, body } = await fail(client, email);
        answers.push({ status, body: { ...body, instance: '' }, names: [...headers.keys()] });
      }
      return answers;
    };
    const deleted = await register(url());
    await api(url(), deleted.token).delete(`/v1/users/${deleted.id}`, WAIT);
    const known = await answersOf(user.email);
    expect(known.at(-1)).toMatchObject({ status: 429 });
    expect(await answersOf(`${randomUUID()}@example.com`)).toEqual(known);
    expect(await answersOf(deleted.email)).toEqual(known);
  });

  it('is forgiven its failures there by a success', async () => {
    const client = newClient();
    for (let i = 0; i < 3; i++) {
      expect(await times(LIMIT - 1, () => fail(client))).toEqual(failed(LIMIT - 1));
      expect((await succeed(client)).status).toBe(201);
    }
  });

  it('is not checked more often than the limit by guesses at once', async () => {
    const client = newClient();
    const answers = await Promise.all(Array.from({ length: 50 }, () => fail(client)));
    const statuses = answers.map(({ status }) => status);
    expect(statuses.filter((status) => status === 401)).toHaveLength(LIMIT);
    expect(statuses.filter((status) => status === 429)).toHaveLength(50 - LIMIT);
  });

  it('succeeds as often at once as somebody likes who knows the password', async () => {
    const client = newClient();
    const answers = await Promise.all(Array.from({ length: 20 }, () => succeed(client)));
    expect(answers.map(({ status }) => status)).toEqual(Array(20).fill(201));
  });

  it('with guesses from many addresses is refused anywhere new, but not where the account was before', async () => {
    const home = newClient();
    expect((await succeed(home)).status).toBe(201);
    await exhaustAccount();
    expect((await fail(newClient())).status).toBe(429);
    expect((await succeed(newClient())).status).toBe(429);
    expect((await succeed(home)).status).toBe(201);
    expect(await times(LIMIT + 1, () => fail(home))).toEqual([...failed(LIMIT), 429]);
  });

  it('was somewhere before for 30 days, and that survives a crash of the database', async () => {
    const home = newClient();
    expect((await succeed(home)).status).toBe(201);
    const { gateway } = system.databases;
    const { rows } = await gateway.query(
      `select relname, relpersistence from pg_class where relname in ('sign_in_places', 'rate_windows') order by 1`,
    );
    expect(rows.map(({ relpersistence }) => relpersistence)).toEqual(['u', 'p']);
    await exhaustAccount();
    await gateway.query(`update sign_in_places set seen_at = now() - interval '29 days'`);
    expect((await succeed(home)).status).toBe(201);
    await gateway.query(`update sign_in_places set seen_at = now() - interval '31 days'`);
    expect((await succeed(home)).status).toBe(429);
  });

  it('refused to strangers does not count, so that they cannot keep an account closed', async () => {
    const stranger = newClient();
    await times(LIMIT + 4, () => fail(stranger));
    const { rows } = await system.databases.gateway.query<{ hits: number }>(
      `select hits from rate_windows where key like 'failures%' and ends_at > now() and hits > 0`,
    );
    expect(rows.map(({ hits }) => hits)).toEqual([LIMIT, LIMIT, LIMIT]);
    expect((await succeed(newClient())).status).toBe(201);
  });

  it('to many accounts from one address is bounded; whoever was there before is let through', async () => {
    const [shared, neighbour] = [newClient(), await register(url())];
    expect((await succeed(shared)).status).toBe(201);
    const guess = () => fail(shared, `${randomUUID()}@example.com`);
    expect(await times(ALTOGETHER, guess)).toEqual(failed(ALTOGETHER));
    expect((await guess()).status).toBe(429);
    expect((await succeed(shared, neighbour)).status).toBe(429);
    expect((await succeed(shared)).status).toBe(201);
    expect((await succeed(newClient(), neighbour)).status).toBe(201);
  });

  it('counts a wrong current password, and a success there forgives, too', async () => {
    const client = newClient();
    const change = (currentPassword: string, newPassword: string) =>
      api(url(), user.token).put(`/v1/users/${user.id}/password`, { currentPassword, newPassword }, client);
    const fresh = `pass-${randomUUID()}`;
    expect(await times(LIMIT, () => change('not the password', fresh))).toEqual(failed(LIMIT));
    expect((await change(user.password, fresh)).status).toBe(429);
    expect((await succeed(client)).status).toBe(429);
    await system.databases.gateway.query('update rate_windows set ends_at = now()');
    const other = newClient();
    await times(LIMIT - 1, () => fail(other));
    const changed = await api(url(), user.token).put(
      `/v1/users/${user.id}/password`,
      { currentPassword: user.password, newPassword: fresh },
      { ...other, ...WAIT },
    );
    expect(changed.status).toBe(200);
    expect(await times(LIMIT - 1, () => fail(other))).toEqual(failed(LIMIT - 1));
    expect((await attempt(other, user.email, fresh)).status).toBe(201);
  });

  it('counts a registration that comes again with another password, which is the price of a guess', async () => {
    const [client, key] = [newClient(), { 'idempotency-key': randomUUID() }];
    const person = { email: user.email, password: user.password, firstName: 'Grace', lastName: 'Hopper' };
    const fresh = { ...person, email: `user-${randomUUID()}@example.com` };
    const send = (password: string, from = client) =>
      api(url()).post('/v1/users', { ...fresh, password }, { ...key, ...from, ...WAIT });
    expect((await send(fresh.password)).status).toBe(201);
    const wrong = () => send(`pass-${randomUUID()}`);
    expect(await times(LIMIT, wrong)).toEqual(Array(LIMIT).fill(422));
    for (const answer of [await wrong(), await send(fresh.password)])
      expect(answer).toMatchObject({ status: 429, body: { code: 'rate-limited' } });
    expect((await attempt(client, fresh.email, fresh.password)).status).toBe(429);
    const elsewhere = await send(fresh.password, newClient());
    expect(elsewhere.status).toBe(201);
    expect(elsewhere.headers.get('idempotency-replayed')).toBe('true');
  });

  it('is forgiven nothing by the registration with its address that a stranger sends again and again', async () => {
    const [client, key] = [newClient(), { 'idempotency-key': randomUUID() }];
    const person = { email: user.email, password: `pass-${randomUUID()}`, firstName: 'M', lastName: 'X' };
    const replay = () => api(url()).post('/v1/users', person, { ...key, ...client });
    expectStatus(await replay(), 202);
    expect(await times(LIMIT - 1, () => fail(client))).toEqual(failed(LIMIT - 1));
    const again = await replay();
    expect([again.status, again.headers.get('idempotency-replayed')]).toEqual([202, 'true']);
    expect(await times(2, () => fail(client))).toEqual([401, 429]);
    expect((await system.databases.gateway.query('select from sign_in_places')).rowCount).toBe(0);
  });

  it('counts a change of password that comes again with another new one', async () => {
    const [client, key] = [newClient(), { 'idempotency-key': randomUUID() }];
    const change = (newPassword: string, currentPassword = user.password) =>
      api(url(), user.token).put(
        `/v1/users/${user.id}/password`,
        { currentPassword, newPassword },
        { ...key, ...client, ...WAIT },
      );
    const fresh = `pass-${randomUUID()}`;
    expect((await change(fresh)).status).toBe(200);
    expect((await change(fresh)).headers.get('idempotency-replayed')).toBe('true');
    const wrong = () => change(`pass-${randomUUID()}`);
    expect(await times(LIMIT, wrong)).toEqual(Array(LIMIT).fill(422));
    expect((await change(fresh)).status).toBe(429);
  });

  it('counts the password that confirms a change of address', async () => {
    const client = newClient();
    const body = { email: `new-${randomUUID()}@example.com`, currentPassword: 'not the password' };
    const confirm = () => api(url(), user.token).patch(`/v1/users/${user.id}`, body, client);
    expect(await times(LIMIT, confirm)).toEqual(failed(LIMIT));
    expect((await confirm()).status).toBe(429);
    expect((await succeed(client)).status).toBe(429);
  });

  it('from where the account was before is not kept waiting by guesses from 300 other networks', async () => {
    const home = newClient();
    expect((await succeed(home)).status).toBe(201);
    let checked = 0;
    const attack = Promise.all(
      Array.from({ length: 300 }, async () => {
        const { status } = await fail(newClient(), `${randomUUID()}@example.com`);
        if (status === 401) checked += 1;
        return status;
      }),
    );
    // All of them are counted, and wait for their passwords to be looked at.
    await until(async () => {
      const { rows } = await system.databases.gateway.query<{ places: number }>(
        `select count(*)::integer as places from rate_windows
         where key like 'failures of place %' and ends_at > now()`,
      );
      return rows[0]!.places > 290;
    });
    const before = checked;
    expect((await succeed(home)).status).toBe(201);
    expect(checked - before).toBeLessThan(100);
    // Whoever waits too long is told to come again.
    for (const status of new Set(await attack)) expect([401, 503]).toContain(status);
  });

  it('does not count where the new password is refused and the present one was not looked at', async () => {
    const client = newClient();
    const body = { currentPassword: 'not the password', newPassword: 'password1234' };
    const change = () => api(url(), user.token).put(`/v1/users/${user.id}/password`, body, client);
    expect(await times(LIMIT + 1, change)).toEqual(Array(LIMIT + 1).fill(400));
    expect((await succeed(client)).status).toBe(201);
  });

  it('does not count where identity could not answer', async () => {
    const client = newClient();
    await system.proxies.identity!.down();
    const statuses = await times(LIMIT + 2, () => fail(client));
    await system.proxies.identity!.up();
    expect(statuses).toEqual(Array(LIMIT + 2).fill(503));
    expect((await succeed(client)).status).toBe(201);
  });

  it('waits while failures cannot be counted: nobody could be stopped from guessing', async () => {
    await system.proxies.database!.down();
    const statuses = await times(3, () => fail(newClient()));
    await system.proxies.database!.up();
    await Promise.all(system.processes.gateways.map((gateway) => gateway.becomesReady()));
    expect(statuses).toEqual([503, 503, 503]);
    while ((await succeed(newClient())).status !== 201);
  });

  it('leaves neither e-mail nor address where it is counted', async () => {
    const client = newClient();
    await fail(client);
    await succeed(client);
    const { rows } = await system.databases.gateway.query<{ text: string }>(
      `select coalesce(string_agg(t::text, ' '), '') as text from
         (select w::text from rate_windows w union all select p::text from sign_in_places p) t`,
    );
    expect(rows[0]!.text.length).toBeGreaterThan(100);
    for (const plain of [user.email, 'example.com', client['x-forwarded-for']!, '127.0.0.1']) {
      expect(rows[0]!.text).not.toContain(plain);
    }
  });

  it('of an administrator who is still to come may be asked for until it works', async () => {
    const admin = { email: `admin-${randomUUID()}@example.com`, password: `pass-${randomUUID()}` };
    const gateway = system.processes.gateways[0]!;
    const before = { ...gateway.env };
    const client = newClient();
    const ask = () => api(gateway.url).post('/v1/sessions', admin, client);
    // Without a worker the registration waits.
    const made = { ADMIN_EMAIL: admin.email, ADMIN_PASSWORD: admin.password };
    await system.databases.identity.query(`update users set roles = '{}'`);
    await system.databases.gateway.query('delete from first_administrator');
    Object.assign(gateway.env, made, { GATEWAY_ROLE: 'api' });
    await gateway.stop();
    gateway.start();
    await until(() =>
      fetch(`${gateway.url}/health/live`).then(
        ({ ok }) => ok,
        () => false,
      ),
    );
    expect(await times(LIMIT + 3, ask)).toEqual(Array(LIMIT + 3).fill(503));
    gateway.env.GATEWAY_ROLE = before.GATEWAY_ROLE!;
    await system.restart(gateway);
    expectStatus(await ask(), 201);
    Object.assign(gateway.env, before);
  });
});

/** How many of 200 answers, one of each kind in each round, are compared. */
const ROUNDS = 200;

describe('a password', () => {
  let system: System;
  beforeAll(async () => {
    system = await startSystem();
  });
  afterAll(() => system?.stop());

  const hashOf = async ({ id }: Person): Promise<string> => {
    const { rows } = await system.databases.identity.query<{ hash: string }>(
      'select hash from credentials join users on users.credential_id = credentials.id where users.id = $1',
      [id],
    );
    return rows[0]!.hash;
  };
  const setHash = (person: Person, hashed: string) =>
    system.databases.identity.query(
      'update credentials set hash = $2 where id = (select credential_id from users where id = $1)',
      [person.id, hashed],
    );
  const signIn = (email: string, password: string) =>
    api(system.gatewayUrls[0]!).post('/v1/sessions', { email, password });

  it('has a hash of the strength that OWASP recommends', async () => {
    const user = await register(system.gatewayUrls[0]!);
    expect(await hashOf(user)).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
  });

  it('with a weaker hash has it made anew by a sign-in, and only by one that succeeds', async () => {
    const user = await register(system.gatewayUrls[0]!);
    const weak = await hash(user.password, { memoryCost: 8192, timeCost: 1, parallelism: 1 });
    await setHash(user, weak);
    expect((await signIn(user.email, 'not the password')).status).toBe(401);
    expect(await hashOf(user)).toBe(weak);
    expect((await signIn(user.email, user.password)).status).toBe(201);
    const strong = await hashOf(user);
    expect(strong).toContain('m=19456,t=2,p=1');
    expect((await signIn(user.email, user.password)).status).toBe(201);
    expect(await hashOf(user)).toBe(strong);
  });

  it('with a hash that cannot be made anew keeps nobody from signing in', async () => {
    const user = await register(system.gatewayUrls[0]!);
    const weak = await hash(user.password, { memoryCost: 8192, timeCost: 1, parallelism: 1 });
    await setHash(user, weak);
    const { identity } = system.databases;
    await identity.query(
      `alter table credentials add constraint stays check (hash like '%m=8192%') not valid`,
    );
    expect((await signIn(user.email, user.password)).status).toBe(201);
    await identity.query('alter table credentials drop constraint stays');
    expect(await hashOf(user)).toBe(weak);
  });

  it('that is refused does not tell by its time whether there is, was or never was such an account', async () => {
    const url = system.gatewayUrls[0]!;
    const [known, deleted] = [await register(url), await register(url)];
    expectStatus(await api(url, deleted.token).delete(`/v1/users/${deleted.id}`, WAIT), 204);
    const emails = {
      known: () => known.email,
      unknown: () => `${randomUUID()}@example.com`,
      deleted: () => deleted.email,
    };
    const times = { known: [] as number[], unknown: [] as number[], deleted: [] as number[] };
    const kinds = Object.keys(times) as (keyof typeof times)[];
    for (let round = 0; round < ROUNDS; round++) {
      for (const kind of shuffled(kinds)) {
        const login = { email: emails[kind](), password: `pass-${randomUUID()}` };
        const startedAt = performance.now();
        const { status } = await api(url).post('/v1/sessions', login);
        times[kind].push(performance.now() - startedAt);
        expect(status).toBe(401);
      }
    }
    for (const kind of ['unknown', 'deleted'] as const) {
      const separation = areaUnderCurve(times[kind], times.known);
      expect(separation).toBeGreaterThan(0.4);
      expect(separation).toBeLessThan(0.6);
    }
  }, 120_000);
});

/** How often one of the first is longer than one of the second: 0.5 where nobody could tell them apart. */
function areaUnderCurve(first: readonly number[], second: readonly number[]): number {
  const longer = first.flatMap((a) => second.map((b): number => (a > b ? 1 : a === b ? 0.5 : 0)));
  return longer.reduce((sum, value) => sum + value, 0) / longer.length;
}

function shuffled<Item>(items: readonly Item[]): Item[] {
  return items
    .map((item) => ({ item, place: Math.random() }))
    .sort((a, b) => a.place - b.place)
    .map(({ item }) => item);
}
