import { mkdirSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { type ProblemCode, problemBody } from '@turnpike/contracts';
import type { Browser, Page } from 'playwright-core';
import { hindrances, openBrowser, openWindow, type Window } from './support/browser.js';
import {
  api,
  type Api,
  expectStatus,
  LINE,
  type Person,
  placeOrder,
  register,
  signIn,
  WAIT,
} from './support/client.js';
import { pause } from './support/processes.js';
import type { Fault, Matches } from './support/proxy.js';
import { startSystem, type System } from './support/system.js';

const COOKIE = '__Host-turnpike-ops';
const HOSTILE = `<img src=x onerror="alert(1)"><script>alert(2)</script>"'{{7*7}}`;

/** Kilobytes of compressed JavaScript that the first look may cost. */
const FIRST_LOAD_KB = 200;

/** Where to keep pictures of what the tests see; none are taken without it. */
const PICTURES = process.env['DASHBOARD_PICTURES'];

describe('the dashboard', () => {
  let system: System;
  let url: string;
  let admin: Api;
  let browser: Browser;
  let operator: Window;
  let page: Page;
  const people = {} as Record<'paused' | 'retrying' | 'halted' | 'deleting' | 'failed', Person>;
  let failedId: string;

  beforeAll(async () => {
    system = await startSystem({
      proxied: ['identity', 'ordering'],
      env: { RETRY_BASE_MS: '4000', RETRY_MAX_MS: '8000', SERVICE_TIMEOUT_MS: '2000' },
    });
    url = system.gatewayUrls[0]!;
    admin = api(url, await signIn(url, system.admin));
    for (const name of ['paused', 'retrying', 'halted', 'deleting', 'failed'] as const) {
      people[name] = await register(url, { firstName: name === 'paused' ? HOSTILE : 'Grace' });
    }
    await makeHistory();
    browser = await openBrowser();
    operator = await openWindow(browser);
    page = operator.page;
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
    await system?.stop();
  });

  it('lets nobody in but administrators', async () => {
    const { page, complaints } = await openWindow(browser);
    await page.goto(`${url}/ops/lanes`);
    await fillIn(page, people.failed);
    await page.getByText('This needs a role that you do not have').waitFor();
    await fillIn(page, { ...system.admin, password: 'a wrong password' });
    await page.getByText('E-mail or password is wrong').waitFor();
    expect(await hindrances(page)).toEqual([]);
    expect(await page.context().cookies()).toEqual([]);
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  it('keeps the session in a cookie that no script and no other site has, and nothing in the storage', async () => {
    await page.goto(`${url}/ops`);
    await fillIn(page, system.admin);
    await heading('Overview');
    const cookies = await page.context().cookies();
    expect(cookies).toEqual([
      expect.objectContaining({ name: COOKIE, httpOnly: true, secure: true, sameSite: 'Strict', path: '/' }),
    ]);
    expect(await page.evaluate('document.cookie + localStorage.length + sessionStorage.length')).toBe('00');
    await page.reload();
    await heading('Overview');
  });

  it('shows live numbers and the last hour, which survives a reload', async () => {
    await page.goto(`${url}/ops`);
    await page.getByText('live', { exact: true }).waitFor();
    for (const name of [
      'Accepted',
      'Oldest waiting write',
      'Workers',
      'Services',
      'Partitions of the queue',
    ]) {
      expect(await page.getByText(name, { exact: true }).count()).toBeGreaterThan(0);
    }
    const chart = page.getByRole('img', { name: /Writes per second over the last hour/ });
    await chart.locator('canvas').waitFor();
    await page.getByText('halted: nothing of such a lane').waitFor();
    const counted = page.getByRole('link', { name: /^queued/ });
    const before = await counted.innerText();
    await placeOrder(url, people.paused.token);
    await until(async () => (await counted.innerText()) !== before);
    await seen('overview');
  });

  it('finds lanes by state and by their users, in an address that can be shared', async () => {
    await page.goto(`${url}/ops/lanes`);
    await heading('Lanes');
    await page.getByLabel('State').selectOption('paused');
    await rows(1);
    expect(page.url()).toBe(`${url}/ops/lanes?state=paused`);
    await page.goto(`${url}/ops/lanes?search=${encodeURIComponent(people.halted.email)}`);
    await rows(1);
    await page.getByRole('row', { name: /halted/ }).waitFor();
    await page.goto(`${url}/ops/lanes?sort=age&state=busy`);
    await page.getByRole('row', { name: /open 2 #2 order.place, retrying/ }).waitFor();
    await seen('lanes');
    await page.goto(`${url}/ops/lanes?search=nobody%40example.com`);
    await page.getByText('No lane is like that.').waitFor();
  });

  it('says of each waiting write why it waits: behind which one, and by whom the lane is paused', async () => {
    await lane('paused');
    const waiting = page.getByRole('list', { name: 'Waiting and running, in order' }).getByRole('listitem');
    await page.getByText(/Is next in its lane\. The lane was paused by …[0-9a-f]{8} .* ago: “<img/).waitFor();
    expect(await waiting.nth(1).innerText()).toMatch(
      /Waits behind #2 order.place, which is queued\. And the lane is paused\. Accepted .* ago\./,
    );
    expect(await waiting.nth(2).innerText()).toMatch(
      /Waits behind #3 order.place, with 2 writes before it in all\./,
    );
    await seen('lane');
  });

  it('says of a write in retry when it is tried again, and of a lane what stopped it', async () => {
    await lane('retrying');
    await page.getByText(/Attempt \d+ did not succeed|fails, so its calls are held back/).waitFor();
    await page.getByText(/Not before the retry in|Not before the retry now/).waitFor();
    await lane('halted');
    await page
      .getByText(/Stopped: .*identity.update cannot be undone.* It needs an operator’s release\./)
      .waitFor();
    await lane('deleting');
    await page.getByText('The user is being deleted').waitFor();
    await seen('lane-deleting');
  });

  it('pauses and resumes a lane for a reason, and says before what will happen', async () => {
    const user = await register(url);
    await page.goto(`${url}/ops/lanes/${user.id}`);
    await act(
      'Pause this lane',
      'stocktaking <b>',
      /Nothing waits in this lane; nothing that comes begins until/,
    );
    await page.getByText('The lane is paused.').waitFor();
    const { id } = await placeOrder(url, user.token);
    await page.getByText('“stocktaking <b>”').waitFor();
    await act('Resume this lane', 'counted', /1 write/);
    await page.getByRole('list', { name: 'Done, newest first' }).getByText('#2').waitFor();
    expect((await api(url, user.token).get(`/v1/operations/${id}`)).body.state).toBe('succeeded');
    const { body } = await admin.get(`/v1/ops/audit?userId=${user.id}&action=lane.pause`);
    expect(body.items[0]).toMatchObject({ reason: 'stocktaking <b>' });
  });

  it('shows one write: its steps, who asked, what was asked for, and what is personal only for a reason', async () => {
    const operations = await admin.get(`/v1/ops/operations?userId=${people.failed.id}&kind=user.register`);
    const { id } = operations.body.items[0] as { id: string };
    await page.goto(`${url}/ops/operations/${id}`);
    await heading('user.register #1');
    await page.getByRole('row', { name: /identity.register identity applied/ }).waitFor();
    await page.getByText('•••').first().waitFor();
    expect(await page.getByText(people.failed.email).count()).toBe(0);
    await seen('operation');
    await act('Reveal what is hidden', 'the user asked us', /The audit log tells that you looked/);
    await page.getByText(people.failed.email).first().waitFor();
    await page.reload();
    await page.getByText('•••').first().waitFor();
    expect(await page.getByText(people.failed.email).count()).toBe(0);
  });

  it('retries a failed write as a new one, and links the two', async () => {
    await page.goto(`${url}/ops/operations/${failedId}`);
    await page.getByText('The order is not in a state that allows this').waitFor();
    await act('Retry this write', 'once more', /a new write at the end of the lane/);
    await page.getByText('Repeats').waitFor();
    await page.getByRole('link', { name: `…${failedId.slice(-8)}` }).click();
    await page.getByText('Repeated by').waitFor();
  });

  it('cancels a waiting write, and shows a refusal when it has moved on meanwhile', async () => {
    const user = await register(url);
    await admin.post(`/v1/ops/lanes/${user.id}/pause`, { reason: 'wait' });
    const [first, second] = [await placeOrder(url, user.token), await placeOrder(url, user.token)];
    await page.goto(`${url}/ops/operations/${first.id}`);
    await act('Cancel this write', 'wrong', /This order.place has not begun/);
    await page.getByText('cancelled', { exact: true }).waitFor();
    await page.goto(`${url}/ops/operations/${second.id}`);
    await page.getByRole('button', { name: 'Cancel this write…' }).click();
    await admin.post(`/v1/ops/lanes/${user.id}/resume`);
    await admin.get(`/v1/operations/${second.id}`, WAIT);
    await page.getByText('succeeded', { exact: true }).waitFor();
    await confirm('Cancel this write', 'too late');
    await page.getByText('The operation cannot be cancelled any more').waitFor();
  });

  it('groups what failed, and retries all of a group after it has said how many that is', async () => {
    await page.goto(`${url}/ops/failures`);
    await seen('failures');
    await page.getByRole('link', { name: 'order-state-conflict' }).click();
    await heading('Operations');
    expect(page.url()).toBe(`${url}/ops/operations?state=failed&problem=order-state-conflict`);
    await seen('operations');
    await act('Retry all failed', 'ordering is mended', /1 write that matches this filter/);
    await heading('Bulk retry');
    await page.getByText('done', { exact: true }).waitFor();
    await page.getByText('1 of 1').waitFor();
    await seen('bulk-run');
    await page.getByRole('link', { name: 'Bulk runs' }).click();
    await rows(1);
  });

  it('tells who did what, by filters', async () => {
    await page.goto(`${url}/ops/audit?userId=${people.paused.id}`);
    await page.getByRole('row', { name: /lane paused/ }).waitFor();
    await page.getByLabel('Action').selectOption('lane.pause');
    await rows(1);
    await seen('audit');
  });

  it('compares the services and mends what it finds', async () => {
    await page.goto(`${url}/ops/integrity`);
    await system.databases.ordering.query(`update customers set name = 'Stale' where user_id = $1`, [
      people.failed.id,
    ]);
    await page.getByRole('button', { name: 'Begin a run' }).click();
    await page.getByText('stale-copy').waitFor();
    await seen('integrity-run');
    await page.getByRole('button', { name: 'Repair what is found…' }).click();
    await page.getByRole('button', { name: 'Repair what is found', exact: true }).click();
    await page.getByRole('heading', { name: 'Repairs' }).waitFor();
  });

  it('jumps to a user or an operation, by the keyboard alone', async () => {
    await page.goto(`${url}/ops`);
    await heading('Overview');
    await page.keyboard.press('Control+k');
    await page.keyboard.type(people.paused.email);
    await page.getByRole('option', { name: people.paused.email }).waitFor();
    await page.keyboard.press('Enter');
    await page.waitForURL(`**/ops/lanes/${people.paused.id}`);
    await page.keyboard.press('Control+k');
    await page.keyboard.type(failedId);
    await page.getByRole('option', { name: `Operation ${failedId}` }).waitFor();
    await page.keyboard.press('Enter');
    await heading(/^order.pay #/);
  });

  it('is worked by the keyboard alone: every action is reached by Tab, and the focus comes back', async () => {
    await lane('halted');
    await tabTo('Release this lane…');
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').waitFor();
    await page.keyboard.press('Escape');
    await page.locator('dialog').waitFor({ state: 'detached' });
    expect(await page.evaluate('document.activeElement.textContent')).toBe('Release this lane…');
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').waitFor();
    await page.keyboard.type('mended');
    await page.keyboard.press('Enter');
    await page.getByText('The lane is released.').waitFor();
  });

  it('hinders nobody, light and dark, and fits a phone', async () => {
    const paths = ['', 'lanes', 'operations', 'failures', 'bulk', 'audit', 'integrity'];
    const all = [
      ...paths,
      `lanes/${people.paused.id}`,
      `lanes/${people.retrying.id}`,
      `operations/${failedId}`,
      'nowhere',
    ];
    for (const theme of ['Dark', 'Light']) {
      await page.getByLabel('Colours').selectOption({ label: theme });
      for (const path of all) {
        await page.goto(`${url}/ops/${path}`);
        await settled();
        expect([theme, path, await hindrances(page)]).toEqual([theme, path, []]);
      }
    }
    await page.setViewportSize({ width: 390, height: 844 });
    for (const path of all) {
      await page.goto(`${url}/ops/${path}`);
      await settled();
      expect([path, await page.evaluate('document.documentElement.scrollWidth')]).toEqual([path, 390]);
    }
    await lane('paused');
    await settled();
    await seen('phone');
    await page.setViewportSize({ width: 1280, height: 860 });
  });

  it('does nothing that names, reasons and problems say, and breaks no rule of its policy', async () => {
    await lane('paused');
    await page.getByText(HOSTILE).first().waitFor();
    await page.goto(`${url}/ops/audit?userId=${people.paused.id}`);
    await page.getByText(HOSTILE).first().waitFor();
    expect(operator.complaints).toEqual([]);
    const { headers } = await fetch(`${url}/ops/lanes/anything?at=all`);
    expect(headers.get('content-security-policy')).toBe(
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; " +
        "font-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'",
    );
    expect(headers.get('cache-control')).toBe('no-store');
  });

  it(`loads at most ${FIRST_LOAD_KB} kB of compressed JavaScript at first, kept for ever by its name`, async () => {
    const index = await (await fetch(`${url}/ops`)).text();
    const scripts = [...index.matchAll(/(?:src|href)="(\/ops\/assets\/[^"]+\.js)"/g)].map(
      ([, path]) => path!,
    );
    expect(scripts.length).toBeGreaterThan(0);
    const answers = await Promise.all(scripts.map((path) => fetch(url + path)));
    for (const { headers } of answers) {
      expect(headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
      expect(headers.get('content-encoding')).toBe('gzip');
    }
    const sizes = await Promise.all(answers.map(async (answer) => gzipSync(await answer.text()).length));
    expect(sizes.reduce((sum, size) => sum + size) / 1000).toBeLessThan(FIRST_LOAD_KB);
    expect((await fetch(`${url}/ops/assets/gone.js`)).status).toBe(404);
  });

  it('takes a write by cookie only with the token that its page has, and reads without', async () => {
    const { cookie, csrfToken } = await session();
    const lane = `/v1/ops/lanes/${people.failed.id}`;
    const withCookie = api(url);
    expect((await withCookie.get(lane, { cookie })).status).toBe(200);
    for (const token of ['', 'wrong', (await session()).csrfToken]) {
      const headers = { cookie, 'x-csrf-token': token };
      const refused = await withCookie.post(`${lane}/pause`, { reason: 'x' }, headers);
      expect(refused).toMatchObject({ status: 403, body: { code: 'forbidden' } });
    }
    const own = { cookie, 'x-csrf-token': csrfToken };
    expect((await withCookie.post(`${lane}/resume`, { reason: 'x' }, own)).status).toBe(200);
    // Whoever sends a token is the caller of the token, though a cookie comes along.
    expect((await api(url, people.failed.token).get(lane, { cookie })).status).toBe(403);
    expect((await api(url, 'not.a.token').get(lane, { cookie })).status).toBe(401);
  });

  it('renews an access token once, however many requests come at the same time', async () => {
    const { cookie } = await session();
    const before = await spentRefreshTokens();
    await alter(cookie, 'renew_at = now()');
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => api(url).get('/v1/ops/summary', { cookie })),
    );
    expect(answers.map(({ status }) => status)).toEqual(Array(8).fill(200));
    expect(await spentRefreshTokens()).toBe(before + 1);
    // A refresh token that was spent twice would have ended the session, which the gateway hears of in a second.
    await pause(1500);
    expect((await api(url).get('/ops/session', { cookie })).status).toBe(200);
  });

  it.each([
    ['it has been idle for half an hour', `last_used_at = now() - interval '31 minutes'`],
    ['it is 12 hours old', `expires_at = now()`],
  ])('ends a session when %s', async (_when, change) => {
    const { cookie } = await session();
    await alter(cookie, change);
    expect((await api(url).get('/ops/session', { cookie })).status).toBe(401);
    expect((await api(url).get('/v1/ops/summary', { cookie })).status).toBe(401);
  });

  it('keeps no token and no cookie in clear', async () => {
    const { cookie } = await session();
    const { rows } = await system.databases.gateway.query<{ row: string }>(
      `select id::text || tokens as row from ops_sessions`,
    );
    const text = rows.map(({ row }) => row).join();
    expect(rows.length).toBeGreaterThan(0);
    expect(text).not.toContain(cookie.split('=')[1]);
    expect(text).not.toContain('accessToken');
  });

  it('signs out at identity too, and shows the sign-in where a session has ended', async () => {
    const { cookie, csrfToken } = await session();
    const bye = await api(url).delete('/ops/session', { cookie, 'x-csrf-token': csrfToken });
    expect(bye.status).toBe(204);
    expect(bye.headers.get('set-cookie')).toContain('Max-Age=0');
    expect((await api(url).get('/v1/ops/summary', { cookie })).status).toBe(401);
    await page.goto(`${url}/ops/lanes`);
    await heading('Lanes');
    await system.databases.gateway.query('update ops_sessions set expires_at = now()');
    await fillIn(page, system.admin);
    await heading('Lanes');
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByRole('button', { name: 'Sign in' }).waitFor();
    expect(operator.complaints).toEqual([]);
  });

  /** Lanes in every state that operators meet. */
  async function makeHistory(): Promise<void> {
    const { paused, retrying, halted, deleting, failed } = people;
    await admin.post(`/v1/ops/lanes/${paused.id}/pause`, { reason: HOSTILE });
    for (let count = 0; count < 3; count += 1)
      await placeOrder(url, paused.token, { reference: HOSTILE.slice(0, 60) });

    await admin.post(`/v1/ops/lanes/${deleting.id}/pause`, { reason: 'legal hold' });
    await placeOrder(url, deleting.token);
    expectStatus(await admin.delete(`/v1/users/${deleting.id}`), 202);

    const me = api(url, failed.token);
    const order = expectStatus(await me.post<{ id: string }>('/v1/orders', { lines: [LINE] }, WAIT), 201);
    await me.post(`/v1/orders/${order.id}/cancel`, {}, WAIT);
    const paying = await me.post(
      `/v1/orders/${order.id}/pay`,
      { paymentReference: HOSTILE.slice(0, 60) },
      WAIT,
    );
    failedId = paying.headers.get('operation-id')!;

    const { identity, ordering } = system.proxies;
    ordering!.trap(
      'request',
      isCallOf(halted, 'ordering.rename-customer'),
      refusal('order-state-conflict', true),
      2,
    );
    identity!.trap('request', isCallOf(halted, 'identity.update/undo'), refusal('undo-refused', false));
    expectStatus(await api(url, halted.token).patch(`/v1/users/${halted.id}`, { firstName: 'Augusta' }), 202);
    await until(async () => (await admin.get(`/v1/ops/lanes/${halted.id}`)).body.state === 'halted');

    ordering!.trap('request', isCallOf(retrying, 'ordering.place'), { type: 'reset' }, 1e6);
    for (let count = 0; count < 2; count += 1) await placeOrder(url, retrying.token);
    await until(async () => (await admin.get(`/v1/ops/lanes/${retrying.id}`)).body.head.state === 'retrying');
  }

  async function session(): Promise<{ cookie: string; csrfToken: string }> {
    const answer = await api(url).post<{ csrfToken: string }>('/ops/session', system.admin);
    const { csrfToken } = expectStatus(answer, 200);
    return { cookie: answer.headers.get('set-cookie')!.split(';')[0]!, csrfToken };
  }

  async function alter(cookie: string, change: string): Promise<void> {
    const { rowCount } = await system.databases.gateway.query(
      `update ops_sessions set ${change} where id = sha256(convert_to($1, 'UTF8'))`,
      [cookie.split('=')[1]],
    );
    expect(rowCount).toBe(1);
  }

  async function spentRefreshTokens(): Promise<number> {
    const { rows } = await system.databases.identity.query<{ count: number }>(
      'select count(*)::integer as count from refresh_tokens where spent_at is not null',
    );
    return rows[0]!.count;
  }

  async function fillIn(on: Page, { email, password }: { email: string; password: string }): Promise<void> {
    await on.getByLabel('E-mail').fill(email);
    await on.getByLabel('Password').fill(password);
    await on.getByRole('button', { name: 'Sign in' }).click();
  }

  async function heading(name: string | RegExp): Promise<void> {
    await page.getByRole('heading', { level: 1, name }).waitFor();
  }

  async function lane(name: keyof typeof people): Promise<void> {
    await page.goto(`${url}/ops/lanes/${people[name].id}`);
    await page.getByRole('heading', { name: /^Waiting and running/ }).waitFor();
  }

  /** Waits until the table has so many rows. */
  async function rows(count: number): Promise<void> {
    await until(async () => (await page.locator('tbody tr').count()) === count);
  }

  async function act(name: string, reason: string, explanation: RegExp): Promise<void> {
    await page.getByRole('button', { name: `${name}…` }).click();
    await page.getByRole('dialog').getByText(explanation).waitFor();
    expect(await hindrances(page)).toEqual([]);
    await confirm(name, reason);
  }

  async function confirm(name: string, reason: string): Promise<void> {
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Reason').fill(reason);
    await dialog.getByRole('button', { name, exact: true }).click();
  }

  async function tabTo(name: string): Promise<void> {
    for (let count = 0; count < 60; count += 1) {
      await page.keyboard.press('Tab');
      if ((await page.evaluate('document.activeElement.textContent')) === name) return;
    }
    throw new Error(`Tab does not come to ${name}`);
  }

  async function settled(): Promise<void> {
    await page.locator('h1').waitFor();
    await until(async () => (await page.getByText('Loading…').count()) === 0);
  }

  /** Looks at a view as it is now: nobody is hindered by it, and a picture of it if that is wished. */
  async function seen(name: string): Promise<void> {
    await settled();
    if (PICTURES === undefined) return;
    mkdirSync(PICTURES, { recursive: true });
    await page.screenshot({ path: `${PICTURES}/${name}.png` });
    if (name === 'phone') return;
    await page.emulateMedia({ colorScheme: 'dark' });
    await page.screenshot({ path: `${PICTURES}/${name}-dark.png` });
    await page.emulateMedia({ colorScheme: null });
  }
});

const WITHIN_MS = 30_000;

async function until(isSo: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + WITHIN_MS;
  while (!(await isSo())) {
    if (Date.now() > deadline) throw new Error(`not so within ${WITHIN_MS} ms: ${String(isSo)}`);
    await pause(50);
  }
}

function isCallOf({ id }: Person, step: string): Matches {
  return (message) => message.startsWith(`POST /internal/steps/${step} `) && message.includes(id);
}

/** What a service answers that refuses a step or its undo. */
function refusal(code: ProblemCode, recorded: boolean): Fault {
  const body = JSON.stringify(problemBody(code));
  const head = [
    'HTTP/1.1 409 Conflict',
    'content-type: application/problem+json',
    `content-length: ${body.length}`,
    ...(recorded ? ['step-recorded: true'] : []),
  ];
  return { type: 'answer', by: [...head, '', body].join('\r\n') };
}
