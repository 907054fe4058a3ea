// A browser for tests of the page: Debian's Chromium, driven by Playwright.
import { readFileSync } from 'node:fs';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';

const ARGUMENTS = ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'];
const AXE = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');

/** Under load a page is slow; a test that hangs longer than this has failed. */
const PATIENCE_MS = 20_000;

/** @param more arguments of Chromium, beside those that it always has */
export function openBrowser(...more: string[]): Promise<Browser> {
  return chromium.launch({ executablePath: '/usr/bin/chromium', args: [...ARGUMENTS, ...more] });
}

export interface Window {
  page: Page;
  /** What the page was not allowed to do, and what it threw. */
  complaints: string[];
}

/** A window with cookies of its own. */
export async function openWindow(browser: Browser, options: BrowserContextOptions = {}): Promise<Window> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 860 }, ...options });
  const complaints: string[] = [];
  context.setDefaultTimeout(PATIENCE_MS);
  await context.exposeFunction('complain', (what: string) => complaints.push(what));
  await context.addInitScript({ content: AXE });
  await context.addInitScript(`document.addEventListener('securitypolicyviolation', (event) =>
    complain('policy: ' + event.violatedDirective + ' ' + event.blockedURI + ' ' + event.sourceFile))`);
  const page = await context.newPage();
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('dialog', (dialog) => {
    complaints.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  return { page, complaints };
}

export interface Look {
  /** A selector of what is looked at; all of the page. */
  within?: string;
  /** Rules of axe; all of them. */
  rules?: string[];
}

/** @returns what hinders people who see, hear or move otherwise: serious and critical findings of axe */
export async function hindrances(page: Page, { within = 'html', rules }: Look = {}): Promise<string[]> {
  const options = { resultTypes: ['violations'], ...(rules && { runOnly: rules }) };
  return page.evaluate(
    async ([where, how]) => {
      const { axe } = globalThis as any;
      const { violations } = await axe.run(where, how);
      return violations
        .filter(({ impact }: any) => impact === 'serious' || impact === 'critical')
        .flatMap(({ id, nodes }: any) =>
          nodes.map(
            ({ html, any }: any) => `${id}: ${html} ${any.map(({ message }: any) => message).join('; ')}`,
          ),
        );
    },
    [within, options] as const,
  );
}
