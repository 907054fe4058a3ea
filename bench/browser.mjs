// A browser that looks at the dashboard: Debian's Chromium, as the tests have it.
/* global document, requestAnimationFrame -- what runs in the page */
import { readFileSync } from 'node:fs';
import { chromium } from 'playwright-core';

const ARGUMENTS = ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'];

/** @returns a page that is signed in, `settle()` which waits until a view has all it shows, `memory()` and `close()` */
export async function openDashboard(url, admin) {
  const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ARGUMENTS });
  const page = await browser.newPage({ viewport: { width: 1280, height: 860 } });
  await page.goto(`${url}/ops`);
  await page.getByLabel('E-mail').fill(admin.email);
  await page.getByLabel('Password').fill(admin.password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  const settle = () => page.evaluate(hasSettled);
  await page.getByRole('heading', { level: 1, name: 'Overview' }).waitFor();
  await settle();
  return { page, settle, memory: () => memoryOf(browser, page), close: () => browser.close() };
}

/**
 * Runs in the page, and is fulfilled with the first frame in which a view has all that it shows. Waiting for locators
 * will not do for a measurement: they look at intervals that grow to half a second.
 */
function hasSettled() {
  const isLoading = () =>
    [...document.querySelectorAll('[role="status"]')].some(({ textContent }) => textContent === 'Loading…');
  return new Promise((resolve) => {
    const look = () => requestAnimationFrame(document.querySelector('h1') && !isLoading() ? resolve : look);
    requestAnimationFrame(look);
  });
}

/** Megabytes: what scripts and their data hold after a collection, and the share of the process that draws the page. */
async function memoryOf(browser, page) {
  const tab = await page.context().newCDPSession(page);
  await tab.send('HeapProfiler.collectGarbage');
  const { usedSize } = await tab.send('Runtime.getHeapUsage');
  const { processInfo } = await (await browser.newBrowserCDPSession()).send('SystemInfo.getProcessInfo');
  const renderers = processInfo.filter(({ type }) => type === 'renderer').map(({ id }) => proportionalMb(id));
  return { heapMb: usedSize / 2 ** 20, pageMb: Math.max(...renderers) };
}

/** Pages that several processes share count in parts: otherwise the browser's own code counted for every tab. */
function proportionalMb(pid) {
  const [, kilobytes] = /^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'));
  return Number(kilobytes) / 1024;
}
