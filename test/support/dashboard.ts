// What an operator does at the dashboard, in one window of the browser.
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Locator, Page } from 'playwright-core';
import { hindrances, type Window } from './browser.js';
import { until } from './processes.js';

/** Where to keep pictures of what the tests see; none are taken without it. */
const PICTURES = process.env['DASHBOARD_PICTURES'];

export async function fillIn(
  on: Page,
  { email, password }: { email: string; password: string },
): Promise<void> {
  await on.getByLabel('E-mail').fill(email);
  await on.getByLabel('Password').fill(password);
  await on.getByRole('button', { name: 'Sign in' }).click();
}

/** Takes a text from one field to the other by the clipboard. */
export async function copyPaste(from: Locator, to: Locator, text: string): Promise<void> {
  await from.fill(text);
  await from.press('ControlOrMeta+A');
  await from.press('ControlOrMeta+C');
  await to.press('ControlOrMeta+V');
}

export class Operator {
  readonly page: Page;
  readonly complaints: string[];

  constructor(
    private readonly url: string,
    window: Window,
  ) {
    this.page = window.page;
    this.complaints = window.complaints;
  }

  /** Loads a view anew. @param path below the dashboard's address */
  async open(path: string): Promise<void> {
    await this.page.goto(`${this.url}/ops/${path}`);
  }

  /** Goes on to a view as its links do, without loading the page again. */
  async go(path: string): Promise<void> {
    await this.page.evaluate(`history.pushState(null, '', ${JSON.stringify(`/ops/${path}`)})`);
  }

  async signIn(login: { email: string; password: string }): Promise<void> {
    await this.open('');
    await fillIn(this.page, login);
    await this.heading('Overview');
  }

  async heading(name: string | RegExp): Promise<void> {
    await this.page.getByRole('heading', { level: 1, name }).waitFor();
  }

  async lane(userId: string): Promise<void> {
    await this.open(`lanes/${userId}`);
    await this.page.getByRole('heading', { name: /^Waiting and running/ }).waitFor();
  }

  /** Waits until the table has so many rows. */
  async rows(count: number): Promise<void> {
    await until(async () => (await this.page.locator('tbody tr').count()) === count);
  }

  /** Carries out an action of the view, once its dialog says what it will do. */
  async act(name: string, reason: string, explanation: RegExp): Promise<void> {
    await this.page.getByRole('button', { name: `${name}…` }).click();
    await this.page.getByRole('dialog').getByText(explanation).waitFor();
    expect(await hindrances(this.page, { within: '[role="dialog"]' })).toEqual([]);
    await this.confirm(name, reason);
  }

  async confirm(name: string, reason: string): Promise<void> {
    const dialog = this.page.getByRole('dialog');
    await dialog.getByLabel('Reason').fill(reason);
    await dialog.getByRole('button', { name, exact: true }).click();
  }

  /** Waits until the button of that name has the focus. */
  async focused(name: string): Promise<void> {
    await until(async () => (await this.page.evaluate('document.activeElement.textContent')) === name);
  }

  /** Types where the focus is, once it is in a field: a dialog takes it a moment after it is there. */
  async type(text: string): Promise<void> {
    await until(() => this.page.evaluate(`document.activeElement.matches('input')`));
    await this.page.keyboard.type(text);
  }

  /** Looks for where to jump to. */
  async jump(text: string): Promise<void> {
    await this.page.keyboard.press('Control+k');
    await this.type(text);
  }

  async tabTo(name: string): Promise<void> {
    for (let count = 0; count < 60; count += 1) {
      await this.page.keyboard.press('Tab');
      if ((await this.page.evaluate('document.activeElement.textContent')) === name) return;
    }
    throw new Error(`Tab does not come to ${name}`);
  }

  /** Waits until the view shows what it has read. */
  async settled(): Promise<void> {
    await this.page.locator('h1').waitFor();
    await until(async () => (await this.page.getByText('Loading…').count()) === 0);
  }
}

/** Keeps what is in the window, for docs/dashboard.md. Playwright itself knows no format that is small enough. */
export async function picture(page: Page, name: string): Promise<void> {
  if (PICTURES === undefined) return;
  const devtools = await page.context().newCDPSession(page);
  const { data } = await devtools.send('Page.captureScreenshot', { format: 'webp', quality: 90 });
  mkdirSync(PICTURES, { recursive: true });
  writeFileSync(path.join(PICTURES, `dashboard-${name}.webp`), Buffer.from(data, 'base64'));
  await devtools.detach();
}
