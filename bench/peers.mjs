// The peers: what others offer for the same work. They are packages of bench/peers alone, installed by the first run.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { ROOT } from '../scripts/checkout.mjs';
import { runQuietly } from '../scripts/child.mjs';
import { secondsSince } from '../scripts/console.mjs';

const FOLDER = path.join(ROOT, 'bench/peers');
const LOCK_FILE = path.join(FOLDER, 'package-lock.json');
const INSTALLED = path.join(FOLDER, 'node_modules/.turnpike-lock');

/** Two peers do not run on the oldest Node.js that Turnpike runs on; this one came with their packages. */
const NEWER_NODE = path.join(FOLDER, 'node_modules/node/bin/node');

/** In the order of the tables. `part` of the writes is what a slow one is given, so that it ends at all. */
export const CONTENDERS = [
  { name: 'Turnpike', module: './turnpike.mjs', durable: true, part: 1 },
  { name: 'BullMQ without order', module: './peers/bullmq.mjs', durable: false, part: 1 },
  { name: 'BullMQ, 16 partitions', module: './peers/bullmq-partitions.mjs', durable: false, part: 1 },
  { name: 'groupmq', module: './peers/groupmq.mjs', durable: false, part: 1 },
  { name: 'pg-boss', module: './peers/pg-boss.mjs', durable: true, part: 0.25, node: NEWER_NODE },
  {
    name: 'graphile-worker',
    module: './peers/graphile-worker.mjs',
    durable: true,
    part: 0.25,
    node: NEWER_NODE,
  },
];

export const TURNPIKE = CONTENDERS[0];
export const WITHOUT_ORDER = CONTENDERS[1];

export async function installPeers() {
  const lock = readFileSync(LOCK_FILE, 'utf8');
  if (existsSync(INSTALLED) && readFileSync(INSTALLED, 'utf8') === lock) return;
  const start = Date.now();
  console.error('  Installing the peers …');
  await runQuietly('npm', ['ci', '--no-fund', '--no-audit'], { cwd: FOLDER });
  writeFileSync(INSTALLED, lock);
  console.error(`✓ Installing the peers (${secondsSince(start)} s)`);
}
