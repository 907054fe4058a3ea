// What the descriptions of deployments are held to, and the manifests as they are applied.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { readConfig as readGateway } from '../../gateway/src/config.js';
import { readConfig as readIdentity } from '../../identity/src/config.js';
import { Environment } from '../../libs/service/src/process/environment.js';
import { STOP_WITHIN_MS } from '../../libs/service/src/http/start.js';
import { readConfig as readOrdering } from '../../ordering/src/config.js';
import { ROOT } from './compose.js';
import { buildManifests, type Manifest } from './kustomize.js';
import type { Variables } from './processes.js';

/** How each process reads its settings. Both kinds of deployment have the processes under these names. */
export const READ: Record<string, (variables: Variables) => unknown> = {
  'gateway-api': readGateway,
  'gateway-worker': readGateway,
  identity: readIdentity,
  ordering: readOrdering,
};

export const PROCESSES = Object.keys(READ);

/** What a process is left to stop in: what it gives itself, and 2 s in which the machine may be slow. */
export const GRACE_MS = STOP_WITHIN_MS + 2000;

/** What it serves on before that, in production. */
export const SHUTDOWN_DELAY_MS = new Environment({ NODE_ENV: 'production' }).shutdownDelayMs();

export function read(file: string): string {
  return readFileSync(path.join(ROOT, file), 'utf8');
}

/** As `npm run secrets` does. @throws Error with what it says, where it refuses */
export function makeSecrets(file: string, env: NodeJS.ProcessEnv = process.env): void {
  execFileSync(process.execPath, ['deploy/make-secrets.mjs', file], { cwd: ROOT, env, stdio: 'pipe' });
}

/** Those that README.md lists, which are those that are read, and what the library of the traces reads by itself. */
export function isKnownVariable(name: string): boolean {
  return read('README.md').includes(`\`${name}\``) || name.startsWith('OTEL_');
}

export interface Container {
  name: string;
  image: string;
  command: string[];
  env?: {
    name: string;
    value?: string;
    valueFrom?: Record<string, { name: string; key: string; optional?: true }>;
  }[];
  envFrom?: { configMapRef: { name: string } }[];
  ports?: { name: string; containerPort: number }[];
  [more: string]: unknown;
}

/** By their folder, what is applied. */
export const KUSTOMIZATIONS: Record<string, Manifest[]> = Object.fromEntries(
  ['base', 'overlays/redis-cluster', 'overlays/production-example'].map((name) => [
    name,
    buildManifests(path.join(ROOT, 'deploy/kubernetes', name)),
  ]),
);

export function containersOf({ spec }: Manifest): Container[] {
  return spec?.template?.spec?.containers ?? [];
}

/** Whether it is of our image. */
export function isOurs({ image }: Container): boolean {
  return /(^|\/)turnpike(:|$)/.test(image);
}
