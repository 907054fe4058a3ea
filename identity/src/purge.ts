import { Injectable } from '@nestjs/common';
import type { Erasure, PurgeUserStep } from '@turnpike/contracts';
import { type Applied, forgetAnswers, Problem, type StepCall } from '@turnpike/service';
import type { EntityManager } from 'typeorm';
import { removeCredential } from './credentials.js';
import { releaseEmails } from './emails.js';
import { eraseSessionsOf, REVOCATIONS_KEPT } from './sessions.js';
import { lockUser } from './user-rows.js';
import type { User } from './user.entity.js';

/**
 * The end of a deleted user: nothing personal is left in this database, the answers that Steps remembers included.
 * The row stays, so that its id is never given out again and nobody can restore what is not there.
 */
@Injectable()
export class Purge {
  /**
   * A user who is not deleted is purged only where the register says so: a backup may have brought the row back.
   * @throws Problem `not-found`, `user-not-deleted`, or `user-deleted` for one who is purged already
   */
  async purge(tx: EntityManager, call: StepCall, { register }: PurgeUserStep): Promise<Applied> {
    const user = await lockUser(tx, call.userId);
    if (user.state !== 'deleted' && register !== 'purged')
      throw new Problem('user-not-deleted', 'Only a deleted user is purged.');
    return { body: { erasures: await eraseUser(tx, call, user) }, tombstone: 'set' };
  }
}

/** @returns what was done to which table, and to what Steps remembers. */
export async function eraseUser(
  tx: EntityManager,
  call: StepCall,
  { id, credentialId }: User,
): Promise<Erasure[]> {
  await makeStub(tx, id);
  return [
    { relation: 'identity.users', erased: 1, retained: 'id, dates and version' },
    { relation: 'identity.email_addresses', erased: await releaseEmails(tx, id), retained: '' },
    { relation: 'identity.credentials', erased: await removeCredential(tx, credentialId), retained: '' },
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
     set state = 'purged', email = null, credential_id = null, first_name = '', last_name = '',
       roles = '{}', claims = '{}', version = version + 1, updated_at = now(), deleted_at = coalesce(deleted_at, now())
     where id = $1`,
    [id],
  );
}
