import { Injectable } from '@nestjs/common';
import { Database } from '@turnpike/service';
import { gathered } from '../support/batch-reads.js';
import type { Admission } from '../ledger/states.js';

/** How a lane stands, as far as a comparison of the services wants to know. */
export interface LaneStanding {
  admission: Admission;
  /** Writes that have not ended. */
  depth: number;
  lastSeq: number;
}

/** Reads lanes many at a time: a comparison asks for every user that there is. */
@Injectable()
export class LaneStandings {
  /** @returns the lane of that user, or null; who asks at the same time is answered by the same statement */
  readonly of = gathered((userIds) => this.among(userIds));

  constructor(private readonly database: Database) {}

  /** @returns the lanes of those users that have one */
  async among(userIds: readonly string[]): Promise<Map<string, LaneStanding>> {
    const rows = await this.database.query<LaneStanding & { userId: string }>(
      `select user_id as "userId", admission, depth, last_seq as "lastSeq" from lanes where user_id = any($1)`,
      [userIds],
    );
    return new Map(rows.map(({ userId, ...lane }) => [userId, lane]));
  }
}
