import { gzipSync } from 'node:zlib';
import { learn, type ProblemCode, problemBody, PROBLEMS, type Role, VOCABULARY } from '@turnpike/protocol';
import type { Browser, Page } from 'playwright-core';
import { hindrances, openBrowser, openWindow } from './support/browser.js';
import {
  api,
  type Api,
  expectStatus,
  LINE,
  type Person,
  placeOrder,
  placeOrders,
  register,
  signIn,
  WAIT,
} from './support/client.js';
import { copyPaste, fillIn, Operator, picture } from './support/dashboard.js';
import { newOperator } from './support/operators.js';
import type { Fault, Matches } from './support/proxy.js';
import { SHOP } from './support/shop.js';
import { startSystem, type System } from './support/system.js';
import { until } from './support/processes.js';

const COOKIE = '__Host-turnpike-ops';

/** Kilobytes of compressed JavaScript that the first look may cost. */
const FIRST_LOAD_KB = 200;

const DESKTOP = { width: 1280, height: 860 };
const PHONE = { width: 390, height: 844 };

describe('the dashboard', () => {
  let system: System;
  let url: string;
  let admin: Api;
  let adminToken: string;
  let browser: Browser;
  let operator: Operator;
  let page: Page;
  const people = {} as Record<'paused' | 'retrying' | 'halted' | 'deleting' | 'failed', Person>;
  let failedId: string;

  beforeAll(async () => {
    system = await startSystem({
      proxied: ['identity', 'ordering'],
      env: { RETRY_BASE_MS: '4000', RETRY_MAX_MS: '8000', SERVICE_TIMEOUT_MS: '2000' },
    });
    url = system.gatewayUrls[0]!;
    adminToken = await signIn(url, system.admin);
    admin = api(url, adminToken);
    for (const name of ['paused', 'retrying', 'halted', 'deleting', 'failed'] as const) {
      people[name] = await register(url);
    }
    await makeHistory();
    browser = await openBrowser();
    operator = new Operator(url, await openWindow(browser));
    page = operator.page;
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
    await system?.stop();
  });

  it('lets nobody in but those with a role for it', async () => {
    const { page, complaints } = await openWindow(browser);
    await page.goto(`${url}/ops/lanes`);
    await page.getByRole('button', { name: 'Sign in' }).waitFor();
    await picture(page, 'sign-in');
    const password = page.locator('input[type=password][autocomplete=current-password]');
    expect(await password.count()).toBe(1);
    await copyPaste(page.getByLabel('E-mail'), password, 'pasted');
    expect(await password.inputValue()).toBe('pasted');
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
    await operator.signIn(system.admin);
    const cookies = await page.context().cookies();
    expect(cookies).toEqual([
      expect.objectContaining({ name: COOKIE, httpOnly: true, secure: true, sameSite: 'Strict', path: '/' }),
    ]);
    expect(await page.evaluate('document.cookie + localStorage.length + sessionStorage.length')).toBe('00');
    await page.reload();
    await operator.heading('Overview');
  });

  it('shows live numbers and the last hour, which survives a reload', async () => {
    await operator.open('');
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
  });

  it('finds lanes by state and by their users, in an address that can be shared', async () => {
    await operator.open('lanes');
    await operator.heading('Lanes');
    await page.getByLabel('State').selectOption('paused');
    await operator.rows(1);
    expect(page.url()).toBe(`${url}/ops/lanes?state=paused`);
    await operator.open(`lanes?search=${encodeURIComponent(people.halted.email)}`);
    await operator.rows(1);
    await page.getByRole('row', { name: /halted/ }).waitFor();
    await operator.open('lanes?sort=age&state=busy');
    await page.getByRole('row', { name: /open 2 #2 order.place, retrying/ }).waitFor();
    await picture(page, 'lanes');
    await operator.open('lanes?search=nobody%40example.com');
    await page.getByText('No lane is like that.').waitFor();
  });

  it('says of each waiting write why it waits: behind which one, and by whom the lane is paused', async () => {
    await operator.lane(people.paused.id);
    const waiting = page.getByRole('list', { name: 'Waiting and running, in order' }).getByRole('listitem');
    await page
      .getByText(/Is next in its lane\. The lane was paused by …[0-9a-f]{8} .* ago: “a word/)
      .waitFor();
    expect(await waiting.nth(1).innerText()).toMatch(
      /Waits behind #2 order.place, which is queued\. And the lane is paused\. Accepted .* ago\./,
    );
    expect(await waiting.nth(2).innerText()).toMatch(
      /Waits behind #3 order.place, with 2 writes before it in all\./,
    );
    await picture(page, 'lane');
  });

  it('says of a write in retry when it is tried again, and of a lane what stopped it', async () => {
    await operator.lane(people.retrying.id);
    await page.getByText(/Attempt \d+ did not succeed|fails, so its calls are held back/).waitFor();
    await page.getByText(/Not before the retry in|Not before the retry now/).waitFor();
    await operator.lane(people.halted.id);
    await page
      .getByText(/Stopped: .*identity.update cannot be undone.* It needs an operator’s release\./)
      .waitFor();
    await operator.lane(people.deleting.id);
    await page.getByText('The user is being deleted').waitFor();
    await picture(page, 'lane-deleting');
  });

  it('pauses and resumes a lane for a reason, and says before what will happen', async () => {
    const user = await register(url);
    await operator.open(`lanes/${user.id}`);
    await operator.act(
      'Pause this lane',
      'stocktaking <b>',
      /Nothing waits in this lane; nothing that comes begins until/,
    );
    await page.getByText('The lane is paused.').waitFor();
    const { id } = await placeOrder(url, user.token);
    await page.getByText('“stocktaking <b>”').waitFor();
    await operator.act('Resume this lane', 'counted', /1 write/);
    await page.getByRole('list', { name: 'Done, newest first' }).getByText('#2').waitFor();
    expect((await api(url, user.token).get(`/v1/operations/${id}`)).body.state).toBe('succeeded');
    const { body } = await admin.get(`/v1/ops/audit?userId=${user.id}&action=lane.pause`);
    expect(body.items[0]).toMatchObject({ reason: 'stocktaking <b>' });
  });

  it('shows one write: its steps, who asked, what was asked for, and what is personal only for a reason', async () => {
    const operations = await admin.get(`/v1/ops/operations?userId=${people.failed.id}&kind=user.register`);
    const { id } = operations.body.items[0] as { id: string };
    await operator.open(`operations/${id}`);
    await operator.heading('user.register #1');
    await page.getByRole('row', { name: /identity.register identity applied/ }).waitFor();
    await page.getByText('•••').first().waitFor();
    expect(await page.getByText(people.failed.email).count()).toBe(0);
    await picture(page, 'operation');
    await operator.act('Reveal what is hidden', 'the user asked us', /The audit log tells that you looked/);
    await page.getByText(people.failed.email).first().waitFor();
    await page.reload();
    await page.getByText('•••').first().waitFor();
    expect(await page.getByText(people.failed.email).count()).toBe(0);
  });

  it('retries a failed write as a new one, and links the two', async () => {
    await operator.open(`operations/${failedId}`);
    await page.getByText('The order is not in a state that allows this').waitFor();
    await operator.act('Retry this write', 'once more', /a new write at the end of the lane/);
    await page.getByText('Repeats').waitFor();
    await page.getByRole('link', { name: `…${failedId.slice(-8)}` }).click();
    await page.getByText('Repeated by').waitFor();
  });

  it('cancels a waiting write, and shows a refusal when it has moved on meanwhile', async () => {
    const user = await register(url);
    await admin.post(`/v1/ops/lanes/${user.id}/pause`, { reason: 'wait' });
    const [first, second] = [await placeOrder(url, user.token), await placeOrder(url, user.token)];
    await operator.open(`operations/${first.id}`);
    await operator.act('Cancel this write', 'wrong', /This order.place has not begun/);
    await page.getByText('cancelled', { exact: true }).waitFor();
    await operator.open(`operations/${second.id}`);
    await page.getByRole('button', { name: 'Cancel this write…' }).click();
    await admin.post(`/v1/ops/lanes/${user.id}/resume`);
    await admin.get(`/v1/operations/${second.id}`, WAIT);
    await page.getByText('succeeded', { exact: true }).waitFor();
    await operator.confirm('Cancel this write', 'too late');
    await page.getByText('The operation cannot be cancelled any more').waitFor();
  });

  it('groups what failed, and retries all of a group after it has said how many that is', async () => {
    await operator.open('failures');
    const group = page.getByRole('link', { name: 'order-state-conflict' });
    await group.waitFor();
    await picture(page, 'failures');
    await group.click();
    await operator.heading('Operations');
    expect(page.url()).toBe(`${url}/ops/operations?state=failed&problem=order-state-conflict`);
    await picture(page, 'operations');
    await operator.act('Retry all failed', 'ordering is mended', /1 write that matches this filter/);
    await operator.heading('Bulk retry');
    await page.getByText('done', { exact: true }).waitFor();
    await page.getByText('1 of 1').waitFor();
    await picture(page, 'bulk-run');
    await page.getByRole('link', { name: 'Bulk runs' }).click();
    await operator.rows(1);
    await picture(page, 'bulk-runs');
  });

  it('tells who did what, by filters', async () => {
    await operator.open(`audit?userId=${people.paused.id}`);
    await page.getByRole('row', { name: /lane paused/ }).waitFor();
    const choices = page.getByLabel('Action').getByRole('option');
    const values = await choices.evaluateAll((options) => options.map((one) => one.getAttribute('value')));
    learn(SHOP.words([]));
    expect(values.filter(Boolean).sort()).toEqual([...VOCABULARY.auditActions].sort());
    await page.getByLabel('Action').selectOption('lane.pause');
    await operator.rows(1);
  });

  describe('the names in the audit log', () => {
    let user: Person;
    beforeAll(async () => {
      user = await register(url);
      const renaming = { firstName: 'Augusta' };
      expectStatus(await api(url, user.token).patch(`/v1/users/${user.id}`, renaming, WAIT), 200);
    });

    /** Signs in somebody with that role, who looks at how the user was renamed. */
    async function lookAs(role: Role): Promise<Operator> {
      const looking = new Operator(url, await openWindow(browser));
      await looking.signIn(await newOperator(url, adminToken, role));
      await lookAt(looking);
      return looking;
    }

    async function lookAt(operator: Operator): Promise<void> {
      const { page } = operator;
      await operator.open(`audit?userId=${user.id}`);
      await page
        .getByRole('row', { name: /user.update/ })
        .getByRole('button', { name: 'Show' })
        .click();
      await page.getByText('••• → •••').first().waitFor();
      expect(await page.getByText(user.email).count()).toBe(0);
    }

    it('are hidden from operators, who are offered no way to see them without the role', async () => {
      const { page, complaints } = await lookAs('operator.act');
      expect(await page.getByRole('button', { name: 'Reveal what is hidden…' }).count()).toBe(0);
      expect(complaints).toEqual([]);
      await page.context().close();
    });

    it('are not asked for where the gateway would refuse them: the lane is found by its user all the same', async () => {
      const operator = await lookAs('operator');
      const { page, complaints } = operator;
      const refused: string[] = [];
      page.on('response', (answer) => answer.status() === 403 && refused.push(answer.url()));
      await operator.jump(user.email);
      await page.getByRole('option', { name: `Lane of user ${user.id}` }).waitFor();
      await page.keyboard.press('Enter');
      await operator.heading(`Lane of ${user.id}`);
      await page.getByRole('list', { name: 'Done, newest first' }).waitFor();
      expect([refused, complaints]).toEqual([[], []]);
      await page.context().close();
    });

    it('are shown in place to one who may see them and says why, until the view is left', async () => {
      const operator = await lookAs('operator.reveal');
      const { page, complaints } = operator;
      await picture(page, 'audit');
      await operator.act('Reveal what is hidden', 'the user asks', /The audit log tells that you looked/);
      await page.getByText('Personal data is shown.').waitFor();
      await page.getByText('Grace → Augusta').waitFor();
      expect(await hindrances(page)).toEqual([]);
      const { body } = await admin.get(`/v1/ops/audit?userId=${user.id}&action=audit.reveal`);
      expect(body.items).toMatchObject([{ reason: 'the user asks' }]);
      await lookAt(operator);
      expect(complaints).toEqual([]);
      await page.context().close();
    });
  });

  it('compares the services and mends what it finds', async () => {
    await operator.open('integrity');
    await system.databases.ordering.query(`update customers set name = 'Stale' where user_id = $1`, [
      people.failed.id,
    ]);
    await page.getByRole('button', { name: 'Begin a run' }).click();
    await page.getByText('stale-copy').waitFor();
    await picture(page, 'integrity-run');
    await page.getByRole('button', { name: 'Repair what is found…' }).click();
    await page.getByRole('button', { name: 'Repair what is found', exact: true }).click();
    await page.getByRole('heading', { name: 'Repairs' }).waitFor();
    await page.getByRole('link', { name: 'All repairs, and how far they are' }).click();
    await page.getByRole('row', { name: /repair.user #\d+ succeeded/ }).waitFor();
    await page.getByRole('link', { name: 'Integrity' }).click();
    await page.getByText('The services contradict each other.').waitFor();
    await picture(page, 'integrity');
  });

  it('shows a comparison that failed in red, with the service, and does not say that the services agree', async () => {
    // What was found and mended before is known to be wrong until a run has looked again.
    await operator.open('integrity');
    await page.getByRole('button', { name: 'Begin a run' }).click();
    await page.getByText('The services agree: nothing is wrong.').waitFor();
    const listing = (message: string): boolean => message.includes('/internal/integrity/orders');
    const trap = system.proxies.ordering!.trap('request', listing, refusal('internal-error', false), 1);
    await operator.open('integrity');
    await page.getByRole('button', { name: 'Begin a run' }).click();
    const alert = page.getByRole('alert').filter({ hasText: 'This run failed' });
    await alert.getByText(/The table orders of ordering could not be compared/).waitFor();
    await alert.getByText(/health\/ready of ordering and mend it; then begin another run/).waitFor();
    trap.release();
    expect(await page.getByText('The services agree').count()).toBe(0);
    await operator.open('integrity');
    await page.getByText('It is not known whether the services agree.').waitFor();
    await page.getByRole('row', { name: /failed The table orders of ordering could not/ }).waitFor();
    expect(await hindrances(page)).toEqual([]);
    await operator.open('');
    await page
      .getByText(/It is not known whether the services agree\. The table orders of ordering/)
      .waitFor();
  });

  it('does not show a lane that stands as one that goes on', async () => {
    const badge = `[...document.querySelectorAll('.mantine-Badge-root')].find(({ innerText }) => innerText === 'open')`;
    const colour = (): Promise<string> => page.evaluate(`getComputedStyle(${badge}).backgroundColor`);
    await operator.lane(people.failed.id);
    const good = await colour();
    await operator.lane(people.retrying.id);
    await page.getByText(/^blocked by ordering, \d+ (s|min)/).waitFor();
    expect(await colour()).not.toBe(good);
    await operator.open('lanes?state=busy');
    await page.getByRole('row', { name: /blocked by ordering, .* open 2/ }).waitFor();
  });

  it('shows how it was, in grey and with its age, while nothing newer can be read', async () => {
    await operator.open('');
    await page.getByText('live', { exact: true }).waitFor();
    const grey = (): Promise<string> =>
      page.evaluate(`getComputedStyle(document.querySelector('.numbers')).filter`);
    expect(await grey()).toBe('none');
    const body = JSON.stringify(problemBody('unavailable', 'The ledger does not answer.'));
    await page.route('**/v1/ops/summary', (route) =>
      route.fulfill({ status: 503, contentType: 'application/problem+json', body }),
    );
    await page.route('**/v1/ops/live', (route) => route.abort());
    // The stream that is open is not cut by a route: the page is left, and comes back from what it has read.
    await operator.go('lanes');
    await operator.heading('Lanes');
    await operator.go('');
    await page.getByText(/This is how it was \d+ s ago; how it is now is not known/).waitFor();
    await page.getByText('The ledger does not answer.').waitFor();
    expect(await grey()).toBe('grayscale(1)');
    expect(await page.getByText('live', { exact: true }).count()).toBe(0);
    expect(await hindrances(page)).toEqual([]);
    await page.unroute('**/v1/ops/live');
    await page.unroute('**/v1/ops/summary');
    await page.getByText('live', { exact: true }).waitFor();
    expect(await grey()).toBe('none');
  });

  it('shows percentiles of long ago as those of long ago', async () => {
    const at = new Date(Date.now() - 600_000).toISOString();
    const [sample] = (await admin.get<{ items: object[] }>('/v1/ops/samples')).body.items;
    const old = { ...sample, at, p50Ms: 4321, p95Ms: 4321, p99Ms: 4321 };
    await page.route('**/v1/ops/samples*', (route) => route.fulfill({ json: { items: [old] } }));
    await operator.open('');
    const figure = page.locator('.figure', { hasText: '99 % are done in' });
    await figure.getByText(/^of what ended 10 min/).waitFor();
    expect(await figure.getAttribute('class')).toBe('figure old');
    await page.getByRole('img', { name: /over the last hour; now: accepted unknown/ }).waitFor();
    await page.unroute('**/v1/ops/samples*');
  });

  it('shows all of a lane with more writes than a page has, each with how many come before', async () => {
    const user = await register(url);
    await admin.post(`/v1/ops/lanes/${user.id}/pause`, { reason: 'to have them wait' });
    await placeOrders(url, user.token, Array(205).fill({}));
    await operator.lane(user.id);
    const waiting = page.getByRole('list', { name: 'Waiting and running, in order' }).getByRole('listitem');
    await until(async () => (await waiting.count()) === 205);
    expect(await waiting.first().innerText()).toMatch(/^#2\s/);
    expect(await waiting.last().innerText()).toMatch(
      /^#206\s[^]*Waits behind #205 order.place, with 204 writes before it in all\./,
    );
    await waiting.last().getByRole('link', { name: 'order.place', exact: true }).click();
    await page.getByText(/^Behind …[0-9a-f]{8}, with 204 before it\. The lane is paused/).waitFor();
  });

  it('says why a page of a list is refused, and does not ask for it without a pause', async () => {
    const next = /\/v1\/ops\/operations\?.*cursor=/;
    let asked = 0;
    await page.route(next, (route) => {
      asked += 1;
      const body = JSON.stringify(problemBody('rate-limited'));
      return route.fulfill({ status: 429, contentType: 'application/problem+json', body });
    });
    await operator.open('operations');
    await operator.rows(50);
    await page.keyboard.press('End');
    await page.getByText(PROBLEMS['rate-limited'].title).waitFor();
    await page.waitForResponse((answer) => answer.url().endsWith('/v1/ops/operations'));
    expect(asked).toBeLessThan(5);
    await page.unroute(next);
    await until(async () => (await page.locator('tbody tr').count()) > 50);
  });

  it('does not say of an action whose answer is lost that it will be asked for again', async () => {
    const pausing = '**/v1/ops/lanes/*/pause';
    await page.route(pausing, (route) => route.abort());
    await operator.lane(people.failed.id);
    await operator.act('Pause this lane', 'stocktaking', /Nothing waits in this lane/);
    await page.getByText('It cannot be said whether this was done.').waitFor();
    await page.unroute(pausing);
  });

  it('draws the last minutes of a gateway that has no samples yet', async () => {
    const sampled = '**/v1/ops/samples*';
    await page.route(sampled, (route) => route.fulfill({ json: { items: [] } }));
    await page.addInitScript(`globalThis.drawn = [];
      const { fillText } = CanvasRenderingContext2D.prototype;
      CanvasRenderingContext2D.prototype.fillText = function (text, ...where) {
        drawn.push(text);
        fillText.call(this, text, ...where);
      };`);
    await operator.open('');
    await page.getByRole('img', { name: /over the last hour; now: accepted unknown/ }).waitFor();
    const lastMinutes = `[0, 1, 2, 3, 4, 5].map((minutes) => new Date(Date.now() - minutes * 60_000)
      .toLocaleTimeString(undefined, { hour: '2-digit', minute: '2-digit' }))`;
    await until(() => page.evaluate(`${lastMinutes}.some((time) => drawn.includes(time))`));
    await page.unroute(sampled);
  });

  it('says of a write in a moving lane when it is expected, by what such writes took lately', async () => {
    const user = await register(url);
    const call = isCallOf(user, 'ordering.place');
    const held = system.proxies.ordering!.trap('request', call, { type: 'hold' }, 1e6);
    for (let count = 0; count < 3; count += 1) await placeOrder(url, user.token);
    await operator.lane(user.id);
    await page.getByText(/2 writes before it in all\. Expected in about 1 s\./).waitFor();
    held.release();
    await page.getByText('Nothing waits: the next write begins at once.').waitFor();
  });

  it('aborts a bulk run in progress', async () => {
    const user = await register(url);
    await admin.post(`/v1/ops/lanes/${user.id}/pause`, { reason: 'to have them wait' });
    for (let count = 0; count < 3; count += 1) await placeOrder(url, user.token);
    await operator.open(`operations?userId=${user.id}`);
    await whileLocked(user, async () => {
      await operator.act('Cancel all waiting', 'not wanted any more', /3 writes that match this filter/);
      await operator.heading('Bulk cancel');
      await page.getByText('0 of 3').waitFor();
      await page.getByRole('button', { name: 'Abort this run…' }).click();
      const dialog = page.getByRole('dialog', { name: 'Abort this run' });
      await picture(page, 'dialog');
      await dialog.getByRole('button', { name: 'Abort this run' }).click();
      await page.getByText('aborted', { exact: true }).waitFor();
    });
    expect(await page.getByRole('button', { name: 'Abort this run…' }).count()).toBe(0);
    const { body } = await admin.get(`/v1/ops/bulk/${page.url().split('/').at(-1)!}`);
    expect(body.state).toBe('aborted');
  });

  it('jumps to a user or an operation, by the keyboard alone', async () => {
    await operator.open('');
    await operator.heading('Overview');
    const searches: string[] = [];
    page.on('request', (request) => request.url().includes('/v1/users?') && searches.push(request.url()));
    await operator.jump(people.paused.email);
    await page.getByRole('option', { name: people.paused.email }).waitFor();
    expect(await hindrances(page)).toEqual([]);
    await picture(page, 'palette');
    await page.keyboard.press('Enter');
    await page.waitForURL(`**/ops/lanes/${people.paused.id}`);
    // Each is an entry of the audit log.
    expect(searches).toHaveLength(1);
    await operator.jump(failedId);
    await page.getByRole('option', { name: `Operation ${failedId}` }).waitFor();
    await page.keyboard.press('Enter');
    await operator.heading(/^order.pay #/);
  });

  it('is worked by the keyboard alone: every action is reached by Tab, and the focus comes back', async () => {
    await operator.lane(people.halted.id);
    await operator.tabTo('Release this lane…');
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await operator.focused('Release this lane…');
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Leave it' }).press('Enter');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await operator.focused('Release this lane…');
    await page.keyboard.press('Enter');
    await operator.type('mended');
    await page.keyboard.press('Enter');
    await page.getByText('The lane is released.').waitFor();
  });

  it('hinders nobody, light and dark, and fits a phone', async () => {
    const views = ['', 'lanes', 'operations', 'failures', 'bulk', 'audit', 'integrity', 'nowhere'];
    const ofOne = [`lanes/${people.paused.id}`, `lanes/${people.retrying.id}`, `operations/${failedId}`];
    const colours = page.getByLabel('Colours');
    for (const path of [...views, ...ofOne]) {
      await operator.open(path);
      await operator.settled();
      await colours.selectOption({ label: 'Light' });
      expect([path, await hindrances(page)]).toEqual([path, []]);
      await colours.selectOption({ label: 'Dark' });
      expect([path, await hindrances(page, { rules: ['color-contrast'] })]).toEqual([path, []]);
      await page.setViewportSize(PHONE);
      expect([path, await page.evaluate('document.documentElement.scrollWidth')]).toEqual([
        path,
        PHONE.width,
      ]);
      await page.setViewportSize(DESKTOP);
    }
    await page.getByRole('link', { name: 'Lanes', exact: true }).click();
    for (const label of ['Light', 'Dark']) {
      await colours.selectOption({ label });
      await page.locator('[aria-current="page"]').hover();
      expect([label, await hindrances(page, { rules: ['color-contrast'] })]).toEqual([label, []]);
    }
    await page.reload();
    expect(await colours.inputValue()).toBe('dark');
    await colours.selectOption({ label: 'System colours' });
  });

  it('is shown in pictures', async () => {
    await page.setViewportSize(PHONE);
    await operator.lane(people.retrying.id);
    await picture(page, 'phone-lane');
    await operator.open('');
    await page.getByRole('img', { name: /Writes per second over the last hour/ }).waitFor();
    await picture(page, 'phone-overview');
    await page.setViewportSize(DESKTOP);
    await page.getByText('live', { exact: true }).waitFor();
    await picture(page, 'overview');
    await page.emulateMedia({ colorScheme: 'dark' });
    await picture(page, 'overview-dark');
    await page.emulateMedia({ colorScheme: null });
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
    for (const name of ['gone.js', '']) expect((await fetch(`${url}/ops/assets/${name}`)).status).toBe(404);
  });

  it('passes on the licences of what its scripts contain, all of which allow it', async () => {
    const answer = await fetch(`${url}/ops/licenses.txt`);
    expect(answer.headers.get('content-type')).toBe('text/plain; charset=utf-8');
    const text = await answer.text();
    const packages = [...text.matchAll(/^## (\S+) - \S+ \((.*)\)$/gm)].map(([, name, licence]) => ({
      name,
      licence,
    }));
    expect(packages).toEqual(
      expect.arrayContaining(
        ['react-dom', '@mantine/core', 'uplot'].map((name) => ({ name, licence: 'MIT' })),
      ),
    );
    expect(packages).toHaveLength(text.match(/^## /gm)!.length);
    expect(packages.filter(({ licence }) => !['0BSD', 'ISC', 'MIT', 'Unlicense'].includes(licence!))).toEqual(
      [],
    );
  });

  it('leads to the page of the queues, which keeps to a policy of its own', async () => {
    await operator.open('');
    await page.getByRole('link', { name: 'Queues' }).click();
    await page.getByText('lane-00').first().waitFor();
    await page.getByText('Loading...').waitFor({ state: 'hidden' });
    await picture(page, 'queues');
    await operator.open('queues/queue/turnpike-maintenance');
    await page.getByText(/^repeat:integrity:/).waitFor();
    expect(operator.complaints).toEqual([]);
  });

  it('says of a write whose service fails that its calls are held back', async () => {
    const user = await register(url);
    const away = system.proxies.ordering!.trap('request', () => true, { type: 'reset' }, 1e6);
    await placeOrder(url, user.token);
    await operator.lane(user.id);
    const sentence = page.getByText(/^ordering fails, so its calls are held back; tried again/);
    const reads = api(url, user.token);
    await until(async () => {
      // They open the breaker, and are the one call that it lets through now and then.
      await Promise.all(Array.from({ length: 20 }, () => reads.get('/v1/orders')));
      return (await sentence.count()) > 0;
    });
    await operator.open('');
    await page
      .getByText(/ordering[^]*open/)
      .first()
      .waitFor();
    away.release();
  });

  it('does not ask for a password again where only too much was asked', async () => {
    const body = JSON.stringify({ title: 'Too many requests', status: 429, code: 'rate-limited' });
    await page.route('**/ops/session', (route) =>
      route.fulfill({ status: 429, contentType: 'application/problem+json', body }),
    );
    await page.goto(`${url}/ops/lanes`);
    await page.getByText('Too many requests').waitFor();
    await page.unroute('**/ops/session');
    await page.getByRole('button', { name: 'Try again' }).click();
    await operator.heading('Lanes');
  });

  it('shows the sign-in where a session has ended, and goes on from there', async () => {
    await operator.open('lanes');
    await operator.heading('Lanes');
    await system.databases.gateway.query('update ops_sessions set expires_at = now()');
    await fillIn(page, system.admin);
    await operator.heading('Lanes');
    // What has ended is not read again by itself: nothing but the button finds out that the session is over.
    await operator.go(`operations/${failedId}`);
    await operator.heading(/^order.pay #/);
    await system.databases.gateway.query('update ops_sessions set expires_at = now()');
    await page.getByRole('button', { name: 'Sign out' }).click();
    await fillIn(page, system.admin);
    await operator.heading(/^order.pay #/);
    const showsIt = async (): Promise<boolean> => (await page.content()).includes(failedId);
    await until(showsIt);
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByRole('button', { name: 'Sign in' }).waitFor();
    expect(await showsIt()).toBe(false);
    expect(operator.complaints).toEqual([]);
  });

  it('lets a session end that nobody uses, though the page asks on, and one go on that somebody uses', async () => {
    const setIdle = (minutes: number) =>
      system.databases.gateway.query(
        `update ops_sessions set last_used_at = now() - $1 * interval '1 minute'`,
        [minutes],
      );
    const isUsed = async (): Promise<boolean> => {
      const { rows } = await system.databases.gateway.query(
        `select 1 from ops_sessions where last_used_at > now() - interval '1 minute'`,
      );
      return rows.length > 0;
    };
    await operator.open('lanes');
    await fillIn(page, system.admin);
    await operator.heading('Lanes');
    await operator.open('lanes');
    await operator.heading('Lanes');
    await setIdle(29);
    for (let polls = 0; polls < 2; polls += 1) await page.waitForResponse(/v1\/ops\/lanes/);
    expect(await isUsed()).toBe(false);
    await page.mouse.move(200, 200);
    await until(isUsed);
    await setIdle(31);
    await page.getByRole('button', { name: 'Sign in' }).waitFor();
  });

  /** Keeps whoever changes that lane waiting, as another that changes it does. */
  async function whileLocked({ id }: Person, work: () => Promise<void>): Promise<void> {
    const connection = await system.databases.gateway.connect();
    try {
      await connection.query('begin');
      await connection.query('select from lanes where user_id = $1 for update', [id]);
      await work();
    } finally {
      await connection.query('rollback');
      connection.release();
    }
  }

  /** Lanes in every state that operators meet. */
  async function makeHistory(): Promise<void> {
    const { paused, retrying, halted, deleting, failed } = people;
    await admin.post(`/v1/ops/lanes/${paused.id}/pause`, { reason: 'a word with the customer first' });
    for (let count = 0; count < 3; count += 1) await placeOrder(url, paused.token, { reference: 'REF' });

    await admin.post(`/v1/ops/lanes/${deleting.id}/pause`, { reason: 'legal hold' });
    await placeOrder(url, deleting.token);
    expectStatus(await admin.delete(`/v1/users/${deleting.id}`), 202);

    const me = api(url, failed.token);
    const order = expectStatus(await me.post<{ id: string }>('/v1/orders', { lines: [LINE] }, WAIT), 201);
    await me.post(`/v1/orders/${order.id}/cancel`, {}, WAIT);
    const paying = await me.post(`/v1/orders/${order.id}/pay`, { paymentReference: 'REF' }, WAIT);
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
});

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
