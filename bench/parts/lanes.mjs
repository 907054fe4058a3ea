// The dispatch core alone, beside its peers: the same writes, the same handler, the same rules of counting.
import { CONTENDERS, installPeers, TURNPIKE, WITHOUT_ORDER } from '../peers.mjs';
import { runCourse } from '../run-course.mjs';
import { mediansOf } from '../statistics.mjs';
import { atLeast, atMost } from '../targets.mjs';

const CONCURRENCY = 50;
const HOT_HANDLER_MS = 5;

const FULL = { users: 1000, writes: 20, hotWrites: 500, others: 100, othersWrites: 6 };
const QUICK = { users: 200, writes: 5, hotWrites: 50, others: 50, othersWrites: 4 };

/** Milliseconds that a contender has in a quick run. */
const QUICK_LIMIT_MS = 6000;

/** Writes of all the other users together in a second: a modest rate, far from what any contender can do. */
const OTHERS_PER_SECOND = 200;

const TITLES = {
  'spread-0': 'spread over many users, handler of 0 ms',
  'spread-5': 'spread over many users, handler of 5 ms',
  hot: 'one hot user, beside others who write at a steady rate, handler of 5 ms',
  retries: 'a tenth of the writes is to be tried again, handler of 5 ms',
};

function loadsOf(quick) {
  const { users, writes, hotWrites, others, othersWrites } = quick ? QUICK : FULL;
  const limit = quick ? { limitMs: QUICK_LIMIT_MS } : {};
  const spread = { kind: 'spread', users, writes, ...limit };
  return {
    'spread-0': { ...spread, handlerMs: 0 },
    'spread-5': { ...spread, handlerMs: 5, retries: false },
    hot: {
      ...{ kind: 'paced', users: others, writes: othersWrites, perSecond: OTHERS_PER_SECOND, ...limit },
      ...{ hotWrites, handlerMs: HOT_HANDLER_MS },
    },
    retries: { ...spread, handlerMs: 5, retries: true },
  };
}

export async function measure({ servers, runs, quick, progress }) {
  await installPeers();
  const loads = loadsOf(quick);
  const found = {};
  for (let run = 1; run <= runs; run += 1) {
    for (const [name, load] of Object.entries(loads)) {
      for (const contender of CONTENDERS) {
        progress(`run ${run}: ${name}, ${contender.name}`);
        found[name] ??= {};
        found[name][contender.name] ??= [];
        found[name][contender.name].push(await attempt(contender, load, servers));
      }
    }
  }
  const medians = mapped(found, (contenders) => mapped(contenders, mediansOf));
  return { loads, medians, runs: found };
}

/** A peer that cannot do it at all is told, and the others go on. */
async function attempt(contender, load, servers) {
  try {
    return await runCourse(contender, shareOf(load, contender), servers, { concurrency: CONCURRENCY });
  } catch (error) {
    if (contender === TURNPIKE) throw error;
    return { failure: error.message.slice(0, 200) };
  }
}

/** Slow peers are given fewer writes of as many users. */
function shareOf(load, { part }) {
  if (load.kind !== 'spread') return load;
  return { ...load, writes: Math.max(1, Math.round(load.writes * part)) };
}

export function describe({ medians, loads }) {
  return {
    title: 'Lanes: the dispatch core',
    tables: Object.keys(TITLES).map((name) => tableOf(name, medians[name], loads[name])),
    targets: targetsOf(medians, loads),
    plot: plotOf(medians),
  };
}

function tableOf(name, contenders, load) {
  const extra = EXTRA_COLUMNS[name] ?? {};
  const columns = [
    ...['', 'accept durable', 'writes', 'accepted/s', 'finished/s', 'p50 ms', 'p99 ms'],
    ...['out of order', 'overlaps', ...Object.values(extra)],
  ];
  const rows = CONTENDERS.map(({ name: title, durable }) => {
    const of = contenders[title];
    const done = of.unfinished > 0 ? `${of.writes - of.unfinished} of ${of.writes}` : of.writes;
    return [
      ...[title, durable ? 'yes' : 'no', of.failure ?? done, of.acceptedPerSecond, of.finishedPerSecond],
      ...[of.p50Ms, of.p99Ms, of.orderViolations, of.overlaps],
      ...Object.keys(extra).map((column) => of[column]),
    ];
  });
  return { title: TITLES[name], columns, rows, notes: notesOf(contenders, load) };
}

const EXTRA_COLUMNS = {
  hot: {
    hotSeconds: 'hot lane drained, s',
    hotAcceptedSeconds: 'hot accepted, s',
    othersP50Ms: 'others p50 ms',
    othersP99Ms: 'others p99 ms',
  },
  retries: { cleanFinishedPerSecond: 'lanes without retries, finished/s', cleanP50Ms: 'their p50 ms' },
};

function notesOf(contenders, load) {
  const seconds = (load.limitMs ?? 60_000) / 1000;
  const unfinished = Object.values(contenders).some((of) => of.unfinished > 0);
  const share =
    load.kind === 'spread'
      ? ['Slow peers (pg-boss, graphile-worker) were given a quarter of the writes.']
      : [];
  const limit = unfinished ? [`"n of m": not done in ${seconds} s.`] : [];
  const hot = load.hotWrites
    ? [`Ideal for the hot lane, one at a time: ${idealSeconds(load)} s, from its first submission.`]
    : [];
  return [...share, ...limit, ...hot];
}

function idealSeconds({ hotWrites, handlerMs }) {
  return (hotWrites * handlerMs) / 1000;
}

function targetsOf(medians, loads) {
  const spread = ['spread-0', 'spread-5'].flatMap((name) => spreadTargets(name, medians[name]));
  return [...spread, ...hotTargets(medians.hot, loads.hot), ...retryTargets(medians)];
}

function spreadTargets(name, contenders) {
  const own = contenders[TURNPIKE.name];
  const ceiling = contenders[WITHOUT_ORDER.name];
  const peer = bestDurable(contenders) ?? { name: 'a durable peer' };
  const accepted = own.acceptedPerSecond / peer.acceptedPerSecond;
  return [
    atLeast(`${name}: finished/s, to ${peer.name}`, own.finishedPerSecond / peer.finishedPerSecond, 4),
    atLeast(
      `${name}: finished/s, to BullMQ without order`,
      own.finishedPerSecond / ceiling.finishedPerSecond,
      0.6,
    ),
    atLeast(`${name}: accepted/s, to ${peer.name}`, accepted, 5),
  ];
}

/** The best of the peers whose acceptance is a commit. */
function bestDurable(contenders) {
  const peers = CONTENDERS.filter((contender) => contender.durable && contender !== TURNPIKE);
  const found = peers.map(({ name }) => ({ name, ...contenders[name] }));
  return found.filter(({ failure }) => !failure).sort((a, b) => b.finishedPerSecond - a.finishedPerSecond)[0];
}

function hotTargets(contenders, load) {
  const own = contenders[TURNPIKE.name];
  const drained = own.hotSeconds === null ? null : own.hotSeconds / idealSeconds(load);
  const others = own.othersP99Ms / contenders[WITHOUT_ORDER.name].othersP99Ms;
  return [
    atMost('hot: drained, to the ideal', drained, 1.3),
    atMost("hot: others' p99, to BullMQ without order", others, 1.2),
  ];
}

function retryTargets({ retries, 'spread-5': without }) {
  const own = retries[TURNPIKE.name];
  const clean = without[TURNPIKE.name].cleanFinishedPerSecond / own.cleanFinishedPerSecond;
  const breaking = CONTENDERS.filter(({ name }) => retries[name].orderViolations > 0).map(({ name }) => name);
  return [
    atMost('retries: out of order', own.orderViolations, 0),
    atMost('retries: overlaps', own.overlaps, 0),
    {
      ...atMost('retries: time of the lanes without, to a run without retries', clean, 1.1),
      remark: `order is broken by: ${breaking.join(', ') || 'nobody'}`,
    },
  ];
}

function plotOf(medians) {
  const groups = Object.keys(TITLES).map((name) => ({
    title: TITLES[name],
    bars: CONTENDERS.map((contender) => ({
      label: contender.name,
      value: medians[name][contender.name].finishedPerSecond || null,
      kind: contender === TURNPIKE ? 'own' : 'other',
    })),
  }));
  // The hot load is paced: what it finishes in a second is what it was given.
  return {
    title: 'Lanes: writes finished per second',
    unit: 'writes per second, more is better',
    groups: groups.filter(({ title }) => title !== TITLES.hot),
  };
}

function mapped(object, change) {
  return Object.fromEntries(Object.entries(object).map(([name, value]) => [name, change(value)]));
}
