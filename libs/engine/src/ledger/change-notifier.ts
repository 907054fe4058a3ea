import { Injectable, Logger } from '@nestjs/common';
import { Database } from '@turnpike/service';

/** Announces that operations of a list of users have changed. */
export const CHANGED_CHANNEL = 'operations_changed';

/** Users of one announcement: a notification carries 8,000 bytes, an id with its comma is 37. */
const MAX_USERS = 200;

/** Milliseconds between two announcements: fifty a second cost a busy database less than 1 % of one core. */
const PAUSE_MS = 20;

/**
 * Tells every gateway whose operations were accepted, claimed or put back, for whoever follows them. That they ended
 * is told with the end itself (decisions/0006): clients wait for it. All else is only announced, after the commit and
 * for many writes at once, since whoever notifies holds a lock from before the commit until it is durable, and all
 * commits of the write path would wait for each other. If the process dies before it has told, followers learn of the
 * change with the next one, or when they look again.
 */
@Injectable()
export class Announcer {
  private readonly logger = new Logger(Announcer.name);
  private readonly changed = new Set<string>();
  private isUnderWay = false;

  constructor(private readonly database: Database) {}

  tell(userIds: readonly string[]): void {
    userIds.forEach((userId) => this.changed.add(userId));
    if (!this.isUnderWay) void this.announceAll();
  }

  private async announceAll(): Promise<void> {
    this.isUnderWay = true;
    while (this.changed.size > 0) {
      const userIds = [...this.changed].slice(0, MAX_USERS);
      userIds.forEach((userId) => this.changed.delete(userId));
      await this.database
        .query('select pg_notify($1, $2)', [CHANGED_CHANNEL, userIds.join(',')])
        .catch((error: Error) => this.logger.warn(`Changes could not be announced: ${error.message}`));
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
    this.isUnderWay = false;
  }
}
