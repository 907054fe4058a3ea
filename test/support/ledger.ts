// A ledger on a fresh database, used directly: what the statements guarantee needs no process around them.
import { Database, type DatabaseOptions, migrate, Retention } from '@turnpike/service';
import { v7 as uuidv7 } from 'uuid';
import { databaseOptions } from '../../libs/engine/src/ledger/database.js';
import type { Admitted } from '../../libs/engine/src/ledger/admit-batch.js';
import { Announcer } from '../../libs/engine/src/ledger/batching/batched-transactions.js';
import { Ledger } from '../../libs/engine/src/ledger/ledger.js';
import type { Ending } from '../../libs/engine/src/ledger/completion-batches.js';
import { type ClientKey, isExpired } from '../../libs/engine/src/ledger/statements/idempotency-keys.js';
import { LaneChanges } from '../../libs/engine/src/queries/change-feed.js';
import { ledgerRetention } from '../../libs/engine/src/lifecycle/retention.js';
import { trimSignInPlaces } from '../../gateway/src/sign-in/known-origins.js';
import { LaneViews } from '../../libs/engine/src/queries/lanes.js';
import { LedgerQueries } from '../../libs/engine/src/queries/operations.js';
import type { OperationFacts } from '../../libs/engine/src/ledger/statements/admit.js';
import type { ClaimedRow, ClaimKey, StepOutcome } from '../../libs/engine/src/ledger/statements/claim.js';
import { SHOP } from './shop.js';
import { readConfig } from '../../gateway/src/config.js';
import type { RetentionConfig } from '../../libs/engine/src/config.js';
import type { EffectOnLane } from '../../libs/engine/src/ledger/states.js';
import { createDatabases } from './databases.js';
import { type Keys, openKeys } from './keys.js';
import type { LaneModel, OperationModel } from './lane-model.js';

export const TERMS = { worker: 'test', leaseMs: 60_000, deadlineMs: 60_000 };

export interface WriteOptions {
  kind?: string;
  /** What its definition says, where the shop has none of that kind; such a write has no steps. */
  facts?: OperationFacts;
  clientKey?: ClientKey | null;
  maxDepth?: number;
  cancelsWaiting?: boolean;
  deletedForMs?: number;
  id?: string;
  payload?: Record<string, unknown>;
  sessionEpoch?: number;
}

export interface LedgerRows {
  lanes: (Omit<LaneModel, 'operations'> & { user_id: string; last_seq: number; depth: number })[];
  /** `row` is all of it as text, to be compared. */
  operations: { user_id: string; seq: number; row: string; changes: string[]; model: OperationModel }[];
  keys: { key: string; operation_id: string; fingerprint: string }[];
}

/** A ledger with the few calls that tests repeat. */
export class TestLedger {
  private calls = 0;

  private constructor(
    /** Two, as of two processes: what one does at once in a lane it does in turn by itself. */
    private readonly ledgers: readonly [Ledger, Ledger],
    readonly queries: LedgerQueries,
    readonly changes: LaneChanges,
    readonly laneViews: LaneViews,
    readonly database: Database,
    /** Of the same two processes. */
    readonly keys: readonly [Keys, Keys],
    readonly url: string,
    /** Of its database. */
    readonly options: DatabaseOptions,
    /** Removes the database; nothing may be connected any more. */
    readonly drop: () => Promise<void>,
  ) {}

  static async open(): Promise<TestLedger> {
    const { urls, drop } = await createDatabases('gateway');
    const options = databaseOptions({ databaseUrl: urls.gateway! });
    await migrate(options);
    const database = new Database(options);
    await database.start();
    const announcer = new Announcer(database);
    const [one, two] = [await openKeys(database), await openKeys(database)];
    const queries = new LedgerQueries(database, one.seals);
    return new TestLedger(
      [
        new Ledger(database, one.dataKeys, one.seals, announcer),
        new Ledger(database, two.dataKeys, two.seals, announcer),
      ],
      queries,
      new LaneChanges(database, queries),
      new LaneViews(database),
      database,
      [one, two],
      urls.gateway!,
      options,
      drop,
    );
  }

  /** Another one each time. */
  get ledger(): Ledger {
    this.calls += 1;
    return this.ledgers[this.calls % 2]!;
  }

  async close(): Promise<void> {
    await this.disconnect();
    await this.drop();
  }

  disconnect(): Promise<void> {
    return this.database.onApplicationShutdown();
  }

  /** A lane whose registration has succeeded. */
  async newLane(): Promise<string> {
    const userId = uuidv7();
    const { id } = await this.accepted(userId, { kind: 'user.register' });
    await this.succeed(userId, id);
    return userId;
  }

  async write(userId: string, options: WriteOptions = {}): Promise<Admitted & { id: string }> {
    const { kind = 'order.place', clientKey = null, maxDepth = 1000, payload = {} } = options;
    const { cancelsWaiting, deletedForMs, sessionEpoch } = options;
    const { id = uuidv7(), facts } = options;
    const target = kind.startsWith('order.')
      ? { type: 'order' as const, id: uuidv7() }
      : { type: 'user' as const, id: userId };
    const admitted = await this.ledger.admit({
      operation: {
        id,
        userId,
        kind,
        ...(facts ?? SHOP.factsOf(kind)),
        actorId: userId,
        target,
        creates: kind === 'order.place',
        payload,
        ifMatch: null,
        steps: facts ? [] : SHOP.stepsOf(kind, payload),
        traceparent: null,
      },
      clientKey,
      maxDepth,
      cancelsWaiting,
      deletedForMs,
      sessionEpoch,
    });
    return { ...admitted, id };
  }

  async accepted(userId: string, options: WriteOptions = {}): Promise<{ id: string; seq: number }> {
    const admitted = await this.write(userId, options);
    if (admitted.outcome !== 'accepted') throw new Error(`not accepted: ${JSON.stringify(admitted)}`);
    return admitted;
  }

  claim(userId: string, id: string, terms: Partial<typeof TERMS> = {}): Promise<ClaimedRow | null> {
    return this.ledger.claim(userId, id, { ...TERMS, ...terms });
  }

  /** Claims the operation and ends it as if every step had been applied. */
  async succeed(userId: string, id: string, ending: Partial<Ending> = {}): Promise<void> {
    const claimed = await this.claim(userId, id);
    if (!claimed) throw new Error(`${id} could not be claimed`);
    const steps = inState(claimed, 'applied');
    const success: Ending = { ...effectOf(claimed), state: 'succeeded', steps, result: {}, problem: null };
    await this.ledger.finish(keyOf(claimed), { ...success, ...ending });
  }

  /** Accepts a write and ends it as if every step had been applied. */
  async done(userId: string, kind: string, ending: Partial<Ending> = {}): Promise<string> {
    const { id } = await this.accepted(userId, { kind });
    await this.succeed(userId, id, ending);
    return id;
  }

  async admission(userId: string): Promise<string | undefined> {
    return (await this.queries.lane(userId))?.admission;
  }

  /** Lets the lease of a claim run out, if there is one. */
  async expire(id: string): Promise<void> {
    await this.database.query(
      `update operations set lease_until = now() - interval '1 ms' where id = $1 and state = 'running'`,
      [id],
    );
  }

  /** Moves the binding of that scope's keys back in time. */
  async keyIsOlder(scope: string, hours: number): Promise<void> {
    await this.database.query(
      `update idempotency_keys set created_at = created_at - $2 * interval '1 hour' where scope = $1`,
      [scope, hours],
    );
  }

  /** Moves the end of an operation back in time. */
  async endedEarlier(id: string, hours: number): Promise<void> {
    await this.database.query(
      `update operations set finished_at = finished_at - $2 * interval '1 hour' where id = $1`,
      [id, hours],
    );
  }

  /** One round of what the workers do once a minute. @param only the one table to be trimmed */
  async trim(config: Partial<RetentionConfig> = {}, only?: string): Promise<void> {
    const trims = ledgerRetention({ ...readConfig({}).retention, ...config }, [trimSignInPlaces]);
    const chosen = trims.filter(({ table }) => only === undefined || table === only);
    await new Retention(this.database, chosen).round();
  }

  /** Everything that the ledger holds, in the order of users and places; expired keys do not count. */
  async rows(): Promise<LedgerRows> {
    const [lanes, operations, keys] = await Promise.all([
      this.database.query<LedgerRows['lanes'][number]>('select * from lanes order by user_id'),
      this.database.query<LedgerRows['operations'][number]>(
        `select o.user_id, o.seq, o.changes, to_json(o)::text as row,
           json_build_object('id', o.id, 'kind', o.kind, 'state', o.state, 'epoch', o.epoch,
             'crashes', o.crashes, 'cancelRequested', o.cancel_requested, 'release', o.release,
             'live', o.lease_until > clock_timestamp(), 'due', o.next_attempt_at <= clock_timestamp(),
             'steps', s.states) as model
         from operations o, lateral (
           select json_agg(json_build_object('name', step -> 'name', 'state', step -> 'state')) as states
           from jsonb_array_elements(o.steps) step) s
         order by o.user_id, o.seq`,
      ),
      this.database.query<LedgerRows['keys'][number]>(
        `select k.* from idempotency_keys k where not ${isExpired('k')}`,
      ),
    ]);
    return { lanes, operations, keys };
  }

  async state(id: string): Promise<string | undefined> {
    return (await this.queries.operation(id))?.state;
  }

  /** How many operations of the lane have not ended, counted. */
  async unfinished(userId: string): Promise<number> {
    const [row] = await this.database.query<{ count: string }>(
      'select count(*) from operations where user_id = $1 and finished_at is null',
      [userId],
    );
    return Number(row!.count);
  }
}

export function keyOf(claimed: ClaimedRow): ClaimKey {
  return { userId: claimed.user_id, id: claimed.id, epoch: claimed.epoch };
}

export function effectOf({ effect, reports_deletion: reportsDeletion }: ClaimedRow): EffectOnLane {
  return { effect, reportsDeletion };
}

export function inState(claimed: ClaimedRow, state: StepOutcome['state']): StepOutcome[] {
  return claimed.steps.map((step) => ({ ...step, state, attempts: 1 }));
}
