// A Redis Cluster of three masters without replicas: a dead one takes its share of the slots with it.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { freePort, isFree } from './ports.js';
import { pause } from './processes.js';

const MASTERS = 3;

/** A node's bus has its port plus this, so both must be below 65,536. */
const BUS_OFFSET = 10_000;

const UP_WITHIN_MS = 30_000;

export interface RedisCluster {
  url: string;
  nodes: ClusterNode[];
  stop(): Promise<void>;
}

export async function startRedisCluster(): Promise<RedisCluster> {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'turnpike-cluster-'));
  const nodes: ClusterNode[] = [];
  const stop = async (): Promise<void> => {
    await Promise.all(nodes.map((node) => node.kill()));
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    for (let index = 0; index < MASTERS; index += 1) {
      const node = new ClusterNode(await lowPort(), folder);
      nodes.push(node);
      await node.run();
    }
    const addresses = nodes.map(({ port }) => `127.0.0.1:${port}`);
    execFileSync('redis-cli', ['--cluster', 'create', ...addresses, '--cluster-yes'], { stdio: 'pipe' });
    for (const node of nodes) await until(() => node.ask('cluster', 'info').includes('cluster_state:ok'));
    return { url: `redis+cluster://${addresses.join(',')}`, nodes, stop };
  } catch (error) {
    // Nobody else could stop what came up.
    await stop();
    throw error;
  }
}

export class ClusterNode {
  private child: ChildProcess;

  constructor(
    readonly port: number,
    private readonly folder: string,
  ) {}

  /** Starts it, also again: it finds its place in the cluster by its own file. */
  async run(): Promise<void> {
    this.child = spawn('redis-server', [
      ...['--port', `${this.port}`, '--bind', '127.0.0.1', '--dir', this.folder],
      ...['--cluster-enabled', 'yes', '--cluster-config-file', `nodes-${this.port}.conf`],
      ...['--cluster-node-timeout', '1000', '--cluster-require-full-coverage', 'no'],
      ...['--save', '', '--appendonly', 'no'],
    ]);
    await until(() => this.ask('ping') === 'PONG\n');
  }

  async kill(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    this.child.kill('SIGKILL');
    await once(this.child, 'exit');
  }

  keys(): string[] {
    return this.ask('keys', '*').split('\n').filter(Boolean);
  }

  ask(...command: string[]): string {
    return execFileSync('redis-cli', ['-p', `${this.port}`, ...command], { encoding: 'utf8', stdio: 'pipe' });
  }
}

/** A port that is free together with that of its bus: another test may have got the latter. */
async function lowPort(): Promise<number> {
  for (;;) {
    const port = await freePort();
    if (port < 65_536 - BUS_OFFSET && (await isFree(port + BUS_OFFSET))) return port;
  }
}

async function until(holds: () => boolean): Promise<void> {
  const deadline = Date.now() + UP_WITHIN_MS;
  while (!quietly(holds)) {
    if (Date.now() > deadline) throw new Error('the Redis Cluster did not come up');
    await pause(50);
  }
}

/** A node that does not answer yet is not up. */
function quietly(holds: () => boolean): boolean {
  try {
    return holds();
  } catch {
    return false;
  }
}
