import { Injectable } from '@nestjs/common';
import type {
  Administrators,
  ChangePasswordStep,
  RegisterStep,
  SetClaims,
  SetRoles,
  UserChanges,
  UsersQuery,
  UserView,
} from '@turnpike/contracts';
import type { Page } from '@turnpike/protocol';
import { decodeCursor, encodeCursor } from '@turnpike/protocol';
import { type Applied, Database, invalidRequest, pageOf, Problem } from '@turnpike/service';
import { isUUID } from 'class-validator';
import type { EntityManager } from 'typeorm';
import { removeCredential } from '../credentials/credentials.js';
import { exchangeEmail, releaseEmails, releaseReservedEmails, takeEmail, takeEmailBack } from './emails.js';
import { revokeSessionsOf } from '../sessions/sessions.js';
import { assertAnotherAdministrator, lockAdministrators } from './administrators.js';
import { applied, changeUser, lockActiveUser, lockUser, reload, type Target } from './user-rows.js';
import { User, userView } from './user.entity.js';

/** What an update may change, as it was before: its undo puts it back. */
type Profile = Pick<User, 'email' | 'firstName' | 'lastName'>;

/**
 * Users: each write runs in its step's transaction and locks the user's row first. How they come to an end, and back,
 * is in deletion.ts and purge.ts.
 */
@Injectable()
export class Users {
  constructor(private readonly database: Database) {}

  async register(tx: EntityManager, id: string, registration: RegisterStep): Promise<Applied> {
    const { email } = registration;
    await tx.insert(User, { id, ...registration }).catch(refuseByConstraint);
    await takeEmail(tx, id, email);
    return applied(await reload(tx, id));
  }

  /** As if the user had never been; whoever signed in meanwhile is signed out. The answer is remembered: it has no name. */
  async undoRegister(tx: EntityManager, id: string): Promise<Applied> {
    const user = await lockUser(tx, id);
    await revokeSessionsOf(tx, id);
    await releaseEmails(tx, id);
    await tx.delete(User, id);
    await removeCredential(tx, user.credentialId);
    return { body: { id } };
  }

  /** Answers with what was there before, too. */
  async update(tx: EntityManager, target: Target, changes: UserChanges): Promise<Applied> {
    const { id, email, firstName, lastName } = await lockActiveUser(tx, target);
    if (changes.email !== undefined && changes.email !== email) await exchangeEmail(tx, id, changes.email);
    const before: Profile = { email, firstName, lastName };
    const user = await changeUser(tx, id, { ...changes });
    return { body: { ...userView(user), before }, before };
  }

  async undoUpdate(tx: EntityManager, id: string, before: unknown): Promise<Applied> {
    const profile = before as Profile;
    const user = await lockUser(tx, id);
    if (user.email !== profile.email) await takeEmailBack(tx, id, profile.email);
    return applied(await changeUser(tx, id, profile));
  }

  /** The last step of a change of address: the old one is free for everybody. */
  async releaseEmail(tx: EntityManager, id: string): Promise<Applied> {
    const user = await lockUser(tx, id);
    await releaseReservedEmails(tx, id);
    return applied(user);
  }

  /** Holds only while the credential is the one whose password was checked when the change was accepted. */
  async changePassword(tx: EntityManager, target: Target, step: ChangePasswordStep): Promise<Applied> {
    const { id, credentialId } = await lockActiveUser(tx, target);
    if (credentialId !== step.replaces) {
      throw new Problem('version-conflict', 'The password has been changed meanwhile.');
    }
    const user = await changeUser(tx, id, { credentialId: step.credentialId }).catch(refuseByConstraint);
    await removeCredential(tx, step.replaces);
    await revokeSessionsOf(tx, id, { keep: step.keepSession });
    return applied(user);
  }

  /**
   * Roles stand in access tokens, so sessions with other roles end.
   * @throws Problem `last-administrator`, too
   */
  async setRoles(tx: EntityManager, target: Target, { roles }: SetRoles): Promise<Applied> {
    await lockAdministrators(tx);
    const { id, roles: before } = await lockActiveUser(tx, target);
    if (before.includes('admin') && !roles.includes('admin')) await assertAnotherAdministrator(tx, id);
    const same = before.length === roles.length && before.every((role) => roles.includes(role));
    if (!same) await revokeSessionsOf(tx, id);
    return applied(await changeUser(tx, id, { roles }));
  }

  async setClaims(tx: EntityManager, target: Target, { claims }: SetClaims): Promise<Applied> {
    const { id } = await lockActiveUser(tx, target);
    return applied(await changeUser(tx, id, { claims }));
  }

  /** @throws Problem `not-found`, or `user-deleted` for a purged user */
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

  async administrators(): Promise<Administrators> {
    const rows = await this.database.query<{ id: string }>(
      `select id from users where state = 'active' and 'admin' = any(roles) order by id`,
    );
    return { ids: rows.map(({ id }) => id) };
  }

  /** @returns a page of the users, newest first, which is the descending order of their ids (UUIDv7). */
  list({ search, ...page }: UsersQuery): Promise<Page<UserView>> {
    const query = this.database.manager
      .createQueryBuilder(User, 'user')
      .where(`user.state <> 'purged'`)
      .orderBy('user.id', 'DESC');
    if (search) {
      const name = `user.firstName || ' ' || user.lastName`;
      query.andWhere(`(user.email ilike :part or ${name} ilike :part)`, { part: containing(search) });
    }
    return pageOf(page, {
      read: (cursor, count) => {
        const next = query.clone().limit(count);
        return (
          cursor === undefined ? next : next.andWhere('user.id < :after', { after: positionOf(cursor) })
        ).getMany();
      },
      open: (users) => users.map(userView),
      cursorOf: ({ id }) => encodeCursor([id]),
    });
  }
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
