// What stands before the gateway and behind it: a proxy that adds a path and compresses, a browser that came over http, a
// service that does not accept the gateway.
import { createServer, request as send, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Turnpike } from '@turnpike/client';
import type { Browser } from 'playwright-core';
import { openBrowser, openWindow } from './support/browser.js';
import { api, expectStatus, LINE, persistently, type Person, register, WAIT } from './support/client.js';
import { fillIn } from './support/dashboard.js';
import { freePort } from './support/ports.js';
import { until } from './support/processes.js';
import { startSystem, type System } from './support/system.js';

const PREFIX = '/turnpike';

/** A name of this machine that browsers do not take for it. */
const ELSEWHERE = 'turnpike.test';

describe('the edge of the gateway', () => {
  let system: System;
  let url: string;
  let publicUrl: string;
  let proxy: Server;
  let browser: Browser;
  let user: Person;

  beforeAll(async () => {
    const port = await freePort();
    publicUrl = `http://127.0.0.1:${port}${PREFIX}`;
    system = await startSystem({ gateways: [{ env: { PUBLIC_URL: publicUrl } }] });
    url = system.gatewayUrls[0]!;
    proxy = await prefixing(url, port);
    browser = await openBrowser(`--host-resolver-rules=MAP ${ELSEWHERE} 127.0.0.1`);
    user = await register(url);
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
    proxy?.closeAllConnections();
    proxy?.close();
    await system?.stop();
  });

  const through = (address: string): Promise<Response> =>
    fetch(address, { headers: { authorization: `Bearer ${user.token}` }, redirect: 'manual' });

  it('puts what a proxy adds before every Location and link, which lead to what they name', async () => {
    const placed = await api(url, user.token).post('/v1/orders', { lines: [LINE] });
    const { id, links } = expectStatus(placed, 202);
    const address = `${publicUrl}/v1/operations/${id}`;
    expect(placed.headers.get('location')).toBe(address);
    expect(links).toEqual({ self: address, events: `${address}/events` });
    for (const one of [address, links.self, links.events]) expect((await through(one)).status).toBe(200);
    const order = await api(url, user.token).post('/v1/orders', { lines: [LINE] }, WAIT);
    expect(order.headers.get('location')).toBe(`${publicUrl}/v1/orders/${order.body.id}`);
    expect((await through(order.headers.get('location')!)).status).toBe(200);
    const queues = await through(`${publicUrl}/ops/queues`);
    expect(queues.status).toBe(403);
    const nobody = await fetch(`${publicUrl}/ops/queues`, { redirect: 'manual' });
    expect(nobody.headers.get('location')).toBe(`${publicUrl}/ops`);
    const { servers } = (await (await through(`${publicUrl}/openapi.json`)).json()) as { servers: unknown };
    expect(servers).toEqual([{ url: publicUrl }]);
  });

  it('leads from each page about problems to the others', async () => {
    const linksOn = async (page: string): Promise<string[]> => {
      const text = await (await through(page)).text();
      return [...text.matchAll(/href="([^"]+)"/g)].map(([, href]) => new URL(href!, page).href);
    };
    const all = await linksOn(`${publicUrl}/problems`);
    expect(all.length).toBeGreaterThan(20);
    expect(all).toContain(`${publicUrl}/problems/not-found`);
    expect(await linksOn(`${publicUrl}/problems/not-found`)).toEqual([`${publicUrl}/problems`]);
    for (const page of all) expect((await through(page)).status).toBe(200);
  });

  it('serves the client below a path', async () => {
    const client = new Turnpike({ baseUrl: publicUrl });
    await client.signIn(user);
    const { data } = await client.submitAndWait('POST', '/v1/orders', { body: { lines: [LINE] } });
    expect(data.status).toBe('placed');
  });

  it('takes the weak form of an ETag, as a proxy that compresses makes it, for the version', async () => {
    const client = api(url, user.token);
    const path = `/v1/users/${user.id}`;
    const weak = `W/${(await client.get(path)).headers.get('etag')}`;
    expect((await client.get(path, { 'if-none-match': weak })).status).toBe(304);
    const change = () => client.patch(path, { lastName: 'Weak' }, { ...WAIT, 'if-match': weak });
    expect((await change()).status).toBe(200);
    expect(await change()).toMatchObject({ status: 412, body: { code: 'version-conflict' } });
  });

  it('shows the dashboard below a path, with a session that is for that path', async () => {
    const { page, complaints } = await openWindow(browser);
    await page.goto(`${publicUrl}/ops`);
    await fillIn(page, system.admin);
    await page.getByRole('heading', { level: 1, name: 'Overview' }).waitFor();
    await page.getByRole('link', { name: 'Audit' }).click();
    await page.getByRole('heading', { level: 1, name: 'Audit' }).waitFor();
    expect(page.url()).toBe(`${publicUrl}/ops/audit`);
    await page.reload();
    await page.getByRole('heading', { level: 1, name: 'Audit' }).waitFor();
    const [cookie, ...others] = await page.context().cookies(`${publicUrl}/ops`);
    expect(others).toEqual([]);
    expect(cookie).toMatchObject({
      name: '__Secure-turnpike-ops',
      path: PREFIX,
      secure: true,
      httpOnly: true,
    });
    await page.goto(`${publicUrl}/ops/queues`);
    await page.getByText('lane-00').first().waitFor();
    expect(complaints).toEqual([]);
    expect(await page.content()).toContain(`"${PREFIX}/ops"`);
    await page.context().close();
  });

  it('says at the dashboard why nobody can sign in over http from elsewhere, and what to do', async () => {
    const { page } = await openWindow(browser);
    const port = (proxy.address() as AddressInfo).port;
    await page.goto(`http://${ELSEWHERE}:${port}${PREFIX}/ops`);
    await page.getByText(`This page came over http from ${ELSEWHERE}:${port}`).waitFor();
    await page.getByText(`ssh -L 3000:localhost:${port} ${ELSEWHERE}`).waitFor();
    const before = await sessions();
    await fillIn(page, system.admin);
    await page.getByText('a browser keeps the session’s cookie only over https').waitFor();
    await page.getByRole('button', { name: 'Sign in' }).waitFor();
    expect(await sessions()).toBe(before);
    await page.context().close();
  });

  it('refuses no session because a service does not accept the gateway', async () => {
    const storage = new Turnpike({ baseUrl: url, retries: 0 });
    const { refreshToken } = await storage.signIn(user);
    const keys = await publishing([]);
    const { identity } = system.processes;
    const { GATEWAY_URL } = identity.env;
    identity.env['GATEWAY_URL'] = `http://127.0.0.1:${(keys.address() as AddressInfo).port}`;
    await system.restart(identity);
    try {
      const { email, password } = user;
      // While identity started, its breaker may have opened.
      const gateway = system.processes.gateways[0]!;
      await until(async () => {
        await api(url).post('/v1/sessions', { email, password });
        return gateway.output().includes('SERVICE_SIGNING_KEY');
      });
      const answers = [
        await api(url).post('/v1/sessions', { email, password }),
        await api(url).post('/v1/sessions/refresh', { refreshToken }),
        await api(url).post('/v1/sessions/refresh', { refreshToken: 'wrong' }),
        await api(url).post('/ops/session', system.admin),
        await api(url, user.token).delete('/v1/sessions/current'),
      ];
      for (const answer of answers) {
        expect(answer).toMatchObject({ status: 503, body: { code: 'unavailable' } });
        expect(answer.headers.get('retry-after')).toBe('1');
      }
    } finally {
      identity.env['GATEWAY_URL'] = GATEWAY_URL!;
      await system.restart(identity);
      keys.close();
    }
    const statusOf = async (path: string, body: object): Promise<number> =>
      (await persistently(() => api(url).post(path, body))).status;
    expect(await statusOf('/v1/sessions/refresh', { refreshToken: 'wrong' })).toBe(401);
    expect(await statusOf('/v1/sessions', { ...system.admin, password: 'wrong' })).toBe(401);
    expect(await statusOf('/v1/sessions/refresh', { refreshToken })).toBe(200);
  });

  async function sessions(): Promise<number> {
    const { rows } = await system.databases.identity.query<{ count: number }>(
      'select count(*)::integer as count from sessions',
    );
    return rows[0]!.count;
  }
});

/** A proxy that has more than the gateway behind it, and takes away the path below which that is. */
function prefixing(target: string, port: number): Promise<Server> {
  const { hostname, port: targetPort } = new URL(target);
  const server = createServer((incoming, outgoing) => {
    if (!incoming.url!.startsWith(`${PREFIX}/`)) return void outgoing.writeHead(404).end();
    const path = incoming.url!.slice(PREFIX.length);
    const { method, headers } = incoming;
    const options = { host: hostname, port: targetPort, path, method, headers };
    const passed = send(options, (answer) => {
      outgoing.writeHead(answer.statusCode!, answer.headers);
      answer.pipe(outgoing);
    });
    passed.on('error', () => outgoing.destroy());
    outgoing.on('close', () => passed.destroy());
    incoming.pipe(passed);
  });
  return new Promise((resolve) => server.listen(port, '127.0.0.1', () => resolve(server)));
}

/** Publishes keys where a service looks for the gateway's. */
function publishing(keys: object[]): Promise<Server> {
  const server = createServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ keys }));
  });
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)));
}
