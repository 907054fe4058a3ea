// What operators see of a large ledger: how soon, with how much memory, and how true it is under load.
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { openDashboard } from '../browser.mjs';
import { makeHistory } from '../history.mjs';
import { mediansOf, rounded } from '../statistics.mjs';
import { startSystem } from '../system.mjs';
import { atMost } from '../targets.mjs';
import { registerAll } from '../users.mjs';
import { cannon, ECHO_BODY, JSON_HEADERS } from './limits.mjs';

const FULL = { lanes: 10_000, writes: 1_000_000, visits: 5, rounds: 3, users: 64, seconds: 60, rate: 500 };
const QUICK = { lanes: 500, writes: 10_000, visits: 2, rounds: 1, users: 16, seconds: 5, rate: 50 };

const VIEW_MS = 500;
const PAGE_MB = 150;
const BEHIND_MS = 5000;

/** Milliseconds between two looks at the page, and at the ledger. */
const LOOK_EVERY_MS = 500;
const COUNT_EVERY_MS = 100;

const ORDER = { method: 'POST', path: '/v1/orders', headers: JSON_HEADERS, body: JSON.stringify(ECHO_BODY) };

export async function measure({ servers, runs, quick, progress }) {
  const size = quick ? QUICK : FULL;
  const found = [];
  const slowest = [];
  for (let run = 1; run <= runs; run += 1) {
    const system = await startSystem(servers);
    try {
      const say = (what) => progress(`run ${run}, ${what}`);
      const { views, ...figures } = await measureSystem(system, size, say);
      found.push({ ...figures, slowestViewMs: Math.max(...Object.values(views)) });
      slowest.push(views);
    } finally {
      await system.stop();
    }
  }
  return { size, views: mediansOf(slowest), medians: mediansOf(found), runs: found };
}

async function measureSystem(system, size, say) {
  say(`${size.users} users register`);
  const tokens = await registerAll(system.url, size.users);
  say(`a past of ${size.writes} writes in ${size.lanes} lanes`);
  const past = await makeHistory(system.databaseUrl, size);
  const dashboard = await openDashboard(system.url, system.admin);
  try {
    say('every view');
    const paths = viewsOf(past);
    const views = await visitAll(system, dashboard, paths, size.visits);
    say('one view after the other in the same page');
    await walk(dashboard, Object.values(paths), size.rounds);
    say(`${size.rate} writes/s`);
    const behind = await compareUnderLoad(system, dashboard, tokens, size);
    const { heapMb, pageMb } = await dashboard.memory();
    return { views, ...behind, heapMb: rounded(heapMb), pageMb: rounded(pageMb) };
  } finally {
    await dashboard.close();
  }
}

function viewsOf({ deepLane, failedId }) {
  return {
    overview: '/ops',
    lanes: '/ops/lanes',
    'lanes, deepest first': '/ops/lanes?sort=depth',
    'lanes, longest waiting first': '/ops/lanes?sort=age',
    'lanes, paused': '/ops/lanes?state=paused',
    'a lane with 1,000 writes waiting': `/ops/lanes/${deepLane}`,
    operations: '/ops/operations',
    'operations, failed': '/ops/operations?state=failed',
    'operations of a rare kind': '/ops/operations?kind=user.register',
    'operations with a problem': '/ops/operations?problem=order-state-conflict',
    'an operation': `/ops/operations/${failedId}`,
    failures: '/ops/failures',
    'audit log': '/ops/audit',
    'audit log of a lane': `/ops/audit?userId=${deepLane}`,
    'audit log, a rare action': '/ops/audit?action=lane.pause',
    'bulk runs': '/ops/bulk',
    integrity: '/ops/integrity',
  };
}

/** @returns for each view the longest, of several visits, until it shows all that it has to show, in milliseconds */
async function visitAll({ url }, { page, settle }, views, visits) {
  const longest = {};
  for (const [name, path] of Object.entries(views)) {
    const times = [];
    for (let visit = 0; visit < visits; visit += 1) {
      const begun = performance.now();
      await page.goto(`${url}${path}`);
      await settle();
      times.push(performance.now() - begun);
    }
    longest[name] = rounded(Math.max(...times));
  }
  return longest;
}

/** As somebody does who stays in the page for hours: nothing is loaded anew, so that what leaks adds up. */
async function walk({ page, settle }, paths, rounds) {
  for (let round = 0; round < rounds; round += 1) {
    for (const path of paths) {
      await goTo(page, path);
      await settle();
    }
  }
  await goTo(page, '/ops');
  await settle();
}

/** As a click on a link does. */
function goTo(page, path) {
  return page.evaluate(`history.pushState(null, '', '${path}')`);
}

/** How far the page's count of writes that succeeded is behind the ledger's, while writes come at that rate. */
async function compareUnderLoad(system, { page }, tokens, { seconds, rate }) {
  const ledger = await countAgainAndAgain(system.databaseUrl);
  const load = cannon(system.url, { seconds, request: ORDER, rate, tokens });
  const seen = [];
  let over = false;
  const done = load.finally(() => (over = true));
  while (!over) {
    seen.push({ at: performance.now(), count: await succeededOn(page) });
    await pause(LOOK_EVERY_MS);
  }
  const { perSecond } = await done;
  const counted = await ledger.stop();
  const behind = seen.map(({ at, count }) => behindMs(counted, at, count));
  return { acceptedPerSecond: perSecond, looks: behind.length, behindMs: rounded(Math.max(...behind)) };
}

async function succeededOn(page) {
  const text = await page.locator('.counts a[href$="state=succeeded"] strong').innerText();
  return Number(text.replaceAll(/\D/g, ''));
}

/** Since when the ledger has had more than the page shows; what the page shows ahead of our own look is not behind. */
function behindMs(counted, at, count) {
  const overtaken = counted.find((one) => one.count > count);
  return overtaken ? Math.max(0, at - overtaken.at) : 0;
}

/** Counts by the state of every operation that is newer than the past, which is counted once. */
async function countAgainAndAgain(databaseUrl) {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  const sql = `select count(*)::integer as count from operations where state = 'succeeded'`;
  const { rows: newest } = await client.query('select max(id::text)::uuid as id from operations');
  const past = (await client.query(`${sql} and id <= $1`, [newest[0].id])).rows[0].count;
  const counted = [];
  let over = false;
  const counting = (async () => {
    while (!over) {
      const { rows } = await client.query(`${sql} and id > $1`, [newest[0].id]);
      counted.push({ at: performance.now(), count: past + rows[0].count });
      await pause(COUNT_EVERY_MS);
    }
  })();
  return {
    async stop() {
      over = true;
      await counting;
      await client.end();
      return counted;
    },
  };
}

const LABELS = {
  slowestViewMs: 'the slowest view, ms',
  pageMb: 'the page, MB',
  heapMb: 'of it what scripts hold, MB',
  acceptedPerSecond: 'writes accepted meanwhile, per second',
  looks: 'looks at the page',
  behindMs: 'furthest behind the ledger, ms',
};

export function describe({ medians, views, size }) {
  const past = `${size.writes.toLocaleString('en-US')} writes in ${size.lanes.toLocaleString('en-US')} lanes`;
  return {
    title: 'Dashboard',
    tables: [
      {
        title: past,
        columns: ['', 'median'],
        rows: Object.entries(LABELS).map(([name, label]) => [label, medians[name]]),
        notes: [
          'A view is measured from the click to the last thing that it shows, page and scripts included.',
          'Memory: the share of the process that draws the page, after every view was seen and under load.',
        ],
      },
      {
        title: 'the longest visit of each view',
        columns: ['', 'ms'],
        rows: Object.entries(views),
      },
    ],
    targets: [
      atMost('dashboard: the slowest view, ms', medians.slowestViewMs, VIEW_MS),
      atMost('dashboard: the page, MB', medians.pageMb, PAGE_MB),
      atMost('dashboard: furthest behind the ledger, ms', medians.behindMs, BEHIND_MS),
    ],
    plot: {
      title: 'Dashboard: the longest visit',
      unit: 'ms, less is better',
      groups: [{ title: past, bars: Object.entries(views).map(([label, value]) => ({ label, value })) }],
    },
  };
}
