import type { DatabaseOptions } from '@turnpike/service';
import type { GatewayConfig } from '../config.js';
import { IdempotencyKey } from './idempotency-key.entity.js';
import { Lane } from './lane.entity.js';
import { Ledger1763800000000 } from './migrations/1763800000000-ledger.js';
import { Relations1763900000000 } from './migrations/1763900000000-relations.js';
import { Batches1764000000000 } from './migrations/1764000000000-batches.js';
import { Seals1764100000000 } from './migrations/1764100000000-seals.js';
import { Limits1764200000000 } from './migrations/1764200000000-limits.js';
import { Operators1764250000000 } from './migrations/1764250000000-operators.js';
import { Dashboard1764300000000 } from './migrations/1764300000000-dashboard.js';
import { Changes1764400000000 } from './migrations/1764400000000-changes.js';
import { Webhooks1764410000000 } from './migrations/1764410000000-webhooks.js';
import { Retention1764420000000 } from './migrations/1764420000000-retention.js';
import { Register1764500000000 } from './migrations/1764500000000-register.js';
import { WaysOut1764510000000 } from './migrations/1764510000000-ways-out.js';
import { Integrity1764520000000 } from './migrations/1764520000000-integrity.js';
import { EndedTo1764530000000 } from './migrations/1764530000000-ended-to.js';
import { Reasons1764530000002 } from './migrations/1764530000002-reasons.js';
import { Beside1764550000000 } from './migrations/1764550000000-beside.js';
import { EndingAccess1764560000000 } from './migrations/1764560000000-ending-access.js';
import { ByRole1764570000000 } from './migrations/1764570000000-by-role.js';
import { RequestIds1764610000000 } from './migrations/1764610000000-request-ids.js';
import { TargetLanes1764620000000 } from './migrations/1764620000000-target-lanes.js';
import { Effects1764630000000 } from './migrations/1764630000000-effects.js';
import { EffectsOfBefore1764630000001 } from './migrations/1764630000001-effects-of-before.js';
import { FollowOns1764640000000 } from './migrations/1764640000000-follow-ons.js';
import { Services1764650000000 } from './migrations/1764650000000-services.js';
import { Operation } from './operation.entity.js';
import { TargetLane } from './target-lane.entity.js';

/** @returns the gateway's own database, with its entities and migrations */
export function databaseOptions({ databaseUrl }: Pick<GatewayConfig, 'databaseUrl'>): DatabaseOptions {
  return {
    url: databaseUrl,
    applicationName: 'turnpike-gateway',
    entities: [Lane, Operation, IdempotencyKey, TargetLane],
    migrations: [
      Ledger1763800000000,
      Relations1763900000000,
      Batches1764000000000,
      Seals1764100000000,
      Limits1764200000000,
      Operators1764250000000,
      Dashboard1764300000000,
      Changes1764400000000,
      Webhooks1764410000000,
      Retention1764420000000,
      Register1764500000000,
      WaysOut1764510000000,
      Integrity1764520000000,
      EndedTo1764530000000,
      Reasons1764530000002,
      Beside1764550000000,
      EndingAccess1764560000000,
      ByRole1764570000000,
      RequestIds1764610000000,
      TargetLanes1764620000000,
      Effects1764630000000,
      EffectsOfBefore1764630000001,
      FollowOns1764640000000,
      Services1764650000000,
    ],
  };
}
