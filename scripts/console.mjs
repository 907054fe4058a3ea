// What the scripts say: one line for each step with its seconds, one line for each trouble.

const SPINNER = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];
const SPINNER_MS = 100;

/** A failure that the reader can mend: its message is shown as one line, without a stack. */
export class Trouble extends Error {
  constructor(message, detail = '') {
    super(message);
    this.detail = detail;
    this.stack = [detail, message].filter(Boolean).join('\n'); // where others print it, it stays as short
  }
}

/** Runs `work` and prints `title` with the seconds that it took. */
export async function step(title, work) {
  const start = Date.now();
  const stopSpinner = process.stdout.isTTY ? spin(title, start) : announce(title);
  try {
    const result = await work();
    stopSpinner(`✓ ${title} (${secondsSince(start)} s)`);
    return result;
  } catch (error) {
    stopSpinner(`✗ ${title} (${secondsSince(start)} s)`);
    throw error;
  }
}

export function secondsSince(start) {
  return ((Date.now() - start) / 1000).toFixed(1);
}

/** Prints what went wrong: a Trouble as its line, anything else with the stack that its author needs. */
export function report(error) {
  if (!(error instanceof Trouble)) {
    console.error(error);
    return;
  }
  if (error.detail) console.error(error.detail);
  console.error(error.message);
}

/** Runs a script's main function; its trouble becomes a line and exit code 1. */
export async function runScript(main) {
  try {
    await main();
  } catch (error) {
    report(error);
    process.exitCode = 1;
  }
}

function spin(title, start) {
  let frame = 0;
  const draw = () => {
    const sign = SPINNER[frame++ % SPINNER.length];
    process.stdout.write(`\r\x1b[2K${sign} ${title} (${secondsSince(start)} s)`);
  };
  draw();
  const timer = setInterval(draw, SPINNER_MS);
  return (lastLine) => {
    clearInterval(timer);
    process.stdout.write(`\r\x1b[2K${lastLine}\n`);
  };
}

/** Without a terminal nothing can be redrawn: the title comes first, so that a log shows what is under way. */
function announce(title) {
  console.log(`  ${title} …`);
  return (lastLine) => console.log(lastLine);
}
