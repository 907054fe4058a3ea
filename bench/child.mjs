// Measures in processes of their own: each begins with an empty heap, and says what it saw as JSON.
import { spawn, spawnSync } from 'node:child_process';
import path from 'node:path';
import { ROOT } from '../scripts/checkout.mjs';

const STOP_WITH_PARENT = new URL('../scripts/stop-with-parent.mjs', import.meta.url).href;

/** Milliseconds for one measurement, a million writes among them: what hangs must not hang for ever. */
const LIMIT_MS = 20 * 60_000;

/** A script of this folder, started with a task. @returns the process, and the JSON that it prints before it ends */
export function startChild(script, task, { node = process.execPath } = {}) {
  const file = path.join(ROOT, 'bench', script);
  const args = ['--import', STOP_WITH_PARENT, file, JSON.stringify(task)];
  const child = spawn(node, args, { cwd: ROOT, stdio: ['pipe', 'pipe', 'inherit'] });
  child.stdin.on('error', () => {}); // it has ended by itself
  let output = '';
  child.stdout.on('data', (chunk) => (output += chunk));
  const timer = setTimeout(() => child.kill('SIGKILL'), LIMIT_MS);
  const result = new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      if (code === 0) resolve(JSON.parse(output));
      else reject(new Error(`${script} ended with ${signal ?? code}: ${output}`));
    });
  });
  return { pid: child.pid, child, result };
}

export function runChild(script, task, options) {
  return startChild(script, task, options).result;
}

/** Installs and builds what is missing; what it says goes where progress goes, so that results stand alone. */
export function prepareCheckout() {
  const script = `import('${new URL('../scripts/prepare.mjs', import.meta.url).href}').then(({ prepare }) => prepare())`;
  const { status } = spawnSync(process.execPath, ['-e', script], { stdio: ['ignore', 2, 2] });
  if (status !== 0) process.exit(1);
}
