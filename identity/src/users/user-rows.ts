import { type Applied, assertMatches, Problem } from '@turnpike/service';
import type { EntityManager, QueryDeepPartialEntity } from 'typeorm';
import { User, userView } from './user.entity.js';

/** Whose row a step writes, and under which condition of the client's. */
export interface Target {
  userId: string;
  ifMatch?: string;
}

/** What a step answers: the user as it left one. */
export function applied(user: User, before?: object): Applied {
  return { body: userView(user), before };
}

/** @returns the user in whatever state, held to the end of the transaction */
export function lockIfThere(tx: EntityManager, id: string): Promise<User | null> {
  return tx.findOne(User, { where: { id }, lock: { mode: 'pessimistic_write' } });
}

/** @throws Problem `not-found`, or `user-deleted` for a purged one: nothing can be done with what is left */
export async function lockUser(tx: EntityManager, id: string): Promise<User> {
  const user = await lockIfThere(tx, id);
  if (!user) throw new Problem('not-found');
  if (user.state === 'purged') throw new Problem('user-deleted');
  return user;
}

/** @throws Problem `not-found`, `user-deleted`, or `version-conflict` */
export async function lockActiveUser(tx: EntityManager, { userId, ifMatch }: Target): Promise<User> {
  const user = await lockUser(tx, userId);
  if (user.state !== 'active') throw new Problem('user-deleted');
  assertMatches(ifMatch, user.version);
  return user;
}

/** Writes these columns, and with them the next version. @returns the row as it is now */
export async function changeUser(
  tx: EntityManager,
  id: string,
  columns: QueryDeepPartialEntity<User>,
): Promise<User> {
  await tx.update(User, id, columns);
  return reload(tx, id);
}

export function reload(tx: EntityManager, id: string): Promise<User> {
  return tx.findOneByOrFail(User, { id });
}
