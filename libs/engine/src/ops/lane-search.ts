import { Injectable } from '@nestjs/common';
import type { LanesQuery, LaneView, Page } from '@turnpike/protocol';
import { LaneViews } from '../queries/lanes.js';
import { Subjects } from '../ports/subjects.js';

const USER = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** So many users who match are looked at; whoever finds more says more of the one whom he means. */
const MATCHES = 200;

/** Finds lanes by their users, of whom the service that has them is asked for ids: names and addresses are not here. */
@Injectable()
export class LaneSearch {
  constructor(
    private readonly lanes: LaneViews,
    private readonly subjects: Subjects,
  ) {}

  async page(query: LanesQuery): Promise<Page<LaneView>> {
    const search = query.search?.trim().toLowerCase();
    return this.lanes.page(query, search ? await this.usersFoundBy(search) : null);
  }

  private async usersFoundBy(search: string): Promise<string[]> {
    return USER.test(search) ? [search] : this.subjects.search(search, MATCHES);
  }
}
