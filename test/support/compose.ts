// docker-compose.yml as Compose reads it: with what it includes, and with the variables in their places.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';
import type { Variables } from './processes.js';

export const ROOT = path.resolve(__dirname, '../..');

export interface ComposeService {
  image: string;
  user?: string;
  command?: string[];
  environment?: Record<string, string | null>;
  volumes?: string[];
  ports?: string[];
  networks?: string[];
  depends_on?: Record<string, { condition: string }>;
  healthcheck?: { test?: string[]; disable?: boolean };
  deploy?: { replicas?: number; resources?: { limits?: { cpus?: string; memory?: string } } };
  build?: string;
  profiles?: string[];
  init?: boolean;
  read_only?: boolean;
  cap_drop?: string[];
  cap_add?: string[];
  security_opt?: string[];
  pids_limit?: number;
  stop_grace_period?: string;
  tmpfs?: string[];
}

export interface ComposeFile {
  include?: string[];
  services: Record<string, ComposeService>;
  networks?: Record<string, { ipam?: { config: { subnet: string }[] }; internal?: boolean } | null>;
  volumes?: Record<string, unknown>;
}

/** `${NAME:-value}` and `${NAME:?complaint}`; other forms are not in use. */
const VARIABLE = /\$\{(\w+):([-?])([^}]*)\}/g;

/** A value that takes the place of the one in the file before, instead of being added to it. */
const OVERRIDE = { tag: '!override', collection: 'seq' as const, resolve: (value: unknown) => value };

/** @throws Error for a variable that is required and absent */
export function readCompose(file: string, variables: Variables = {}): ComposeFile {
  const text = readFileSync(path.join(ROOT, file), 'utf8');
  const filled = text.replaceAll(VARIABLE, (_, name: string, kind: string, rest: string) => {
    const value = variables[name];
    if (!value && kind === '?') throw new Error(`${name} ${rest}`);
    return value || rest;
  });
  return parse(filled, { merge: true, customTags: [OVERRIDE] }) as ComposeFile;
}

/** Those of the first file as the second changes them: by variable, by member, and with more volumes. */
export function servicesOver(
  file: string,
  over: string,
  variables?: Variables,
): Record<string, ComposeService> {
  const changes = readCompose(over, variables).services;
  const changed = Object.entries(readCompose(file, variables).services).map(([name, service]) => [
    name,
    changes[name] ? overlaid(service, changes[name]) : service,
  ]);
  return Object.fromEntries(changed) as Record<string, ComposeService>;
}

function overlaid(below: ComposeService, over: ComposeService): ComposeService {
  return {
    ...below,
    ...over,
    environment: { ...below.environment, ...over.environment },
    volumes: [...(below.volumes ?? []), ...(over.volumes ?? [])],
  };
}

/** The services of a file and of those that it includes, each with the folder to which its paths are relative. */
export function allServices(file: string, variables?: Variables): [string, ComposeService, string][] {
  const { services, include = [] } = readCompose(file, variables);
  const own = Object.entries(services).map(([name, service]): [string, ComposeService, string] => [
    name,
    service,
    path.dirname(file),
  ]);
  return [...own, ...include.flatMap((included) => allServices(included, variables))];
}

/** What a container gets: a name without a value has that of Compose's own environment, or is not there. */
export function environmentOf({ environment = {} }: ComposeService, variables: Variables): Variables {
  const given = Object.entries(environment).map(([name, value]) => [name, value ?? variables[name]]);
  return Object.fromEntries(given.filter(([, value]) => value !== undefined)) as Variables;
}

/** The variables of a file as `npm run secrets` writes it. */
export function readEnvFile(file: string): Variables {
  const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
  return Object.fromEntries(
    lines.map((line) => {
      const [, name, value] = /^([A-Z_]+)='([^']*)'$/.exec(line)!;
      return [name!, value!];
    }),
  );
}
