import type { ConfirmUserStep } from '@turnpike/protocol';
import type { Statements } from '@turnpike/service';
import type { Lane } from './lane.entity.js';
import type { Content } from '../encryption/payload-encryption.js';

/*
 * The register of deletions: what the ledger has decided about a user. Its word counts against every service's, which
 * may have been put back from a backup; only `user.restore` changes it from deleted.
 */

/** What of a lane the register is made of. */
export type Registered = Pick<Lane, 'admission' | 'deletedAt' | 'decidedAt'>;

/**
 * @returns what the register says of that lane's user, or null where it says nothing: the user is not deleted, or was
 *   made beside the gateway and has a lane that takes nothing yet
 */
export function registerOf({ admission, deletedAt, decidedAt }: Registered): ConfirmUserStep | null {
  switch (admission) {
    case 'open':
    case 'deleting':
      return null;
    case 'deleted':
      return { register: 'deleted', ...(deletedAt && { deletedAt: deletedAt.toISOString() }) };
    case 'closed':
      return decidedAt && { register: 'purged' };
  }
}

/** What a `repair.user` holds that brings a restored user back to a service which has lost the restore. */
export const RESTORED: Content = { isRestored: true };

/** @returns what the register says of that user at the turn of a write that holds `payload` */
export async function readRegister(
  ledger: Statements,
  userId: string,
  payload: Content,
): Promise<ConfirmUserStep | null> {
  const [lane] = await ledger.query<Registered>(
    `select admission, deleted_at as "deletedAt", decided_at as "decidedAt" from lanes where user_id = $1`,
    [userId],
  );
  if (!lane) return null;
  return lane.admission === 'open' && payload['isRestored'] ? { register: 'active' } : registerOf(lane);
}
