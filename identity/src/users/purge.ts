import { Injectable } from '@nestjs/common';
import type { Erasure, PurgeUserStep } from '@turnpike/protocol';
import { type Applied, erasing, forgetAnswers, Problem, type StepCall } from '@turnpike/service';
import type { EntityManager } from 'typeorm';
import { removeCredential } from '../credentials/credentials.js';
import { releaseEmails } from './emails.js';
import { eraseSessionsOf, REVOCATIONS_KEPT } from '../sessions/sessions.js';
import { USER_COLUMNS } from '../personal-columns.js';
import { lockIfThere } from './user-rows.js';
import type { User } from './user.entity.js';

/**
 * The end of a deleted user: nothing personal is left in this database, the answers that Steps remembers included.
 * The row stays, so that its id is never given out again and nobody can restore what is not there.
 */
@Injectable()
export class Purge {
  /**
   * The decision of the saga: once it is made, the other services erase what they have, and none of them refuses. Of a
   * user who is purged, or whose row is gone, it erases what is left. One who is not deleted is purged only where the
   * register says so: a backup may have brought the row back.
   * @throws Problem `user-not-deleted`
   */
  async purge(tx: EntityManager, call: StepCall, { register }: PurgeUserStep): Promise<Applied> {
    const user = await lockIfThere(tx, call.userId);
    if (user?.state === 'active' && register !== 'purged')
      throw new Problem('user-not-deleted', 'Only a deleted user is purged.');
    return { body: { erasures: await eraseUser(tx, call, user) }, tombstone: 'set' };
  }
}

/**
 * @param user of the call, who may be purged already or not be there: then what is left of one is erased
 * @returns what was done to which table, and to what Steps remembers
 */
export async function eraseUser(tx: EntityManager, call: StepCall, user: User | null): Promise<Erasure[]> {
  const { userId: id } = call;
  const isLeft = user !== null && user.state !== 'purged';
  if (isLeft) await makeStub(tx, id);
  const credential = user?.credentialId ?? null;
  return [
    { relation: 'identity.users', erased: isLeft ? 1 : 0, retained: 'id, dates and version' },
    { relation: 'identity.email_addresses', erased: await releaseEmails(tx, id), retained: '' },
    { relation: 'identity.credentials', erased: await removeCredential(tx, credential), retained: '' },
    {
      relation: 'identity.sessions',
      erased: await eraseSessionsOf(tx, id),
      retained: `ids of those that ended in the last ${REVOCATIONS_KEPT}, by which their tokens are refused`,
    },
    { relation: 'identity.inbox', erased: await forgetAnswers(tx, call), retained: '' },
  ];
}

async function makeStub(tx: EntityManager, id: string): Promise<void> {
  await tx.query(
    `update users
     set state = 'purged', ${erasing(USER_COLUMNS)}, version = version + 1, updated_at = now(),
       deleted_at = coalesce(deleted_at, now())
     where id = $1`,
    [id],
  );
}
