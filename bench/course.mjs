// One load, driven through one contender, in a process that does nothing else:
//   node bench/course.mjs '{"module": "./turnpike.mjs", "load": {…}, "settings": {…}}'
// Prints what was observed as JSON.
//
// A contender's module has `open({ settings, handle, done })`, which answers `{ prepare, submit, close }`: `handle`
// is the work of one write and throws if the write is to be tried again, `done` is told the id of each write that
// the contender has written down as done, and `submit` is fulfilled when a write is accepted.
import { setTimeout as pause } from 'node:timers/promises';
import { failsAtFirst, submitAll, usersOf, WARM_UP } from './loads.mjs';
import { Observer } from './observer.mjs';

/** How long a contender may take for one load; what it has not done by then is told. */
const LIMIT_MS = 60_000;

const task = JSON.parse(process.argv[2]);
console.log(JSON.stringify(await runCourse(task)));
process.exit(0);

async function runCourse({ module, load, settings }) {
  const { open } = await import(new URL(module, import.meta.url));
  let observer;
  const contender = await open({
    settings,
    handle: (write) => handle(observer, write),
    done: (id) => observer.isDone(id),
  });
  for (const one of [WARM_UP, load]) {
    await contender.prepare?.(usersOf(one));
    observer = new Observer(one);
    await drive(contender, observer);
  }
  return { ...observer.result(), rssMb: Math.round(process.memoryUsage().rss / 2 ** 20) };
}

async function drive(contender, observer) {
  const { load } = observer;
  let stopped = false;
  const submit = async (write) => {
    if (stopped) return;
    observer.submitted(write);
    await contender.submit(write);
    observer.accepted(write);
  };
  const finished = Promise.all([submitAll(load, submit), observer.all]);
  await Promise.race([finished, pause(load.limitMs ?? LIMIT_MS, null, { ref: false })]);
  stopped = true;
}

/** The work of a write: it takes a while, and a tenth of them has to be tried again where the load says so. */
async function handle(observer, write) {
  const attempt = observer.begun(write);
  if (observer.load.handlerMs > 0) await pause(observer.load.handlerMs);
  const succeeded = attempt > 1 || !failsAtFirst(observer.load, write);
  observer.left(write, { succeeded });
  if (!succeeded) throw new Error('to be tried again');
}
