// PostgreSQL refuses to run as root. When we are root, the server runs as the owner of its data, or as
// `nobody`; when that user cannot reach the checkout (one below /root, say), it gets the one capability of
// reaching it, and no folder's permissions are touched.
import { spawnSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { Trouble } from './console.mjs';

const NOBODY = 65534;

/** CAP_DAC_READ_SEARCH passes through closed folders and is enough; Docker grants only CAP_DAC_OVERRIDE. */
const CAPABILITIES = [
  { name: 'dac_read_search', bit: 2n },
  { name: 'dac_override', bit: 1n },
];

/**
 * Who runs the server: `ids` to chown its data to (undefined: ourselves), and `wrap`, which turns a command
 * into the arguments of `spawn` that run it as that user. `mustReach` are the paths that the user needs.
 */
export function serverUser(dataFolder, mustReach) {
  if (process.getuid() !== 0) return { ids: undefined, wrap: asOurselves };
  const ids = ownerOf(dataFolder) ?? { uid: NOBODY, gid: NOBODY };
  const wrap = asUser(ids);
  if (succeeds(wrap, mustReach)) return { ids, wrap };
  return { ids, wrap: asUserWithCapability(ids, mustReach) };
}

/** Data that an ordinary user made stays theirs when root starts the server once. */
function ownerOf(folder) {
  const { uid, gid } = statSync(folder, { throwIfNoEntry: false }) ?? { uid: 0, gid: 0 };
  return uid === 0 ? undefined : { uid, gid };
}

function asOurselves(command, args) {
  return [command, args, {}];
}

function asUser(ids) {
  return (command, args) => [command, args, ids];
}

/**
 * `no_setuid_fixup`, because initdb asks access(2) about its own binary, and that drops the capabilities of
 * everybody but root unless this bit is set.
 */
function asUserWithCapability({ uid, gid }, mustReach) {
  const capability = CAPABILITIES.find(({ bit }) => ownCapabilities() & (1n << bit));
  if (!capability) throw unreachable(mustReach);
  const identity = [`--reuid=${uid}`, `--regid=${gid}`, '--clear-groups', '--securebits=+no_setuid_fixup'];
  const rights = [`--inh-caps=+${capability.name}`, `--ambient-caps=+${capability.name}`];
  const wrap = (command, args) => ['setpriv', [...identity, ...rights, '--', command, ...args], {}];
  if (!succeeds(wrap, mustReach)) throw unreachable(mustReach);
  return wrap;
}

function succeeds(wrap, mustReach) {
  const everyPathIsReachable = 'for path; do test -x "$path" || exit 1; done';
  const [command, args, options] = wrap('/bin/sh', ['-c', everyPathIsReachable, 'reach', ...mustReach]);
  return spawnSync(command, args, { ...options, cwd: '/', stdio: 'ignore' }).status === 0;
}

function ownCapabilities() {
  const status = readFileSync('/proc/self/status', 'utf8');
  return BigInt(`0x${/^CapPrm:\s*([0-9a-f]+)$/m.exec(status)[1]}`);
}

function unreachable(paths) {
  return new Trouble(
    `PostgreSQL cannot run as root, and no other user can reach ${paths.join(' and ')}: install util-linux ` +
      '(setpriv), move the checkout, or run npm start as an ordinary user',
  );
}
