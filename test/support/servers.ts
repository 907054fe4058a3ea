// What the global setup left for the tests.

export type Backend = 'postgres' | 'redis';

/** The queues that this machine can be tested on. */
export function backends(): Backend[] {
  return process.env.TEST_REDIS_URL ? ['postgres', 'redis'] : ['postgres'];
}

/**
 * How much of something a test does whose rule the ledger keeps: on one queue all of it, on the other a quarter, for
 * what they differ in is seen by then.
 */
export function volume(queue: Backend, full: number): number {
  return queue === backends().at(-1) ? full : Math.ceil(full / 4);
}

/** The shared PostgreSQL, as its superuser. */
export function postgresUrl(): string {
  return given('TEST_POSTGRES_URL');
}

/** The shared Redis: its database 0 is nobody's, systems take others. */
export function redisUrl(): string {
  return given('TEST_REDIS_URL');
}

export interface Secrets {
  SERVICE_SIGNING_KEY: string;
  TOKEN_SIGNING_KEYS: string;
  DATA_KEY: string;
  ADMIN_EMAIL: string;
  ADMIN_PASSWORD: string;
}

/** Fresh for each run of the tests, invented as `npm start` does. */
export function secrets(): Secrets {
  return JSON.parse(given('TEST_SECRETS')) as Secrets;
}

function given(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is missing: tests are run by jest with its global setup`);
  return value;
}
