import { createHash, randomUUID } from 'node:crypto';
import { METHODS } from 'node:http';
import { api, LINE, register, signIn } from './support/client.js';
import { exchange, head, type RawAnswer } from './support/raw-http.js';
import { startSystem, type System } from './support/system.js';

const SHOP = 'https://shop.example';
const ORDER = JSON.stringify({ lines: [LINE] });

/** What tells every answer from a page that could be framed, guessed at, or kept. */
const PROTECTION = {
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'content-security-policy': expect.stringContaining("frame-ancestors 'none'"),
};

describe('HTTP', () => {
  let system: System;
  let url: string;
  let token: string;
  beforeAll(async () => {
    system = await startSystem({ gateways: [{ env: { CORS_ORIGINS: `${SHOP},http://127.0.0.1:5173` } }] });
    url = system.gatewayUrls[0]!;
    token = await signIn(url, system.admin);
  });
  afterAll(() => system?.stop());

  const authorised = (...lines: string[]): string[] => [
    ...lines,
    'Host: gateway',
    `Authorization: Bearer ${token}`,
  ];
  const ordersOf = async (): Promise<number> =>
    Number(
      (await system.databases.gateway.query("select count(*) from operations where kind = 'order.place'"))
        .rows[0].count,
    );

  describe('to a proxy before us', () => {
    const chunk = `${ORDER.length.toString(16)}\r\n${ORDER}\r\n0\r\n\r\n`;
    const smuggled = `${head('GET /v1/me HTTP/1.1', 'Host: gateway')}`;

    it.each<[what: string, framing: string[], body: string]>([
      ['two kinds of length', [`Content-Length: ${ORDER.length}`, 'Transfer-Encoding: chunked'], chunk],
      [
        'two kinds of length, the other way round',
        ['Transfer-Encoding: chunked', 'Content-Length: 4'],
        chunk,
      ],
      ['two lengths', [`Content-Length: ${ORDER.length}`, 'Content-Length: 0'], ORDER + smuggled],
      [
        'the same length twice',
        [`Content-Length: ${ORDER.length}`, `Content-Length: ${ORDER.length}`],
        ORDER,
      ],
      ['a list of lengths', [`Content-Length: ${ORDER.length}, 0`], ORDER + smuggled],
      ['a length with a sign', [`Content-Length: +${ORDER.length}`], ORDER],
      ['a negative length', ['Content-Length: -1'], ORDER],
      ['a length in hexadecimal', ['Content-Length: 0x10'], ORDER],
      ['a length that no number holds', ['Content-Length: 99999999999999999999999'], ORDER],
      ['an unknown encoding', ['Transfer-Encoding: xchunked'], chunk],
      ['chunks that are encoded again', ['Transfer-Encoding: chunked, identity'], chunk],
      ['chunks twice', ['Transfer-Encoding: chunked', 'Transfer-Encoding: chunked'], chunk],
      ['a chunk whose size is no number', ['Transfer-Encoding: chunked'], `zz\r\n${ORDER}\r\n0\r\n\r\n`],
      ['a chunk that is longer than its size', ['Transfer-Encoding: chunked'], `1\r\n${ORDER}\r\n0\r\n\r\n`],
      ['a header that is folded', ['X-Note: a', ' b', `Content-Length: ${ORDER.length}`], ORDER],
      ['a space before the colon', [`Content-Length : ${ORDER.length}`], ORDER],
      ['a bare line feed between headers', [`X-Note: a\nContent-Length: ${ORDER.length}`], ORDER],
      ['a bare carriage return in a header', [`X-Note: a\rContent-Length: ${ORDER.length}`], ORDER],
      ['U+0000 in a header', ['X-Note: a\0b', `Content-Length: ${ORDER.length}`], ORDER],
      ['a header without a name', [': a', `Content-Length: ${ORDER.length}`], ORDER],
    ])('%s is one answer at most, 400, and no write', async (_what, framing, body) => {
      const before = await ordersOf();
      const lines = authorised('POST /v1/orders HTTP/1.1');
      const answer = await exchange(url, head(...lines, 'Content-Type: application/json', ...framing) + body);
      expectRefusal(answer, 400, 'invalid-request');
      expect(answer.answers).toBe(1);
      expect(await ordersOf()).toBe(before);
    });

    it.each<[what: string, lines: string[]]>([
      ['no host', ['GET /health/live HTTP/1.1']],
      ['two hosts', ['GET /health/live HTTP/1.1', 'Host: a', 'Host: b']],
      ['another version', ['GET /health/live HTTP/3.7', 'Host: a']],
      ['no version', ['GET /health/live', 'Host: a']],
      ['a method that nobody knows', ['STEAL /health/live HTTP/1.1', 'Host: a']],
      ['a space in the address', ['GET /health /live HTTP/1.1', 'Host: a']],
    ])('%s is no request', async (_what, lines) => {
      const answer = await exchange(url, head(...lines, 'Connection: close'));
      expect(answer).toMatchObject({ status: 400, answers: 1 });
    });

    it('a request to become a tunnel is no request', async () => {
      const answer = await exchange(url, head('CONNECT example.com:443 HTTP/1.1', 'Host: example.com'));
      expect(answer).toMatchObject({ status: null, answers: 0 });
    });

    it('a request to speak another protocol is answered in this one', async () => {
      const lines = ['GET /health/live HTTP/1.1', 'Host: a', 'Upgrade: h2c', 'Connection: Upgrade, close'];
      expect(await exchange(url, head(...lines))).toMatchObject({ status: 200, answers: 1 });
    });
  });

  describe('limits', () => {
    it('headers of more than 16 KiB, and an address as long', async () => {
      const long = 'x'.repeat(17_000);
      for (const lines of [
        ['GET /v1/me HTTP/1.1', 'Host: a', `X-Long: ${long}`],
        [`GET /v1/users?search=${long} HTTP/1.1`, 'Host: a'],
      ]) {
        expectRefusal(await exchange(url, head(...lines)), 431, 'headers-too-large');
      }
    });

    it('100 headers', async () => {
      const many = (count: number) => Array.from({ length: count }, (_, index) => `X-${index}: 1`);
      const lines = authorised('GET /v1/me HTTP/1.1', 'Connection: close');
      const all = await exchange(url, head(...lines, ...many(100 - lines.length + 1)));
      expect(all.status).toBe(200);
      const more = await exchange(url, head(...lines, ...many(101 - lines.length + 1)));
      expectRefusal(more, 431, 'headers-too-large');
    });

    it('a key for idempotency that is given twice is none', async () => {
      const lines = authorised(
        'POST /v1/orders HTTP/1.1',
        'Connection: close',
        'Content-Type: application/json',
      );
      const keys = ['Idempotency-Key: a', 'Idempotency-Key: b', `Content-Length: ${ORDER.length}`];
      expect((await exchange(url, head(...lines, ...keys) + ORDER)).status).toBe(400);
    });
  });

  describe('methods', () => {
    it('are answered with those that a path knows, all others that HTTP has included', async () => {
      for (const method of METHODS.filter((one) => !['GET', 'HEAD', 'CONNECT'].includes(one))) {
        const answer = await exchange(
          url,
          head(
            ...authorised(`${method} /v1/me HTTP/1.1`),
            'Content-Type: application/json',
            'Connection: close',
          ),
        );
        expect([method, answer.status, answer.headers.get('allow')]).toEqual([method, 405, 'GET, HEAD']);
      }
    });

    it('do not echo a request, as TRACE does', async () => {
      const answer = await exchange(url, head(...authorised('TRACE /v1/me HTTP/1.1'), 'Connection: close'));
      expect(answer.status).toBe(405);
      expect(answer.body).not.toContain(token);
    });
  });

  describe('answers', () => {
    it('protect whoever shows them in a browser, and name no product, in every process', async () => {
      for (const process of [url, system.identityUrl, system.orderingUrl]) {
        for (const path of [
          '/health/live',
          '/v1/me',
          '/internal/users',
          '/nothing',
          '/%',
          '/openapi.json',
          '/docs',
        ]) {
          const { headers } = await fetch(process + path);
          expect(Object.fromEntries(headers)).toMatchObject(PROTECTION);
          expect(headers.get('server')).toBeNull();
          expect(headers.get('x-powered-by')).toBeNull();
          expect(headers.get('strict-transport-security')).toBeNull();
        }
      }
    });

    it('that are JSON say so, and that it is UTF-8', async () => {
      const me = api(url, token);
      for (const path of ['/v1/me', '/v1/operations', '/v1/sessions', '/health/live', '/openapi.json']) {
        const { headers } = await me.get(path);
        expect([path, headers.get('content-type')]).toEqual([path, 'application/json; charset=utf-8']);
      }
      const problem = await api(url).get('/v1/me');
      expect(problem.headers.get('content-type')).toMatch(/^application\/problem\+json(; charset=utf-8)?$/);
    });

    it('are kept by nobody, and still have an ETag', async () => {
      const user = await register(url);
      const me = api(url, user.token);
      const read = await me.get(`/v1/users/${user.id}`);
      expect(read.headers.get('cache-control')).toBe('no-store');
      const again = await me.get(`/v1/users/${user.id}`, { 'if-none-match': read.headers.get('etag')! });
      expect(again.status).toBe(304);
      for (const answer of [
        await me.post('/v1/orders', { lines: [LINE] }),
        await me.get('/v1/nothing'),
        await api(url).get('/v1/me'),
      ]) {
        expect(answer.headers.get('cache-control')).toBe('no-store');
      }
      const keys = await fetch(`${url}/.well-known/jwks.json`);
      expect(keys.headers.get('cache-control')).toBe('public, max-age=60');
    });

    it('are data, in which nothing may be loaded', async () => {
      const { headers } = await fetch(`${url}/v1/me`);
      expect(headers.get('content-security-policy')).toContain("default-src 'none'");
    });

    it('that are pages about problems allow their own style sheet and nothing else', async () => {
      for (const path of ['/problems', '/problems/forbidden']) {
        const page = await fetch(url + path);
        const style = /<style>([^]*?)<\/style>/.exec(await page.text())![1]!;
        const hash = createHash('sha256').update(style).digest('base64');
        expect(directivesOf(page)).toMatchObject({
          'default-src': "'none'",
          'style-src': `'sha256-${hash}'`,
        });
      }
    });

    it('that are the documentation run scripts from files alone', async () => {
      const page = await fetch(`${url}/docs`);
      expect(directivesOf(page)).toMatchObject({ 'default-src': "'none'", 'script-src': "'self'" });
      const html = await page.text();
      for (const [, attributes] of html.matchAll(/<script([^>]*)>/g)) expect(attributes).toContain('src=');
      expect(html).not.toMatch(/\son[a-z]+=/i);
      const script = await fetch(`${url}/docs/swagger-ui-init.js`);
      expect(script.headers.get('content-type')).toContain('javascript');
    });

    it('say that a query which cannot be decoded is not valid', async () => {
      for (const query of [
        'search=%zz',
        'search=%',
        'search=%ff',
        'search=%c0%af',
        'search=%ed%a0%80',
        'limit[]=1',
        'limit[a]=1',
        'limit=1e1',
        'limit=0x1',
        'limit=%201',
        'limit=1;limit=2',
        '__proto__=1',
        'constructor[prototype]=1',
      ]) {
        expect([query, (await api(url, token).get(`/v1/users?${query}`)).status]).toEqual([query, 400]);
      }
    });
  });

  describe('from pages of other origins', () => {
    const preflight = (origin: string, path = '/v1/orders') =>
      fetch(url + path, {
        method: 'OPTIONS',
        headers: {
          origin,
          'access-control-request-method': 'POST',
          'access-control-request-headers': 'authorization,idempotency-key',
        },
      });

    it('is allowed to those on the list, without credentials', async () => {
      for (const origin of [SHOP, 'http://127.0.0.1:5173']) {
        const answer = await preflight(origin);
        expect(answer.status).toBe(204);
        expect(answer.headers.get('access-control-allow-origin')).toBe(origin);
        expect(answer.headers.get('access-control-allow-credentials')).toBeNull();
        const list = (name: string) => answer.headers.get(name)!.toLowerCase().split(', ');
        expect(list('access-control-allow-methods')).toEqual([
          'get',
          'head',
          'post',
          'put',
          'patch',
          'delete',
        ]);
        expect(new Set(list('access-control-allow-headers'))).toEqual(
          new Set(
            'authorization content-type idempotency-key if-match if-none-match prefer read-after operation-token last-event-id traceparent'.split(
              ' ',
            ),
          ),
        );
      }
    });

    it('shows them the headers that a client needs', async () => {
      const answer = await fetch(`${url}/v1/me`, {
        headers: { origin: SHOP, authorization: `Bearer ${token}` },
      });
      expect(answer.status).toBe(200);
      expect(answer.headers.get('access-control-allow-origin')).toBe(SHOP);
      expect(answer.headers.get('vary')).toContain('Origin');
      const exposed = answer.headers.get('access-control-expose-headers')!.toLowerCase().split(', ');
      expect(new Set(exposed)).toEqual(
        new Set(
          'location etag operation-id operation-token idempotency-replayed preference-applied retry-after ratelimit ratelimit-policy x-request-id'.split(
            ' ',
          ),
        ),
      );
    });

    it.each(['https://evil.example', 'null', `${SHOP}.evil.example`, 'http://shop.example', `${SHOP}:8443`])(
      'is not allowed to %s',
      async (origin) => {
        const asked = await preflight(origin);
        expect(asked.status).toBe(405);
        const answer = await fetch(`${url}/v1/me`, { headers: { origin, authorization: `Bearer ${token}` } });
        for (const { headers } of [asked, answer])
          expect(headers.get('access-control-allow-origin')).toBeNull();
      },
    );

    it('is nothing that the services know', async () => {
      for (const service of [system.identityUrl, system.orderingUrl]) {
        const answer = await fetch(`${service}/health/live`, { headers: { origin: SHOP } });
        expect(answer.headers.get('access-control-allow-origin')).toBeNull();
      }
    });
  });

  describe('e-mail addresses', () => {
    const person = (email: string) => ({
      email,
      password: 'a long enough one',
      firstName: 'Ada',
      lastName: 'L',
    });
    const registered = (email: string) => api(url).post('/v1/users', person(email), { prefer: 'wait=30' });

    it('are one whatever their case, surrounding space and way of writing accents', async () => {
      const name = randomUUID();
      const ways = [
        `Z\u00f6e-${name}@example.com`,
        ` ZO\u0308E-${name}@EXAMPLE.com `,
        `zo\u0308e-${name}@example.com`,
      ];
      const answers = await Promise.all(ways.map(registered));
      expect(answers.map(({ status }) => status).sort()).toEqual([201, 409, 409]);
    });

    it('are different ones with a letter of another script, a dot or a plus', async () => {
      const name = randomUUID();
      const ways = [
        `ada.${name}@example.com`,
        `\u0430da.${name}@example.com`,
        `a.da.${name}@example.com`,
        `ada.${name}+x@example.com`,
      ];
      const answers = await Promise.all(ways.map(registered));
      expect(answers.map(({ status }) => status)).toEqual([201, 201, 201, 201]);
    });

    it('have the lengths of the mail system', async () => {
      const local = (length: number) => randomUUID().padEnd(length, 'x');
      expect((await registered(`${local(64)}@example.com`)).status).toBe(201);
      expect((await registered(`${local(65)}@example.com`)).status).toBe(400);
      expect((await registered(`${local(40)}@${'x'.repeat(64)}.com`)).status).toBe(400);
    });
  });
});

function directivesOf({ headers }: Response): Record<string, string> {
  const directives = headers.get('content-security-policy')!.split('; ');
  return Object.fromEntries(directives.map((one) => [one.split(' ')[0]!, one.slice(one.indexOf(' ') + 1)]));
}

function expectRefusal(answer: RawAnswer, status: number, code: string): void {
  expect(answer.status).toBe(status);
  expect(answer.headers.get('content-type')).toMatch(/^application\/problem\+json/);
  expect(JSON.parse(answer.body)).toMatchObject({ type: `/problems/${code}`, status, code });
}
