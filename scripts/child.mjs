// Other programs, run to their end, and what can be known of a process by its id.
import { spawn, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { constants } from 'node:os';
import { Trouble } from './console.mjs';

const TAIL_LINES = 30;

/** Milliseconds for a command and all that it has started to end when we are told to stop; then they are killed. */
const END_WITHIN_MS = 3_000;

const STOP_SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/**
 * Runs a command to its end without showing its output, and resolves to that output. A failure, or a
 * program that does not exist, is a Trouble that carries the end of the output.
 *
 * The command runs in a process group of its own: npm and the compiler start others, which a signal for the first alone
 * would leave behind. When `signal` aborts, or this process is told to stop or ends, the whole group ends with it.
 */
export function runQuietly(command, args, { signal, ...options } = {}) {
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    const child = spawn(command, args, { ...options, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
    const letGo = endWithUs(child, signal);
    let output = '';
    const collect = (chunk) => (output += chunk);
    child.stdout.on('data', collect);
    child.stderr.on('data', collect);
    child.on('error', (error) => reject(new Trouble(`${command} cannot be run: ${error.message}`)));
    child.on('close', (code, name) => {
      letGo();
      if (signal?.aborted) reject(signal.reason);
      else if (code === 0) resolve(output);
      else reject(new Trouble(`${commandLine(command, args)} failed (${name ?? code})`, lastLines(output)));
    });
  });
}

/** Has the group of a child end when we are to end. Answers what undoes this. */
function endWithUs({ pid }, signal) {
  if (pid === undefined) return () => {};
  let timer;
  const kill = () => tellGroup(pid, 'SIGKILL');
  const end = () => {
    tellGroup(pid, 'SIGTERM');
    timer ??= setTimeout(kill, END_WITHIN_MS).unref();
  };
  // A script that listens by itself decides what a signal means, and aborts.
  const stop = (name) => {
    kill();
    process.exit(128 + constants.signals[name]);
  };
  if (!signal) for (const name of STOP_SIGNALS) process.on(name, stop);
  signal?.addEventListener('abort', end);
  process.on('exit', kill);
  return () => {
    clearTimeout(timer);
    if (signal?.aborted) kill(); // whoever did not hear the first signal
    signal?.removeEventListener('abort', end);
    process.off('exit', kill);
    for (const name of STOP_SIGNALS) process.off(name, stop);
  };
}

function tellGroup(pid, signal) {
  try {
    process.kill(-pid, signal);
  } catch {
    // It has ended.
  }
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
