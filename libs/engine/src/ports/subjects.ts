import type { Role } from '@turnpike/protocol';
import type { JSONWebKeySet } from 'jose';

/** What a user may be let in by. */
export interface RolesOfSubject {
  roles: readonly Role[];
  state: 'active' | 'deleted';
}

/** What the service that has the users knows of them: the application asks it. */
export abstract class Subjects {
  /** @throws Problem 404 `not-found`, or 503 where nobody can say */
  abstract rolesOf(userId: string): Promise<RolesOfSubject>;

  /** @returns the ids of users whom a text of an operator may mean, at most so many */
  abstract search(text: string, limit: number): Promise<string[]>;

  /** @returns the public keys of users' access tokens (RFC 7517) */
  abstract keys(): Promise<JSONWebKeySet>;
}
