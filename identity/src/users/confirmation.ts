import { Injectable } from '@nestjs/common';
import type { ConfirmUserStep } from '@turnpike/protocol';
import { type Applied, Problem, type StepCall } from '@turnpike/service';
import type { EntityManager } from 'typeorm';
import { deleteAgain } from './deletion.js';
import { eraseUser } from './purge.js';
import { changeUser, lockIfThere } from './user-rows.js';
import type { User } from './user.entity.js';

/**
 * Says how a user is at this turn of the lane, for the other services to follow. The ledger is the register: where it
 * says that the user is deleted, purged or restored, identity is made to agree first, whatever a restored backup or a
 * row that was put in by hand says. The tombstone agrees with the answer from then on.
 */
@Injectable()
export class Confirmation {
  /** @throws Problem `not-found` where the register has restored a user whom identity has lost */
  async confirm(tx: EntityManager, call: StepCall, step: ConfirmUserStep): Promise<Applied> {
    const row = await lockIfThere(tx, call.userId);
    const user = row?.state === 'purged' ? null : row;
    switch (step.register) {
      case 'purged':
        return user ? erased(tx, call, user) : absent(call);
      case 'deleted':
        return user ? deleted(tx, user, step) : absent(call);
      case 'active':
        return restored(tx, user);
      case undefined:
        return user ? seen(user) : absent(call);
    }
  }
}

function seen({ id, state, firstName, lastName, deletedAt }: User): Applied {
  const body = { id, state, firstName, lastName, ...(deletedAt && { deletedAt: deletedAt.toISOString() }) };
  return { body, tombstone: state === 'active' ? 'clear' : 'set' };
}

function absent({ userId: id }: StepCall): Applied {
  return { body: { id, state: 'absent' }, tombstone: 'set' };
}

async function erased(tx: EntityManager, call: StepCall, user: User): Promise<Applied> {
  const erasures = await eraseUser(tx, call, user);
  return { body: { id: user.id, state: 'absent', erasures }, tombstone: 'set' };
}

async function deleted(tx: EntityManager, user: User, { deletedAt }: ConfirmUserStep): Promise<Applied> {
  if (user.state === 'deleted') return seen(user);
  const { again, sessionsEndedAt } = await deleteAgain(tx, user.id, deletedAt);
  const { body, tombstone } = seen(again);
  return { body: { ...(body as object), sessionsEndedAt }, tombstone };
}

/** Nothing follows a user who is lost: what the other services have of one would be erased. */
async function restored(tx: EntityManager, user: User | null): Promise<Applied> {
  if (!user)
    throw new Problem('not-found', 'The register has this user as restored, identity has no such user.');
  if (user.state === 'active') return seen(user);
  return seen(await changeUser(tx, user.id, { state: 'active', deletedAt: null }));
}
