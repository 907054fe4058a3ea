import {
  Beside1764550000001,
  type DatabaseOptions,
  Inbox1763800000000,
  Marks1764500000001,
  Outbox1763900000000,
} from '@turnpike/service';
import { UsersAndSessions1763800000001 } from './migrations/1763800000001-users-and-sessions.js';
import { Purge1763900000001 } from './migrations/1763900000001-purge.js';
import { Retention1764420000001 } from './migrations/1764420000001-retention.js';
import { RefreshGrace1764540000001 } from './migrations/1764540000001-refresh-grace.js';
import { AccessEpochs1764560000001 } from './migrations/1764560000001-access-epochs.js';
import { SessionList1764580000000 } from './migrations/1764580000000-session-list.js';
import { User } from './users/user.entity.js';

/** @returns identity's database at that address, the same for the process and for its migrations. */
export function databaseOptions(url: string): DatabaseOptions {
  return {
    url,
    entities: [User],
    migrations: [
      Inbox1763800000000,
      UsersAndSessions1763800000001,
      Outbox1763900000000,
      Purge1763900000001,
      Retention1764420000001,
      Marks1764500000001,
      RefreshGrace1764540000001,
      Beside1764550000001,
      AccessEpochs1764560000001,
      SessionList1764580000000,
    ],
    applicationName: 'turnpike-identity',
  };
}
