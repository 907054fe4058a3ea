// What people write is shown to operators as it was written, and nothing of it is carried out by their browsers.
import { problemBody } from '@turnpike/protocol';
import type { Browser, Page } from 'playwright-core';
import { openBrowser, openWindow } from './support/browser.js';
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
import { Operator } from './support/dashboard.js';
import { startSystem, type System } from './support/system.js';
import { until } from './support/processes.js';

/** What calls `hit` wherever it is taken for something else than text. */
const VECTORS = [
  '<script>hit()</script>',
  '<img src=x onerror=hit()>',
  '<svg onload=hit()>',
  '<svg><script>hit()</script></svg>',
  '<svg><animate onbegin=hit() attributeName=x dur=1s>',
  '<iframe srcdoc="<script>parent.hit()</script>">',
  '<iframe src=javascript:parent.hit()>',
  '<object data=javascript:hit()>',
  '<details open ontoggle=hit()>',
  '<input autofocus onfocus=hit()>',
  '<video><source onerror=hit()></video>',
  '<body onpageshow=hit()>',
  '<style onload=hit()></style>',
  '<link rel=stylesheet href=/ops onload=hit()>',
  '<meta http-equiv=refresh content=0;javascript:hit()>',
  '<form action=javascript:hit()><input type=submit>',
  '<a href=javascript:hit() autofocus onfocus=hit()>x</a>',
  '<base href=//example.com/>',
  'javascript:hit()',
  `{{constructor.constructor('hit()')()}}`,
];

/** What gets it there: the end of what it may stand in, or another way to write it. */
const CONTEXTS: ((vector: string) => string)[] = [
  (vector) => vector,
  (vector) => `">${vector}`,
  (vector) => `'>${vector}`,
  (vector) => `-->${vector}`,
  (vector) => `</title>${vector}`,
  (vector) => `</script>${vector}`,
  (vector) => `</pre>${vector}`,
  (vector) => `\${${vector}}`,
  (vector) => `&quot;&gt;${vector.replaceAll('<', '&lt;').replaceAll('>', '&gt;')}`,
  (vector) => JSON.stringify(vector).replaceAll('<', '\\u003c'),
];

const STRINGS = CONTEXTS.flatMap((context) => VECTORS.map(context));

/** The longest name, and the longest reference. */
const NAME = 200;
const REFERENCE = 64;

const HIT = `globalThis.hit = () => complain('carried out')`;

describe('200 hostile strings', () => {
  let system: System;
  let url: string;
  let admin: Api;
  let browser: Browser;
  let operator: Operator;
  let page: Page;
  let writer: Person;

  beforeAll(async () => {
    system = await startSystem({ proxied: ['ordering'] });
    url = system.gatewayUrls[0]!;
    admin = api(url, await signIn(url, system.admin));
    writer = await register(url);
    browser = await openBrowser();
    const window = await openWindow(browser);
    page = window.page;
    operator = new Operator(url, window);
    page.on('console', (message) => {
      if (/Content Security Policy/.test(message.text())) window.complaints.push(message.text());
    });
    await page.context().addInitScript(HIT);
    await operator.signIn(system.admin);
  }, 120_000);
  afterEach(() => expect(operator.complaints).toEqual([]));
  afterAll(async () => {
    await browser?.close();
    await system?.stop();
  });

  it('are 200, and are found out where they are carried out', async () => {
    expect(new Set(STRINGS).size).toBe(200);
    const other = await openWindow(browser);
    await other.page.context().addInitScript(HIT);
    await other.page.goto('about:blank');
    await other.page.setContent(VECTORS[1]!);
    await until(() => Promise.resolve(other.complaints.includes('carried out')));
    await other.page.context().close();
  });

  it('do nothing as texts of problems, in a lane, in lists and beside a write', async () => {
    await pauseWriter('to have them wait');
    await placeOrders(
      url,
      writer.token,
      STRINGS.map((text) => ({ reference: text.slice(0, REFERENCE) })),
    );
    for (const text of STRINGS) {
      system.proxies.ordering!.trap('request', isPlacing, { type: 'answer', by: refusal(text) });
    }
    await admin.post(`/v1/ops/lanes/${writer.id}/resume`, {});
    await until(async () => (await admin.get(`/v1/ops/lanes/${writer.id}`)).body.depth === 0);
    await operator.go(`lanes/${writer.id}`);
    await allAreShown(STRINGS);
    await operator.go(`operations?userId=${writer.id}&state=failed`);
    await allAreShown(STRINGS);
    await page.getByRole('rowheader').getByRole('link').first().click();
    await page.getByRole('alert').waitFor();
    await operator.go('failures');
    await operator.heading('Failures');
    await page.getByRole('link', { name: 'order-state-conflict' }).waitFor();
  });

  it('do nothing as reasons of pauses, in the audit log and in the lane', async () => {
    for (const [index, text] of STRINGS.entries()) {
      const action = index % 2 === 0 ? 'pause' : 'resume';
      expectStatus(await admin.post(`/v1/ops/lanes/${writer.id}/${action}`, { reason: text }), 200);
    }
    await operator.go(`audit?userId=${writer.id}`);
    await allAreShown(STRINGS);
  });

  it('do nothing as what an order says, when it is revealed', async () => {
    await pauseWriter(STRINGS[1]!);
    for (const names of [STRINGS.slice(0, 100), STRINGS.slice(100)]) {
      const lines = names.map((name) => ({ ...LINE, name }));
      const { id } = await placeOrder(url, writer.token, { lines, reference: STRINGS[2] });
      await operator.go(`operations/${id}`);
      await operator.act('Reveal what is hidden', STRINGS[3]!, /The audit log tells that you looked/);
      await page.getByText('Personal data is shown.').waitFor();
      await allAreShown(names.map((name) => JSON.stringify(name)));
    }
    await operator.go(`lanes/${writer.id}`);
    await page.getByText(`“${STRINGS[1]}”`).waitFor();
  });

  it('do nothing as reasons of bulk runs, in their list and in one', async () => {
    // The newest is the one that is opened: it must be lost where it is not taken for text.
    const reasons = VECTORS.toReversed();
    const filter = { userId: writer.id, state: 'failed', kind: 'order.ship' };
    for (const reason of reasons) {
      expectStatus(await admin.post('/v1/ops/bulk', { action: 'retry', filter, reason }), 202);
    }
    await operator.go('bulk');
    await allAreShown(reasons);
    await page.getByRole('rowheader').getByRole('link').first().click();
    await page.getByRole('heading', { level: 1, name: 'Bulk retry' }).waitFor();
    await allAreShown(reasons.slice(-1));
  });

  it('do nothing as names, in the title of a lane and where one jumps to it', async () => {
    await admin.post(`/v1/ops/lanes/${writer.id}/resume`, {});
    await operator.go(`lanes/${writer.id}`);
    const names = packed(STRINGS, NAME);
    for (const [firstName, lastName = 'Hopper'] of pairs(names)) {
      const change = { firstName, lastName };
      expectStatus(await admin.patch(`/v1/users/${writer.id}`, change, WAIT), 200);
      // Whoever comes back to a window is shown how things are now.
      await page.evaluate(`window.dispatchEvent(new Event('visibilitychange'))`);
      await until(async () => (await page.locator('h1').innerText()) === `Lane of ${firstName} ${lastName}`);
    }
    await operator.jump(writer.email);
    await page.getByRole('option', { name: names.at(-1)! }).waitFor();
    await page.keyboard.press('Escape');
  });

  it('do nothing in the address', async () => {
    for (const text of CONTEXTS.map((context) => encodeURIComponent(context('<img src=x onerror=hit()>')))) {
      await operator.go(`lanes?state=${text}&search=${text}&sort=${text}`);
      await operator.heading('Lanes');
      await operator.go(`operations?state=${text}&kind=${text}&problem=${text}&userId=${text}&from=${text}`);
      await operator.heading('Operations');
      await operator.go(`failures?from=${text}`);
      await operator.heading('Failures');
    }
    await page.getByRole('alert').waitFor();
  });

  function pauseWriter(reason: string): Promise<unknown> {
    return admin.post(`/v1/ops/lanes/${writer.id}/pause`, { reason });
  }

  function isPlacing(message: string): boolean {
    return message.startsWith('POST /internal/steps/ordering.place ');
  }

  /** Reads on until the view has shown all of them as they were written. */
  async function allAreShown(texts: readonly string[]): Promise<void> {
    let missing: readonly string[] = texts;
    const more = page.getByRole('button', { name: /^Show (more|earlier ones)$/ });
    await until(async () => {
      const shown = await page.locator('main').innerText();
      missing = texts.filter((text) => !shown.includes(text));
      if (missing.length > 0 && (await more.count()) > 0) await more.click().catch(() => undefined);
      return missing.length === 0;
    });
  }
});

/** What ordering answers that refuses a step. */
function refusal(detail: string): string {
  const body = JSON.stringify(problemBody('order-state-conflict', detail));
  const head = [
    'HTTP/1.1 409 Conflict',
    'content-type: application/problem+json',
    `content-length: ${body.length}`,
    'step-recorded: true',
  ];
  return [...head, '', body].join('\r\n');
}

/** @returns the texts one after the other, as many in each as fit into so many characters */
function packed(texts: readonly string[], length: number): string[] {
  return texts.reduce<string[]>((all, text) => {
    const last = `${all.at(-1) ?? ''} ${text}`.trim();
    return last.length <= length ? [...all.slice(0, -1), last] : [...all, text];
  }, []);
}

function pairs(names: readonly string[]): [string, string?][] {
  return names.flatMap((name, index) => (index % 2 === 0 ? [[name, names[index + 1]]] : []));
}
