import { rm } from 'node:fs/promises';

export default async function globalTeardown() {
  const { folder, postgres, redis } = globalThis.turnpikeServers;
  await Promise.all([postgres.stopNow(), redis?.stop()]); // nothing of it is wanted any more
  await rm(folder, { recursive: true, force: true });
}
