import { Injectable } from '@nestjs/common';
import { type Applied, assertMatches, Problem } from '@turnpike/service';
import type { EntityManager } from 'typeorm';
import { revokeSessionsOf } from '../sessions/sessions.js';
import { applied, changeUser, lockIfThere, lockUser, type Target } from './user-rows.js';
import type { User } from './user.entity.js';

/**
 * An instant later than any access token of the user: they have microseconds, the column has milliseconds, and
 * the gateway takes a token that is younger than the deletion for one of the time after a restore.
 */
const AFTER_EVERY_TOKEN = `date_trunc('milliseconds', clock_timestamp()) + interval '1 millisecond'`;

/** How a user is deleted softly, beside the lane too, and comes back; and what others are told of it. */
@Injectable()
export class Deletion {
  /**
   * The row and its address stay for a restore. Sessions end first, so that no token is younger than this. A user
   * who was deleted beside the lane is deleted without complaint, as of then: the other services follow.
   */
  async delete(tx: EntityManager, { userId, ifMatch }: Target): Promise<Applied> {
    const user = await lockUser(tx, userId);
    assertMatches(ifMatch, user.version);
    return markDeleted(tx, user);
  }

  /** @returns null for a user who is deleted or purged already. @throws Problem `not-found` */
  async deleteBeside(tx: EntityManager, id: string): Promise<Applied | null> {
    const user = await lockIfThere(tx, id);
    if (!user) throw new Problem('not-found');
    return user.state === 'active' ? markDeleted(tx, user) : null;
  }

  /** Ended sessions stay ended. */
  async restore(tx: EntityManager, target: Target): Promise<Applied> {
    const { id, state, version, deletedAt } = await lockUser(tx, target.userId);
    if (state !== 'deleted') throw new Problem('user-not-deleted');
    assertMatches(target.ifMatch, version);
    const user = await changeUser(tx, id, { state: 'active', deletedAt: null });
    return { ...applied(user, { deletedAt }), tombstone: 'clear' };
  }

  async undoRestore(tx: EntityManager, id: string, before: unknown): Promise<Applied> {
    const { deletedAt } = before as { deletedAt: string };
    await lockUser(tx, id);
    await revokeSessionsOf(tx, id);
    const user = await changeUser(tx, id, { state: 'deleted', deletedAt: new Date(deletedAt) });
    return { ...applied(user), tombstone: 'set' };
  }
}

/** Deletes a user whom the register has deleted before, as of then. @returns the row, and when the sessions ended */
export async function deleteAgain(
  tx: EntityManager,
  id: string,
  deletedAt: string | undefined,
): Promise<{ again: User; sessionsEndedAt: string }> {
  await revokeSessionsOf(tx, id);
  const [now] = await tx.query<{ at: Date }[]>(`select ${AFTER_EVERY_TOKEN} as at`);
  const { at } = now!;
  const again = await changeUser(tx, id, {
    state: 'deleted',
    deletedAt: deletedAt === undefined ? at : new Date(deletedAt),
  });
  return { again, sessionsEndedAt: at.toISOString() };
}

/** Of one who is deleted already nothing changes but that sessions, should there be any, end. */
async function markDeleted(tx: EntityManager, user: User): Promise<Applied> {
  await revokeSessionsOf(tx, user.id);
  if (user.state === 'deleted') return { ...applied(user), tombstone: 'set' };
  const deleted = await changeUser(tx, user.id, { state: 'deleted', deletedAt: () => AFTER_EVERY_TOKEN });
  return { ...applied(deleted), tombstone: 'set' };
}
