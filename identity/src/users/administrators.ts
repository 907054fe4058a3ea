import { Problem } from '@turnpike/service';
import type { EntityManager } from 'typeorm';

/**
 * Lets one transaction at a time change roles, to its end: of two administrators who take the role from each other at
 * once, each would still see the other's. It comes before the lock of a user's row, for everybody.
 */
export async function lockAdministrators(tx: EntityManager): Promise<void> {
  await tx.query(`select pg_advisory_xact_lock(hashtext('turnpike.administrators'))`);
}

/** @throws Problem `last-administrator` where nobody else has the role */
export async function assertAnotherAdministrator(tx: EntityManager, id: string): Promise<void> {
  const others = await tx.query<unknown[]>(
    `select 1 from users where id <> $1 and state = 'active' and 'admin' = any(roles) limit 1`,
    [id],
  );
  if (others.length === 0) throw new Problem('last-administrator');
}
