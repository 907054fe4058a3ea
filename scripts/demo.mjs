// `npm run demo`: what Turnpike promises, told with real requests and checked in the databases. It uses a system
// that runs, or starts one and stops it at the end. Exit code 0 only if every promise was kept.
import { readArguments } from './arguments.mjs';
import { Trouble, report, secondsSince } from './console.mjs';
import { findSystem } from './demo/system.mjs';
import { bold, red } from './demo/print.mjs';
import { promise, verdict } from './demo/promises.mjs';

const USAGE = `npm run demo

Tells what Turnpike promises with real requests, on the system of a running npm start, on that at GATEWAY_URL, or on one
that it starts itself. It takes no arguments. Exit code 0: every promise was kept.`;

readArguments(USAGE);
const startedAt = Date.now();
const interruptedExitCode = 130;
let system;

for (const name of ['SIGINT', 'SIGTERM']) process.once(name, onStopSignal);
process.exitCode = await live();
process.exit();

async function live() {
  let code = 1;
  try {
    console.log(
      bold("\nTurnpike: one user's writes run one at a time, in order, and none after the deletion"),
    );
    system = await findSystem(process.env);
    console.log(`\n   ${system.urls.gateway}, ${system.how}`);
    await tellStory();
    code = verdict() ? 0 : 1;
    console.log(`\n   told in ${secondsSince(startedAt)} s`);
  } catch (error) {
    report(error);
  }
  return stop(code);
}

/** A chapter that cannot be told to its end breaks a promise too: the list then says where. */
async function tellStory() {
  try {
    // Imported only now: a start has installed the packages that a fresh clone lacks.
    await tell(await import('./demo/story.mjs').catch(refuseWithoutPackages));
  } catch (error) {
    if (error instanceof Trouble) throw error;
    console.log(`\n   ${red('The story was broken off.')}`);
    if (error.name !== 'UnexpectedAnswer') console.error(error);
    promise('The story comes to its end.', false, error.message);
  }
}

async function tell({ tellAll }) {
  await tellAll(system);
}

function refuseWithoutPackages(error) {
  if (error.code === 'ERR_MODULE_NOT_FOUND') throw new Trouble('packages are missing: npm ci');
  throw error;
}

async function stop(code) {
  try {
    await system?.stop();
    return code;
  } catch (error) {
    report(error);
    return 1;
  }
}

async function onStopSignal() {
  console.log('\nStopping …');
  process.exit(await stop(interruptedExitCode));
}
