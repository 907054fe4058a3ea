// Many clients of one machine: the gateway believes this machine's `X-Forwarded-For`, so each has an address of its own.
import { randomInt } from 'node:crypto';
import type { System } from './system.js';
import type { Variables } from './processes.js';

/** What a gateway is given so that these clients have the addresses that they say they have. */
export const BELIEVES_TESTS = { TRUSTED_PROXIES: '127.0.0.1' };

/** @returns headers of a client that nobody else is, by its IPv4 address */
export function newClient(): Record<string, string> {
  return from(`10.${randomInt(256)}.${randomInt(256)}.${randomInt(256)}`);
}

export function from(address: string): Record<string, string> {
  return { 'x-forwarded-for': address };
}

/** Starts the gateways again with these settings, once the system has come up without any limit. */
export async function limit(system: System, variables: Variables): Promise<void> {
  const { gateways } = system.processes;
  for (const { env } of gateways) Object.assign(env, variables);
  await Promise.all(gateways.map((gateway) => system.restart(gateway)));
}
