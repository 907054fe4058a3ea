// One `npm start` for each checkout, held by a file with the id of its process.
import { readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { PID_FILE, ROOT } from './checkout.mjs';
import { commandLineOf, isAlive } from './child.mjs';
import { Trouble } from './console.mjs';

/** Takes the checkout or says who has it. Answers whether an earlier start left it without giving it back. */
export function claimCheckout() {
  const wasAbandoned = !writePidFile();
  if (!wasAbandoned) return { wasAbandoned };
  const holder = Number(readFileSync(PID_FILE, 'utf8'));
  if (isStartOfThisCheckout(holder)) {
    throw new Trouble(
      `Turnpike already runs from this checkout (process ${holder}): stop it there, or kill ${holder}`,
    );
  }
  rmSync(PID_FILE, { force: true });
  if (!writePidFile()) throw new Trouble('Turnpike is being started from this checkout by somebody else');
  return { wasAbandoned };
}

export function releaseCheckout() {
  rmSync(PID_FILE, { force: true });
}

/** False if the file exists: `wx` makes and checks it in one step, so that two starts cannot both win. */
function writePidFile() {
  try {
    writeFileSync(PID_FILE, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if (error.code === 'EEXIST') return false;
    throw error;
  }
}

/** Process ids are used again: the holder must be a start script and, where it can be asked, of this folder. */
function isStartOfThisCheckout(pid) {
  if (!pid || pid === process.pid || !isAlive(pid)) return false;
  return commandLineOf(pid).includes('start.mjs') && [ROOT, undefined].includes(workingFolderOf(pid));
}

function workingFolderOf(pid) {
  try {
    return readlinkSync(`/proc/${pid}/cwd`);
  } catch {
    return undefined; // no /proc outside Linux
  }
}
