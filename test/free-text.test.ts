// What people type is personal, wherever they type it: after the purge it is in no column of any database. The fields
// are those of the description of the interface, so that a new one is planted here, or said to be no free text.
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
import { tablesWithText } from './support/databases.js';
import { freeTextFields } from './support/free-text.js';
import { pause } from './support/processes.js';
import { startSystem, type System } from './support/system.js';

const CANARY = 'canary5521';
const ADDRESS = {
  name: CANARY,
  line1: CANARY,
  line2: CANARY,
  city: CANARY,
  postalCode: CANARY,
  country: 'AT',
};
const LINES = [{ ...LINE, name: `tea for ${CANARY}` }];

/** What is typed there is about no user, or is not stored, or is a fact of the order that stays. */
const NOT_PERSONAL = [
  ...['POST /v1/orders lines.sku', 'PATCH /v1/orders/{id} lines.sku'],
  // Secrets, which are in secrets.test.ts.
  ...[
    'POST /v1/users password',
    'PUT /v1/users/{id}/password currentPassword',
    'PUT /v1/users/{id}/password newPassword',
    'PATCH /v1/users/{id} currentPassword',
    'DELETE /v1/users/{id} currentPassword',
    'DELETE /v1/users/{id}/sessions currentPassword',
  ],
  ...['POST /v1/sessions password', 'POST /v1/sessions/refresh refreshToken'],
  // Times.
  ...['POST /v1/ops/bulk filter.from', 'POST /v1/ops/bulk filter.to'],
  ...['POST /v1/ops/webhooks/{id}/replay from', 'POST /v1/ops/webhooks/{id}/replay to'],
];

/** Settings of the installation, and why they were changed: about no user, and kept for longer than any. */
const SETTINGS = /^\w+ \/v1\/ops\/webhooks\b/;

describe('what people type', () => {
  let system: System;
  let url: string;
  let admin: Api;
  let user: Person;
  let me: Api;
  let other: Person;
  const planted = new Set<string>();

  beforeAll(async () => {
    system = await startSystem({ billing: true, env: { DELETION_GRACE_MS: '500', LOG_LEVEL: 'debug' } });
    url = system.gatewayUrls[0]!;
    admin = api(url, await signIn(url, system.admin));
    [user, other] = [await register(url, { firstName: CANARY }), await register(url)];
    me = api(url, user.token);
  }, 120_000);
  afterAll(() => system?.stop());

  it('is in no column of any database after the purge', async () => {
    await plantInResources();
    await plantInOrders();
    await plantByOperators();
    const found = await search();
    expect(found).toEqual(
      expect.arrayContaining(['gateway.audit', 'gateway.bulk_runs', 'ordering.orders', 'billing.invoices']),
    );
    expectStatus(await admin.delete(`/v1/users/${user.id}`, WAIT), 204);
    const { result } = await purged();
    expect(await search()).toEqual([]);
    const erased = (relation: string): number =>
      result.erasures.find((one) => one.relation === relation)!.erased;
    expect(erased('gateway.bulk_runs')).toBe(1);
    expect(erased('gateway.lanes')).toBe(1);
    expect(erased('gateway.audit')).toBeGreaterThan(4);
  }, 90_000);

  it('is nowhere either where an operator types it after the purge', async () => {
    const reason = { reason: `${CANARY} is gone` };
    const [operation] = (
      await system.databases.gateway.query<{ id: string }>(
        'select id from operations where user_id = $1 limit 1',
        [user.id],
      )
    ).rows;
    const acts = [
      ...['pause', 'resume', 'release'].map((act) => `/v1/ops/lanes/${user.id}/${act}`),
      ...['reveal', 'cancel', 'retry'].map((act) => `/v1/ops/operations/${operation!.id}/${act}`),
      `/v1/ops/audit/${await entryOf(user.id)}/reveal`,
    ];
    const statuses: number[] = [];
    for (const act of [...acts, acts[0]!]) statuses.push((await admin.post(act, reason)).status);
    expect(statuses.filter((status) => status < 300).length).toBeGreaterThan(2);
    expect(await search()).toEqual([]);
  });

  it('was planted in every field in which people may type what they like', async () => {
    const document = (await (await fetch(`${url}/openapi.json`)).json()) as object;
    const fields = freeTextFields(document).filter(
      (field) => !NOT_PERSONAL.includes(field) && !SETTINGS.test(field),
    );
    expect(fields.length).toBeGreaterThan(25);
    expect(fields.filter((field) => !planted.has(field))).toEqual([]);
  });

  /** Sends a body, and notes in which fields of which route the canary stands. */
  async function plant(
    by: Api,
    method: 'post' | 'put' | 'patch',
    route: string,
    body: object,
    ids = '',
  ): Promise<any> {
    for (const field of fieldsWithCanary(body)) planted.add(`${method.toUpperCase()} ${route} ${field}`);
    const answer = await by[method](route.replace(/\{\w+\}/, ids), body, WAIT);
    if (answer.status >= 300)
      throw new Error(`${method} ${route}: ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer.body;
  }

  async function plantInResources(): Promise<void> {
    const person = { firstName: CANARY, lastName: CANARY, email: `${CANARY}@example.com` };
    const before = { ...person, email: `${CANARY}-b@example.com`, password: `pass-${user.id}` };
    await plant(api(url), 'post', '/v1/users', before);
    await plant(me, 'patch', '/v1/users/{id}', person, user.id);
    await plant(admin, 'put', '/v1/users/{id}/claims', { claims: { note: CANARY } }, user.id);
    planted.add('POST /v1/sessions email');
    const login = { email: `${CANARY}@example.com`, password: `not-${user.password}` };
    expect((await api(url).post('/v1/sessions', login)).status).toBe(401);
    const customer = { phone: CANARY, deliveryAddress: ADDRESS };
    await plant(me, 'put', '/v1/customers/{userId}', customer, user.id);
  }

  async function plantInOrders(): Promise<void> {
    const order = { lines: LINES, deliveryAddress: ADDRESS, reference: CANARY };
    const { id } = await plant(me, 'post', '/v1/orders', order);
    await plant(me, 'patch', '/v1/orders/{id}', { lines: LINES, deliveryAddress: ADDRESS }, id);
    await plant(me, 'post', '/v1/orders/{id}/pay', { paymentReference: CANARY }, id);
    await plant(me, 'post', '/v1/orders/{id}/invoice', { billTo: ADDRESS }, id);
    await plant(admin, 'post', '/v1/orders/{id}/invoice/void', { reason: CANARY }, id);
    await plant(admin, 'post', '/v1/orders/{id}/ship', { trackingNumber: CANARY }, id);
    const { id: cancelled } = await plant(me, 'post', '/v1/orders', order);
    await plant(me, 'post', '/v1/orders/{id}/cancel', { reason: CANARY }, cancelled);
    const failed = await me.post('/v1/orders/' + cancelled + '/pay', { paymentReference: CANARY }, WAIT);
    expect(failed.status).toBe(409);
    const retry = '/v1/ops/operations/{id}/retry';
    await plant(admin, 'post', retry, { reason: CANARY }, failed.headers.get('operation-id')!);
  }

  async function plantByOperators(): Promise<void> {
    const reason = { reason: `${CANARY} has asked for it` };
    const reasons = [
      [user.id, reason],
      [other.id, { reason: 'a look at it' }],
    ] as const;
    for (const [userId, why] of reasons)
      await plant(admin, 'post', '/v1/ops/lanes/{userId}/pause', why, userId);
    const { id } = expectStatus(await me.post<Operation>('/v1/orders', { lines: [LINE] }), 202);
    await plant(admin, 'post', '/v1/ops/operations/{id}/cancel', reason, id);
    // A run over the writes of both: each entry has the reason.
    for (const { token } of [user, other])
      expectStatus(await api(url, token).post('/v1/orders', { lines: [LINE] }), 202);
    const filter = { state: 'queued', kind: 'order.place' };
    const run = await plant(admin, 'post', '/v1/ops/bulk', {
      action: 'cancel',
      filter,
      reason: `${CANARY}, too`,
    });
    while ((await admin.get(`/v1/ops/bulk/${run.id}`)).body.state === 'running') await pause(50);
    for (const [id, why] of reasons) await plant(admin, 'post', '/v1/ops/lanes/{userId}/resume', why, id);
    await plant(admin, 'post', '/v1/ops/operations/{id}/reveal', reason, id);
    await plant(admin, 'post', '/v1/ops/audit/{id}/reveal', reason, await entryOf(user.id));
    await system.databases.gateway.query(
      `update lanes set execution = 'halted', paused_at = now(), reason = $2 where user_id = $1`,
      [user.id, CANARY],
    );
    await plant(admin, 'post', '/v1/ops/lanes/{userId}/release', reason, user.id);
    for (const act of ['suspend', 'reinstate', 'suspend'])
      await plant(admin, 'post', `/v1/ops/users/{id}/${act}`, reason, user.id);
    // As it stands where a lane was halted once more, and released by hand.
    await system.databases.gateway.query('update lanes set reason = $2 where user_id = $1', [
      user.id,
      CANARY,
    ]);
  }

  /** @returns an entry of the audit trail about the user */
  async function entryOf(userId: string): Promise<string> {
    const { items } = expectStatus(
      await admin.get(`/v1/ops/audit?userId=${userId}&reads=false&limit=1`),
      200,
    );
    return items[0].id as string;
  }

  async function search(): Promise<string[]> {
    const { billing, identity, ordering, gateways } = system.processes;
    const tables = Object.entries(system.databases).map(([name, pool]) => tablesWithText(name, pool, CANARY));
    const logs = [billing!, identity, ordering, ...gateways].filter((one) => one.output().includes(CANARY));
    return [...(await Promise.all(tables)).flat(), ...logs.map(({ project }) => `log of ${project}`)];
  }

  /** @returns the purge, when it has succeeded; also of the one who was registered with the same text */
  async function purged(): Promise<{ result: { erasures: { relation: string; erased: number }[] } }> {
    const { rows } = await system.databases.identity.query<{ id: string }>(
      'select id from users where email like $1',
      [`${CANARY}-b@%`],
    );
    expectStatus(await admin.delete(`/v1/users/${rows[0]!.id}`, WAIT), 204);
    const ends = [user.id, rows[0]!.id].map(async (userId) => {
      while ((await admin.get(`/v1/users/${userId}`)).status !== 410) await pause(100);
      const purge = await system.databases.gateway.query<{ id: string }>(
        `select id from operations where user_id = $1 and kind = 'user.purge'`,
        [userId],
      );
      const { body } = await admin.get(`/v1/operations/${purge.rows[0]!.id}`, WAIT);
      expect(body.state).toBe('succeeded');
      return body;
    });
    return (await Promise.all(ends))[0]!;
  }
});

function fieldsWithCanary(value: unknown, path = ''): string[] {
  if (typeof value === 'string') return value.includes(CANARY) ? [path] : [];
  if (Array.isArray(value)) return value.flatMap((item) => fieldsWithCanary(item, path));
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, member]) =>
    fieldsWithCanary(member, path ? `${path}.${name}` : name),
  );
}
