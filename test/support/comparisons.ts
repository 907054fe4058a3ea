// What tests of services that join ask of a whole system: a comparison, and a purge.
import { type Api, expectStatus } from './client.js';
import { until } from './processes.js';
import type { System } from './system.js';

/** @returns the address of a comparison that has begun */
export async function beginComparison(admin: Api): Promise<string> {
  const run = await admin.post<{ id: string }>('/v1/ops/integrity/runs');
  return `/v1/ops/integrity/runs/${run.body.id}`;
}

/** @returns what a comparison has found, once it is over */
export async function findingsOf(admin: Api, run: string): Promise<unknown[]> {
  let found: unknown[] = [];
  await until(async () => {
    const answer = await admin.get<{ state: string; findings: unknown[] }>(run);
    const { state, findings } = expectStatus(answer, 200);
    found = findings;
    return state !== 'running';
  });
  return found;
}

/** Purges a deleted user, as if the grace period were over. @returns what the receipt lists */
export async function purge({ databases }: System, userId: string): Promise<unknown[]> {
  let erasures: unknown[] = [];
  const { gateway } = databases;
  await gateway.query(`update lanes set deleted_at = now() - interval '1 day' where user_id = $1`, [userId]);
  await until(async () => {
    const { rows } = await gateway.query<{ state: string; result: { erasures: unknown[] } }>(
      `select state, result from operations where user_id = $1 and kind = 'user.purge'`,
      [userId],
    );
    if (rows[0]?.state !== 'succeeded') return false;
    ({ erasures } = rows[0].result);
    return true;
  });
  return erasures;
}
