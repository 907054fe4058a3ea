import { Injectable } from '@nestjs/common';
import type { Page } from '@turnpike/protocol';
import type { UserView } from '@turnpike/contracts';
import { type RolesOfSubject, Services, Subjects } from '@turnpike/engine';
import type { JSONWebKeySet } from 'jose';

/** Identity has the users. */
@Injectable()
export class UsersAtIdentity extends Subjects {
  constructor(private readonly services: Services) {
    super();
  }

  rolesOf(userId: string): Promise<RolesOfSubject> {
    return this.services.ask<UserView>('identity', { method: 'GET', path: `/internal/users/${userId}` });
  }

  /** By name and address, which identity alone knows. */
  async search(search: string, limit: number): Promise<string[]> {
    const { items } = await this.services.ask<Page<UserView>>('identity', {
      method: 'GET',
      path: '/internal/users',
      query: { search, limit },
      isPage: true,
    });
    return items.map(({ id }) => id);
  }

  keys(): Promise<JSONWebKeySet> {
    return this.services.ask('identity', { method: 'GET', path: '/.well-known/jwks.json' });
  }
}
