// On what was measured: figures without their machine say nothing.
import { spawnSync } from 'node:child_process';
import os from 'node:os';
import { ROOT } from '../scripts/checkout.mjs';
import { onRedis } from './redis.mjs';
import { query } from './servers.mjs';

export async function machineOf({ superuserUrl, redisUrl }) {
  const [{ server_version: postgres }] = await query(superuserUrl, 'show server_version');
  const [{ fsync }] = await query(superuserUrl, 'show fsync');
  const redis = /redis_version:(\S+)/.exec(await onRedis(redisUrl, (client) => client.info('server')))[1];
  return {
    cpu: os.cpus()[0].model,
    cores: os.cpus().length,
    memoryGb: Math.round(os.totalmem() / 2 ** 30),
    node: process.versions.node,
    postgres: `${postgres}, fsync ${fsync}`,
    redis,
    date: new Date().toISOString().slice(0, 10),
    commit: commitOf(),
  };
}

/** A tree that has changes of its own is not the commit that it says. */
function commitOf() {
  const commit = git('rev-parse', '--short', 'HEAD');
  return git('status', '--porcelain', '--', '.', ':!bench/results') === '' ? commit : `${commit}, changed`;
}

function git(...args) {
  return spawnSync('git', args, { cwd: ROOT, encoding: 'utf8' }).stdout?.trim() || 'unknown';
}
