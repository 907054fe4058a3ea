// Other programs, run to their end, and what can be known of a process by its id.
import { spawn, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { Trouble } from './console.mjs';

const TAIL_LINES = 30;

/**
 * Runs a command to its end without showing its output, and resolves to that output. A failure, or a
 * program that does not exist, is a Trouble that carries the end of the output.
 */
export function runQuietly(command, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    const collect = (chunk) => (output += chunk);
    child.stdout.on('data', collect);
    child.stderr.on('data', collect);
    child.on('error', (error) => reject(new Trouble(`${command} cannot be run: ${error.message}`)));
    child.on('close', (code, signal) => {
      if (code === 0) resolve(output);
      else reject(new Trouble(`${commandLine(command, args)} failed (${signal ?? code})`, lastLines(output)));
    });
  });
}

export function lastLines(text, count = TAIL_LINES) {
  return text.trimEnd().split('\n').slice(-count).join('\n');
}

export function lastLinesOfFile(file) {
  try {
    return lastLines(readFileSync(file, 'utf8'));
  } catch {
    return '';
  }
}

/** Whether a process with this id exists, whoever owns it. */
export function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

/** The command line of a running process, or an empty text: tells a process from a stranger with its old id. */
export function commandLineOf(pid) {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
  } catch {
    // No /proc outside Linux; `ps` says the same there.
    return spawnSync('ps', ['-o', 'command=', '-p', String(pid)], { encoding: 'utf8' }).stdout?.trim() ?? '';
  }
}

/** Waits for a condition; false if it did not come true in time, a throw if `signal` gives up. */
export async function until(condition, { everyMs = 20, withinMs, signal }) {
  const deadline = Date.now() + withinMs;
  while (!(await condition())) {
    signal?.throwIfAborted();
    if (Date.now() > deadline) return false;
    await new Promise((resolve) => setTimeout(resolve, everyMs));
  }
  return true;
}

function commandLine(command, args) {
  return [command, ...args].join(' ');
}
