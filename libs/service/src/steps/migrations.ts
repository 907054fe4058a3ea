import { Beside1764550000001 } from './beside.migration.js';
import { Inbox1763800000000 } from './inbox.migration.js';
import { Marks1764500000001 } from './marks.migration.js';
import { Outbox1763900000000 } from './outbox.migration.js';

/** The tables that every service has. Each is made in its time among the service's own. */
export const STEP_MIGRATIONS = [
  Inbox1763800000000,
  Outbox1763900000000,
  Marks1764500000001,
  Beside1764550000001,
];
