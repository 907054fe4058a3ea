import { Injectable } from '@nestjs/common';
import type { PrepareCredential, PreparedCredential } from '@turnpike/contracts';
import { Database, invalidRequest, Problem } from '@turnpike/service';
import type { EntityManager } from 'typeorm';
import { Passwords } from './passwords.js';
import { complaintAbout, type Owner } from './weak-passwords.js';

interface CredentialRow {
  id: string;
  hash: string;
}

/**
 * Passwords become credentials before anything is queued, so that a ledger, a queue and an inbox hold ids only.
 * A credential belongs to nobody until a step gives it to a user. Hashes never leave this service.
 */
@Injectable()
export class Credentials {
  constructor(
    private readonly database: Database,
    private readonly passwords: Passwords,
  ) {}

  /** @throws Problem 400 for a password that the user may not have, 401 when `currentPassword` is not the user's */
  async prepare(request: PrepareCredential): Promise<PreparedCredential> {
    const { password, userId, currentPassword } = request;
    await this.assertFit(request);
    const replaces = userId === undefined ? null : await this.check(userId, currentPassword ?? '');
    const hash = await this.passwords.hash(password);
    const rows = await this.database.query<{ id: string }>(
      'insert into credentials (hash) values ($1) returning id',
      [hash],
    );
    return { credentialId: rows[0]!.id, replaces };
  }

  /** @returns the user's credential. @throws Problem `invalid-credentials` unless that is its password */
  async check(userId: string, password: string): Promise<string> {
    const [credential] = await this.database.query<CredentialRow>(
      `select credentials.id, hash from users join credentials on credentials.id = credential_id
       where users.id = $1 and state = 'active'`,
      [userId],
    );
    const matches = await this.passwords.verify(password, credential?.hash);
    if (!credential || !matches) throw new Problem('invalid-credentials');
    return credential.id;
  }

  /** @throws Problem `not-found` for a credential that is gone, `invalid-credentials` unless that is its password */
  async checkPrepared(id: string, password: string): Promise<void> {
    const [credential] = await this.database.query<CredentialRow>(
      'select id, hash from credentials where id = $1',
      [id],
    );
    if (!credential) throw new Problem('not-found');
    if (!(await this.passwords.verify(password, credential.hash))) throw new Problem('invalid-credentials');
  }

  /** A refusal names the member that the client has sent. */
  private async assertFit(request: PrepareCredential): Promise<void> {
    const { password, userId } = request;
    const path = userId === undefined ? 'password' : 'newPassword';
    const owner = userId === undefined ? ownerIn(request) : await this.ownerOf(userId);
    const complaint = complaintAbout(password, owner);
    if (complaint) throw invalidRequest([{ path, message: `${path} ${complaint}` }]);
  }

  private async ownerOf(userId: string): Promise<Owner | null> {
    const [owner] = await this.database.query<Owner>(
      `select email, first_name as "firstName", last_name as "lastName" from users
       where id = $1 and state = 'active'`,
      [userId],
    );
    return owner ?? null;
  }
}

function ownerIn({ email = '', firstName = '', lastName = '' }: PrepareCredential): Owner {
  return { email, firstName, lastName };
}

/** Forgets a credential that no user has any more. @returns how many that were: one */
export async function removeCredential(tx: EntityManager, id: string | null): Promise<number> {
  const [, removed] = await tx.query<[unknown[], number]>('delete from credentials where id = $1', [id]);
  return removed;
}
