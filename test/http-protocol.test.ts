import { randomUUID } from 'node:crypto';
import { api, type Answer, LINE, register, signIn, WAIT } from './support/client.js';
import { startSystem, type System } from './support/system.js';

const MAX_BODY = 256 * 1024;
const JSON_TYPE = 'application/json';

/** Every code of the contract, by its status. */
const CODES: Record<string, string> = {
  400: 'invalid-request invalid-json',
  401: 'unauthenticated invalid-credentials',
  403: 'forbidden',
  404: 'not-found',
  405: 'method-not-allowed',
  409:
    'email-taken order-state-conflict user-deleting user-not-deleted deletion-restricted ' +
    'operation-not-cancellable operation-pending',
  410: 'user-deleted',
  412: 'version-conflict',
  413: 'payload-too-large',
  415: 'unsupported-media-type',
  422: 'idempotency-key-reused',
  429: 'rate-limited lane-full',
  503: 'unavailable',
  504: 'deadline-exceeded',
};

const nested = (depth: number): string => '{"a":'.repeat(depth) + '1' + '}'.repeat(depth);
const ORDER = JSON.stringify({ lines: [LINE] });

const BODIES: [what: string, body: string | Uint8Array, code: string][] = [
  ['nothing', '', 'invalid-request'],
  ['half an object', '{"lines":', 'invalid-json'],
  ['a comment', `${ORDER} // please`, 'invalid-json'],
  ['two objects', ORDER + ORDER, 'invalid-json'],
  ['bytes that are not UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]), 'invalid-json'],
  ['UTF-16', Buffer.from(ORDER, 'utf16le'), 'invalid-json'],
  ['__proto__', '{"__proto__": {"lines": []}}', 'invalid-json'],
  ['__proto__ with an escape', '{"__pr\\u006fto__": {"lines": []}}', 'invalid-json'],
  ['a constructor with a prototype', '{"constructor": {"prototype": {"a": 1}}}', 'invalid-json'],
  ['a constructor', '{"constructor": 1}', 'invalid-request'],
  ['a list', `[${ORDER}]`, 'invalid-request'],
  ['a string', '"lines"', 'invalid-request'],
  ['a number', '7', 'invalid-request'],
  ['true', 'true', 'invalid-request'],
  ['null', 'null', 'invalid-request'],
  ['U+0000 in a string', ORDER.replace('Tea', 'T\\u0000a'), 'invalid-request'],
  ['U+0000 in a key', '{"a\\u0000": 1}', 'invalid-request'],
  ['half a surrogate pair', ORDER.replace('Tea', '\\ud83d'), 'invalid-request'],
  ['a surrogate pair the wrong way round', ORDER.replace('Tea', '\\ude82\\ud83d'), 'invalid-request'],
  ['a member twice', '{"lines":[],"lines":[]}', 'invalid-json'],
  [
    'a member twice with the same value',
    ORDER.replace('"lines"', '"reference":"a","reference":"a","lines"'),
    'invalid-json',
  ],
  [
    'a member twice, once with an escape',
    ORDER.replace('"lines"', '"\\u006cines":[],"lines"'),
    'invalid-json',
  ],
  ['a member twice deep within', ORDER.replace('"amount"', '"amount":1,"amount"'), 'invalid-json'],
  ['a number that no double holds', ORDER.replace('450', '1e400'), 'invalid-request'],
  ['a number that no double holds, below', ORDER.replace('450', '-1e400'), 'invalid-request'],
  ['an integer that is not exact', ORDER.replace('450', '9007199254740993'), 'invalid-request'],
  ['money as a decimal', ORDER.replace('450', '4.5'), 'invalid-request'],
  ['money as text', ORDER.replace('450', '"450"'), 'invalid-request'],
  [
    '2,001 values',
    `{"a":[${Array(15)
      .fill(`[${Array(140).fill(1).join()}]`)
      .join()}]}`,
    'invalid-request',
  ],
  ['201 items', `{"a":[${Array(201).fill(1).join()}]}`, 'invalid-request'],
  ['4,097 characters', `{"a":"${'x'.repeat(4097)}"}`, 'invalid-request'],
  ['a name of 4,097 characters', `{"${'x'.repeat(4097)}":1}`, 'invalid-request'],
  ['21 objects in each other', nested(21), 'invalid-request'],
  [
    'more brackets than any stack holds',
    '{"lines":' + '['.repeat(100_000) + ']'.repeat(100_000) + '}',
    'invalid-request',
  ],
];

const TYPES = [
  'text/plain',
  'application/x-www-form-urlencoded',
  'multipart/form-data; boundary=x',
  'application/xml',
  '',
];

/** The method, the path, and the status that answer a request with nothing else wrong with it. */
const QUERIES: [path: string, what: string][] = [
  ['/v1/orders?limit=0', 'a limit of 0'],
  ['/v1/orders?limit=201', 'a limit of 201'],
  ['/v1/orders?limit=-1', 'a negative limit'],
  ['/v1/orders?limit=1.5', 'half a limit'],
  ['/v1/orders?limit=many', 'a limit that is no number'],
  ['/v1/orders?limit=', 'an empty limit'],
  ['/v1/orders?limit=1&limit=2', 'two limits'],
  ['/v1/orders?status=lost', 'an unknown status'],
  ['/v1/orders?userId=me', 'a user that is no id'],
  ['/v1/orders?state=placed', 'an unknown filter'],
  ['/v1/orders?toString=1', 'a filter named like a method of objects'],
  ['/v1/orders?cursor=abc', 'a cursor that is none'],
  ['/v1/orders?cursor=', 'an empty cursor'],
  [`/v1/orders?cursor=${cursorOf('2026-01-01T00:00:00.000Z', '-'.repeat(36))}`, 'a cursor without an id'],
  [`/v1/orders?cursor=${cursorOf('2026-99-01T00:00:00.000Z', randomUUID())}`, 'a cursor without a time'],
  ['/v1/operations?state=done', 'an unknown state'],
  ['/v1/operations?state=queued&state=failed', 'two states'],
  ['/v1/operations?kind=order.steal', 'an unknown kind'],
  ['/v1/operations?userId=1', 'an unknown filter'],
  ['/v1/operations?cursor=abc', 'a cursor that is none'],
  ['/v1/operations?cursor=', 'an empty cursor'],
  [`/v1/operations?cursor=${cursorOf('-'.repeat(36))}`, 'a cursor without an id'],
  ['/v1/users?cursor=abc', 'a cursor that is none'],
  [`/v1/users?cursor=${cursorOf('-'.repeat(36))}`, 'a cursor without an id'],
  ['/v1/users?search=a&search=b', 'two searches'],
  [`/v1/users?search=${'x'.repeat(201)}`, 'a search of 201 characters'],
  ['/v1/users?search=%00', 'U+0000'],
  ['/v1/users?email=a', 'an unknown filter'],
];

describe('the protocol', () => {
  let system: System;
  let url: string;
  let token: string;
  beforeAll(async () => {
    system = await startSystem();
    url = system.gatewayUrls[0]!;
    token = await signIn(url, system.admin);
  });
  afterAll(() => system?.stop());

  async function send(
    method: string,
    path: string,
    { body, type = JSON_TYPE }: { body?: string | Uint8Array; type?: string } = {},
  ): Promise<Answer> {
    const headers = { authorization: `Bearer ${token}`, ...(type && { 'content-type': type }) };
    // A blob without a type keeps fetch from inventing one.
    const content = body === undefined ? undefined : new Blob([body]);
    const answer = await fetch(url + path, { method, headers, body: content, redirect: 'manual' });
    const text = await answer.text();
    return { status: answer.status, headers: answer.headers, body: text && JSON.parse(text) };
  }

  it.each(BODIES)('refuses a body of %s', async (_what, body, code) => {
    expectProblem(await send('POST', '/v1/orders', { body }), 400, code);
  });

  it.each(TYPES)('refuses a body of the type "%s"', async (type) => {
    expectProblem(await send('POST', '/v1/orders', { body: ORDER, type }), 415, 'unsupported-media-type');
  });

  it.each(['gzip', 'br', 'identity, gzip'])(
    'refuses a body in the coding "%s", unpacked by nobody',
    async (coding) => {
      const answer = await fetch(`${url}/v1/orders`, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${token}`,
          'content-type': JSON_TYPE,
          'content-encoding': coding,
        },
        body: ORDER,
      });
      expect([answer.status, await answer.json()]).toMatchObject([415, { code: 'unsupported-media-type' }]);
    },
  );

  it('takes JSON with a charset, a byte order mark, or in capitals', async () => {
    expect(
      (await send('POST', '/v1/orders', { body: ORDER, type: `${JSON_TYPE}; charset=utf-8` })).status,
    ).toBe(202);
    expect((await send('POST', '/v1/orders', { body: `\ufeff${ORDER}` })).status).toBe(202);
    expect((await send('POST', '/v1/orders', { body: ORDER, type: 'Application/JSON' })).status).toBe(202);
  });

  it('takes colons and quotes in strings, one name in two objects, and other ways to write an integer', async () => {
    const reference = JSON.stringify('a: "b": \\"c\\": {"d":1}');
    const body = ORDER.replace('"lines"', `"reference":${reference},"lines"`);
    for (const amount of ['450', '450.0', '4.5e2', '-0']) {
      expect((await send('POST', '/v1/orders', { body: body.replace('450', amount) })).status).toBe(202);
    }
  });

  it.each(['1e400', '-1e400', '9007199254740993', '1e300'])(
    'refuses %s where any number is allowed',
    async (number) => {
      const { id } = await register(url);
      const body = `{"claims":{"level":${number}}}`;
      const answer = await send('PUT', `/v1/users/${id}/claims`, { body });
      expectProblem(answer, 400, 'invalid-request');
      expect(answer.body.errors[0].path).toBe('claims.level');
    },
  );

  it('repeats nothing of a body that it cannot read', async () => {
    const answer = await send('POST', '/v1/sessions', { body: '{"password": hunter2}' });
    expectProblem(answer, 400, 'invalid-json');
    expect(JSON.stringify(answer.body)).not.toContain('hunter2');
  });

  it('takes a body of 256 KiB and refuses one of a byte more, announced or in chunks', async () => {
    expect((await send('POST', '/v1/orders', { body: ORDER.padEnd(MAX_BODY) })).status).toBe(202);
    const tooLarge = ORDER.padEnd(MAX_BODY + 1);
    expectProblem(await send('POST', '/v1/orders', { body: tooLarge }), 413, 'payload-too-large');
    const chunked = await fetch(`${url}/v1/orders`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': JSON_TYPE },
      body: new Blob([tooLarge]).stream(),
      duplex: 'half',
    });
    expect(chunked.status).toBe(413);
    await chunked.body?.cancel();
  });

  it.each(QUERIES)('refuses %s: %s', async (path) => {
    const answer = await send('GET', path, { type: '' });
    expectProblem(answer, 400, 'invalid-request');
    expect(answer.body.errors[0].path).toBe(/[?]([a-zA-Z]+)=/.exec(path)?.[1]);
  });

  it.each(['/v1/users/x?pending=later', '/v1/users/x?force=true'])('refuses to delete %s', async (path) => {
    const { id } = await register(url);
    expectProblem(await send('DELETE', path.replace('x', id), { type: '' }), 400, 'invalid-request');
    expect((await send('GET', `/v1/users/${id}`, { type: '' })).body.state).toBe('active');
  });

  it.each([
    '/nothing',
    '/v1',
    '/v2/users',
    '/v1/users/',
    '/v1//users',
    '/V1/users',
    '/internal/users',
    '/internal/steps/settle',
    '/v1/users/not-a-uuid',
    `/v1/users/${randomUUID()}x`,
    `/v1/users/${'a'.repeat(300)}`,
    `/v1/orders/${randomUUID()}/steal`,
    '/v1/operations/1',
    '/v1/users/%00',
    '/v1/users/%zz',
    '/v1/users/%ff',
    '/%',
    '/problems/nothing',
    '/problems/__proto__',
  ])('has nothing at %s', async (path) => {
    expectProblem(await send('GET', path, { type: '' }), 404, 'not-found');
  });

  it('answers a method that a path does not know with those that it knows', async () => {
    const { paths } = await openapi();
    for (const [path, item] of Object.entries(paths)) {
      const known = Object.keys(item).map((method) => method.toUpperCase());
      const allowed = new Set([...known, ...(known.includes('GET') ? ['HEAD'] : [])]);
      for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'].filter(
        (m) => !allowed.has(m),
      )) {
        const answer = await send(method, path.replaceAll(/\{\w+\}/g, randomUUID()), { type: '' });
        expectProblem(answer, 405, 'method-not-allowed');
        expect(new Set(answer.headers.get('allow')?.split(', '))).toEqual(allowed);
      }
    }
  });

  it('has a page for every code, which says what to do', async () => {
    const index = await (await fetch(`${url}/problems`)).text();
    for (const [status, codes] of Object.entries(CODES)) {
      for (const code of codes.split(' ')) {
        const page = await fetch(`${url}/problems/${code}`);
        expect(page.status).toBe(200);
        expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8');
        const html = await page.text();
        expect(html).toContain(`<code>${code}</code>`);
        expect(html).toContain(`status ${status}`);
        expect(index).toContain(`href="problems/${code}"`);
      }
    }
  });

  it('gives every answer an id of its own, whatever the client calls its request', async () => {
    const ask = () => api(url, token).get('/v1/me', { 'x-request-id': 'mine' });
    const ids = [await ask(), await ask()].map(({ headers }) => headers.get('x-request-id'));
    for (const id of ids) expect(id).toMatch(/^[0-9a-f-]{36}$/);
    expect(new Set(ids).size).toBe(2);
  });

  it('has no body for a 204 and a 304, and the same headers for HEAD as for GET', async () => {
    const user = await register(url);
    const path = `/v1/users/${user.id}`;
    const got = await send('GET', path, { type: '' });
    const head = await fetch(url + path, { method: 'HEAD', headers: { authorization: `Bearer ${token}` } });
    expect(head.status).toBe(200);
    expect(head.headers.get('etag')).toBe(got.headers.get('etag'));
    const same = await api(url, token).get(path, { 'if-none-match': got.headers.get('etag')! });
    expect(same).toMatchObject({ status: 304, body: undefined });
    expect(await api(url, token).delete(path, WAIT)).toMatchObject({ status: 204, body: undefined });
  });

  async function openapi(): Promise<{ paths: Record<string, object> }> {
    return (await (await fetch(`${url}/openapi.json`)).json()) as { paths: Record<string, object> };
  }
});

function expectProblem(answer: Answer, status: number, code: string): void {
  expect(answer.body).toMatchObject({
    type: `/problems/${code}`,
    title: expect.any(String),
    status,
    code,
    instance: answer.headers.get('x-request-id'),
  });
  expect(answer.status).toBe(status);
  expect(answer.headers.get('content-type')).toMatch(/^application\/problem\+json(;|$)/);
}

function cursorOf(...position: string[]): string {
  return Buffer.from(JSON.stringify(position)).toString('base64url');
}
