import { Injectable } from '@nestjs/common';
import type { LanesQuery, LaneView, Page } from '@turnpike/protocol';
import type { UserView } from '@turnpike/contracts';
import { LaneViews } from '../queries/lanes.js';
import { Services } from '../execution/service-client.js';

const USER = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** So many users who match are looked at; whoever finds more says more of the one whom he means. */
const MATCHES = 200;

/** Finds lanes by their users. Names and addresses are identity's to know: it is asked for ids. */
@Injectable()
export class LaneSearch {
  constructor(
    private readonly lanes: LaneViews,
    private readonly services: Services,
  ) {}

  async page(query: LanesQuery): Promise<Page<LaneView>> {
    const search = query.search?.trim().toLowerCase();
    return this.lanes.page(query, search ? await this.usersFoundBy(search) : null);
  }

  private async usersFoundBy(search: string): Promise<string[]> {
    if (USER.test(search)) return [search];
    const { items } = await this.services.ask<Page<UserView>>('identity', {
      method: 'GET',
      path: '/internal/users',
      query: { search, limit: MATCHES },
      isPage: true,
    });
    return items.map(({ id }) => id);
  }
}
