// The example page as a visitor sees it: served by `npm run storefront`, before a whole system.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { problemBody, PROBLEMS } from '@turnpike/protocol';
import type { Browser, Locator, Page } from 'playwright-core';
import { hindrances, openBrowser, openWindow } from './support/browser.js';
import { freePort, isFree } from './support/ports.js';
import { startSystem, type System } from './support/system.js';

const SCRIPT = path.resolve(__dirname, '../scripts/storefront.mjs');

/** Where to keep pictures of what the test sees; none are taken without it. */
const PICTURES = process.env['STOREFRONT_PICTURES'];

const VISITOR = { first: 'Ada', last: 'King', email: 'ada@tea.example', password: 'a long engine 1843' };

describe('the storefront', () => {
  let system: System;
  let browser: Browser;
  let page: Page;
  let complaints: string[];
  let server: ChildProcess;
  let port: number;

  beforeAll(async () => {
    [system, browser, port] = await Promise.all([startSystem(), openBrowser(), freePort()]);
    server = await serve(port, system.gatewayUrls[0]!);
    ({ page, complaints } = await openWindow(browser));
    await page.goto(`http://127.0.0.1:${port}/`);
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
    server?.kill('SIGKILL');
    await system?.stop();
  });

  it('lets a visitor register, which signs in', async () => {
    const card = page.getByRole('form', { name: 'New here' });
    expect(await hindrances(page)).toEqual([]);
    await card.getByLabel('First name').fill(VISITOR.first);
    await card.getByLabel('Last name').fill(VISITOR.last);
    await card.getByLabel('E-mail').fill(VISITOR.email);
    await card.getByLabel('Password').fill(VISITOR.password);
    await card.getByRole('button', { name: 'Register' }).click();
    await heading('What will it be, Ada?');
  });

  it('signs out, and in again', async () => {
    await page.getByRole('button', { name: 'Sign out' }).click();
    const card = page.getByRole('form', { name: 'Been here before' });
    await card.getByLabel('E-mail').fill(VISITOR.email);
    await card.getByLabel('Password').fill(VISITOR.password);
    await card.getByRole('button', { name: 'Sign in' }).click();
    await heading('What will it be, Ada?');
  });

  it('shows live what becomes of each write: orders, a payment, a cancellation', async () => {
    await order('Assam', '2');
    await runsThrough(2, 'Order');
    await page.getByRole('button', { name: 'Pay 2 × Assam' }).click();
    await runsThrough(3, 'Payment');
    await page.getByRole('button', { name: 'Pay 2 × Assam' }).waitFor({ state: 'detached' });
    await order('Sencha', '1');
    await runsThrough(4, 'Order');
    await page.getByRole('button', { name: 'Cancel 1 × Sencha' }).click();
    await runsThrough(5, 'Cancellation');
    await orderItem('1 × Sencha').getByText('cancelled').waitFor();
    await orderItem('2 × Assam').getByText('paid').waitFor();
    expect(await hindrances(page)).toEqual([]);
    await picture('storefront');
  });

  it('goes on telling what becomes of writes when its list of orders could not be read', async () => {
    const listing = '**/v1/orders?*';
    const body = JSON.stringify(problemBody('internal-error'));
    const refused = { status: 500, contentType: 'application/problem+json', body };
    await page.route(listing, (route) => route.fulfill(refused));
    await order('Rooibos', '1');
    await page.getByText(PROBLEMS['internal-error'].title).waitFor();
    await page.unroute(listing);
    await order('Rooibos', '2');
    await runsThrough(7, 'Order');
    await orderItem('1 × Rooibos').waitFor();
  });

  it('keeps nothing in the storage of the browser', async () => {
    const kept = await page.evaluate('document.cookie + localStorage.length + sessionStorage.length');
    expect(kept).toBe('00');
  });

  it('deletes the account once nothing forbids it, and shows that nothing is accepted from then on', async () => {
    await page.getByRole('button', { name: 'Cancel 2 × Assam' }).click();
    await orderItem('2 × Assam').getByText('cancelled').waitFor();
    await page.getByRole('button', { name: 'Delete my account' }).click();
    expect(await hindrances(page, { within: 'dialog' })).toEqual([]);
    await page.getByRole('button', { name: 'Delete it' }).click();
    await heading('Your account is deleted');
    const answers = await page.locator('tbody td:nth-child(2)').allTextContents();
    expect(answers).toEqual([expect.stringMatching(/^(409|410|401) /), expect.stringMatching(/^(410|401) /)]);
    // The events end with the session, a moment later: the answers must still be there then.
    await page.waitForResponse((answer) => answer.url().endsWith('/v1/events') && answer.status() === 401);
    await heading('Your account is deleted');
    expect(await hindrances(page)).toEqual([]);
    await picture('storefront-deleted');
    await page.getByRole('button', { name: 'Back to the door' }).click();
    await heading('Tea, one order at a time');
  });

  it('does nothing that its policy forbids, and throws nothing', () => {
    expect(complaints).toEqual([]);
  });

  it('ends with Ctrl-C, streams or not', async () => {
    server.kill('SIGINT');
    expect(await once(server, 'exit')).toEqual([0, null]);
    expect(await isFree(port)).toBe(true);
  });

  async function heading(name: string): Promise<void> {
    await page.getByRole('heading', { level: 1, name }).waitFor();
  }

  async function order(tea: string, amount: string): Promise<void> {
    await page.getByLabel(tea).fill(amount);
    await page.getByRole('button', { name: 'Place order' }).click();
  }

  async function runsThrough(place: number, name: string): Promise<void> {
    const entry = page
      .getByRole('list', { name: 'Your lane' })
      .locator('> li', { hasText: `${place}${name}` });
    await entry.getByText('succeeded', { exact: true }).waitFor();
    expect(await entry.locator('.chip').allTextContents()).toEqual(['queued', 'running', 'succeeded']);
  }

  function orderItem(what: string): Locator {
    return page.getByRole('list', { name: 'Your orders' }).getByRole('listitem').filter({ hasText: what });
  }

  async function picture(name: string): Promise<void> {
    if (PICTURES === undefined) return;
    mkdirSync(PICTURES, { recursive: true });
    await page.screenshot({ path: path.join(PICTURES, `${name}.png`) });
  }
});

/** Resolves as soon as it says where the page is. */
async function serve(port: number, gatewayUrl: string): Promise<ChildProcess> {
  const server = spawn(process.execPath, [SCRIPT, '--port', String(port)], {
    env: { PATH: process.env.PATH, GATEWAY_URL: gatewayUrl },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  for await (const chunk of server.stdout) {
    if (String(chunk).includes(`http://127.0.0.1:${port}/`)) return server;
  }
  throw new Error('the storefront ended before it was up');
}
