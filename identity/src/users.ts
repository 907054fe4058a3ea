import { Injectable } from '@nestjs/common';
import type {
  ChangePasswordStep,
  Page,
  RegisterStep,
  SetClaims,
  SetRoles,
  UpdateUser,
  UsersQuery,
  UserView,
} from '@turnpike/contracts';
import { decodeCursor, encodeCursor } from '@turnpike/contracts';
import { type Applied, assertMatches, Database, invalidRequest, Problem } from '@turnpike/service';
import { isUUID } from 'class-validator';
import type { EntityManager, QueryDeepPartialEntity } from 'typeorm';
import { removeCredential } from './credentials.js';
import { exchangeEmail, releaseEmails, releaseReservedEmails, takeEmail, takeEmailBack } from './emails.js';
import { revokeSessionsOf } from './sessions.js';
import { User, userView } from './user.entity.js';

/** What an update may change, as it was before: its undo puts it back. */
type Profile = Pick<User, 'email' | 'firstName' | 'lastName'>;

/** Whose row a step writes, and under which condition of the client's. */
export interface Target {
  userId: string;
  ifMatch?: string;
}

/**
 * An instant later than any access token of the user: they have microseconds, the column has milliseconds, and
 * the gateway takes a token that is younger than the deletion for one of the time after a restore.
 */
const AFTER_EVERY_TOKEN = `date_trunc('milliseconds', clock_timestamp()) + interval '1 millisecond'`;

/** Users: each write runs in its step's transaction and locks the user's row first. */
@Injectable()
export class Users {
  constructor(private readonly database: Database) {}

  async register(tx: EntityManager, id: string, registration: RegisterStep): Promise<Applied> {
    const { email } = registration;
    await tx.insert(User, { id, ...registration }).catch(refuseByConstraint);
    await takeEmail(tx, id, email);
    return applied(await reload(tx, id));
  }

  /** As if the user had never been; whoever signed in meanwhile is signed out. */
  async undoRegister(tx: EntityManager, id: string): Promise<Applied> {
    const user = await lock(tx, id);
    await revokeSessionsOf(tx, id);
    await releaseEmails(tx, id);
    await tx.delete(User, id);
    await removeCredential(tx, user.credentialId);
    return applied(user);
  }

  async update(tx: EntityManager, target: Target, changes: UpdateUser): Promise<Applied> {
    const { id, email, firstName, lastName } = await lockActive(tx, target);
    if (changes.email !== undefined && changes.email !== email) await exchangeEmail(tx, id, changes.email);
    const before: Profile = { email, firstName, lastName };
    return applied(await change(tx, id, { ...changes }), before);
  }

  async undoUpdate(tx: EntityManager, id: string, before: unknown): Promise<Applied> {
    const profile = before as Profile;
    const user = await lock(tx, id);
    if (user.email !== profile.email) await takeEmailBack(tx, id, profile.email);
    return applied(await change(tx, id, profile));
  }

  /** The last step of a change of address: the old one is free for everybody. */
  async releaseEmail(tx: EntityManager, id: string): Promise<Applied> {
    const user = await lock(tx, id);
    await releaseReservedEmails(tx, id);
    return applied(user);
  }

  /** Holds only while the credential is the one whose password was checked when the change was accepted. */
  async changePassword(tx: EntityManager, target: Target, step: ChangePasswordStep): Promise<Applied> {
    const { id, credentialId } = await lockActive(tx, target);
    if (credentialId !== step.replaces) {
      throw new Problem('version-conflict', 'The password has been changed meanwhile.');
    }
    const user = await change(tx, id, { credentialId: step.credentialId }).catch(refuseByConstraint);
    await removeCredential(tx, step.replaces);
    await revokeSessionsOf(tx, id, step.keepSession);
    return applied(user);
  }

  /** Roles stand in access tokens, so sessions with other roles end. */
  async setRoles(tx: EntityManager, target: Target, { roles }: SetRoles): Promise<Applied> {
    const { id, roles: before } = await lockActive(tx, target);
    const same = before.length === roles.length && before.every((role) => roles.includes(role));
    if (!same) await revokeSessionsOf(tx, id);
    return applied(await change(tx, id, { roles }));
  }

  async setClaims(tx: EntityManager, target: Target, { claims }: SetClaims): Promise<Applied> {
    const { id } = await lockActive(tx, target);
    return applied(await change(tx, id, { claims }));
  }

  /**
   * The row and its address stay for a restore. Sessions end first, so that no token is younger than this. A user
   * who was deleted beside the lane is deleted without complaint, as of then: the other services follow.
   */
  async delete(tx: EntityManager, { userId, ifMatch }: Target): Promise<Applied> {
    const before = await lock(tx, userId);
    assertMatches(ifMatch, before.version);
    await revokeSessionsOf(tx, userId);
    if (before.state === 'deleted') return { ...applied(before), tombstone: 'set' };
    const user = await change(tx, userId, { state: 'deleted', deletedAt: () => AFTER_EVERY_TOKEN });
    return { ...applied(user), tombstone: 'set' };
  }

  /** Ended sessions stay ended. */
  async restore(tx: EntityManager, target: Target): Promise<Applied> {
    const { id, state, version, deletedAt } = await lock(tx, target.userId);
    if (state !== 'deleted') throw new Problem('user-not-deleted');
    assertMatches(target.ifMatch, version);
    const user = await change(tx, id, { state: 'active', deletedAt: null });
    return { ...applied(user, { deletedAt }), tombstone: 'clear' };
  }

  async undoRestore(tx: EntityManager, id: string, before: unknown): Promise<Applied> {
    const { deletedAt } = before as { deletedAt: string };
    await lock(tx, id);
    await revokeSessionsOf(tx, id);
    const user = await change(tx, id, { state: 'deleted', deletedAt: new Date(deletedAt) });
    return { ...applied(user), tombstone: 'set' };
  }

  /** @throws Problem `not-found` */
  async find(id: string): Promise<UserView> {
    const user = await this.database.manager.findOneBy(User, { id });
    if (!user) throw new Problem('not-found');
    return userView(user);
  }

  /** @returns whose present address that is. @throws Problem `not-found` */
  async findIdByEmail(email: string): Promise<{ id: string }> {
    const rows = await this.database.query<{ id: string }>(
      'select user_id as id from email_addresses where email = $1 and not reserved',
      [email],
    );
    if (!rows[0]) throw new Problem('not-found');
    return rows[0];
  }

  /** @returns a page of the users, newest first, which is the descending order of their ids (UUIDv7). */
  async list({ search, cursor, limit }: UsersQuery): Promise<Page<UserView>> {
    const query = this.database.manager.createQueryBuilder(User, 'user').orderBy('user.id', 'DESC');
    if (cursor !== undefined) query.andWhere('user.id < :after', { after: positionOf(cursor) });
    if (search) {
      const name = `user.firstName || ' ' || user.lastName`;
      query.andWhere(`(user.email ilike :part or ${name} ilike :part)`, { part: containing(search) });
    }
    // One more than asked for tells whether there is a next page.
    const users = await query.limit(limit + 1).getMany();
    const items = users.slice(0, limit);
    const last = users.length > limit ? items.at(-1) : undefined;
    return { items: items.map(userView), nextCursor: last ? encodeCursor([last.id]) : null };
  }
}

function applied(user: User, before?: object): Applied {
  return { body: userView(user), before };
}

/** @throws Problem `not-found` */
async function lock(tx: EntityManager, id: string): Promise<User> {
  const user = await tx.findOne(User, { where: { id }, lock: { mode: 'pessimistic_write' } });
  if (!user) throw new Problem('not-found');
  return user;
}

/** @throws Problem `not-found`, `user-deleted`, or `version-conflict` */
async function lockActive(tx: EntityManager, { userId, ifMatch }: Target): Promise<User> {
  const user = await lock(tx, userId);
  if (user.state !== 'active') throw new Problem('user-deleted');
  assertMatches(ifMatch, user.version);
  return user;
}

/** Writes these columns, and with them the next version. @returns the row as it is now */
async function change(tx: EntityManager, id: string, columns: QueryDeepPartialEntity<User>): Promise<User> {
  await tx.update(User, id, columns);
  return reload(tx, id);
}

function reload(tx: EntityManager, id: string): Promise<User> {
  return tx.findOneByOrFail(User, { id });
}

/** What the database's constraints say about a user's id and credential, as a final answer. */
const CONSTRAINT_REFUSALS: Readonly<Record<string, string>> = {
  users_pkey: 'The user exists already.',
  users_credential_id_fkey: 'There is no such credential.',
  users_credential_id_key: 'The credential is in use.',
};

function refuseByConstraint(error: unknown): never {
  const { constraint } = (error as { driverError?: { constraint?: string } }).driverError ?? {};
  const reason = CONSTRAINT_REFUSALS[constraint ?? ''];
  throw reason ? new Problem('invalid-request', reason) : error;
}

function positionOf(cursor: string): string {
  const [id] = decodeCursor(cursor, 1) ?? [];
  if (!isUUID(id)) throw invalidRequest([{ path: 'cursor', message: 'cursor is not one of this list' }]);
  return id!;
}

/** @returns a LIKE pattern for whatever contains the text, in which `%`, `_` and `\` stand for themselves. */
function containing(text: string): string {
  return `%${text.replace(/[\\%_]/g, '\\$&')}%`;
}
