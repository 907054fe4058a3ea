import { Injectable } from '@nestjs/common';
import type { PrepareCredential, PreparedCredential } from '@turnpike/contracts';
import { Database, invalidRequest, Problem } from '@turnpike/service';
import type { EntityManager } from 'typeorm';
import { complaintAbout, Passwords } from './passwords.js';

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

  /** @throws Problem 400 for a password that nobody may have, 401 when `currentPassword` is not the user's */
  async prepare({ password, userId, currentPassword }: PrepareCredential): Promise<PreparedCredential> {
    const complaint = complaintAbout(password);
    const path = userId === undefined ? 'password' : 'newPassword';
    if (complaint) throw invalidRequest([{ path, message: `${path} ${complaint}` }]);
    const replaces = userId === undefined ? null : await this.check(userId, currentPassword ?? '');
    const hash = await this.passwords.hash(password);
    const rows = await this.database.query<{ id: string }>(
      'insert into credentials (hash) values ($1) returning id',
      [hash],
    );
    return { credentialId: rows[0]!.id, replaces };
  }

  /** @returns the user's credential, if that is its password */
  private async check(userId: string, password: string): Promise<string> {
    const [credential] = await this.database.query<CredentialRow>(
      `select credentials.id, hash from users join credentials on credentials.id = credential_id
       where users.id = $1 and state = 'active'`,
      [userId],
    );
    const matches = await this.passwords.verify(password, credential?.hash);
    if (!credential || !matches) throw new Problem('invalid-credentials');
    return credential.id;
  }
}

/** Forgets a credential that no user has any more. @returns how many that were: one */
export async function removeCredential(tx: EntityManager, id: string | null): Promise<number> {
  const [, removed] = await tx.query<[unknown[], number]>('delete from credentials where id = $1', [id]);
  return removed;
}
