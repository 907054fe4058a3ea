import {
  type BeforeApplicationShutdown,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { problemOf } from '@turnpike/service';
import type { Notification } from 'pg';
import { GatewayConfig } from '../config.js';
import { CHANGED_CHANNEL } from '../ledger/batching/batched-transactions.js';
import { Listener } from './listener.js';
import type { OperationRead } from '../ledger/operation.entity.js';
import { LedgerQueries } from '../queries/operations.js';
import { SharedWaits, type WaitTerms } from './shared-waits.js';
import { isEnded } from '../ledger/states.js';

/** Tells of the end of an operation, in the transaction that ends it: the user's id and the operation's. */
const ENDED_CHANNEL = 'operation_ended';

/** Milliseconds after which followers look even if nothing was heard: who was to announce a change may have died. */
const LOOK_AGAIN_MS = 30_000;

/**
 * Milliseconds after which those that wait for an end look even if nothing was heard: until a connection that leads
 * nowhere is found they would wait in vain. All look at once, which is two statements for all of them.
 */
const LOOK_FOR_END_MS = 2000;

/** How long somebody waits. */
export type Patience = Pick<WaitTerms<never>, 'timeoutMs' | 'signal'>;

/**
 * Hears from the database when operations end, or change, whichever process it was that did it. One connection for all
 * that wait in this process. A notification may be lost with the connection, so whoever waits subscribes first, then
 * looks, and is woken to look again whenever the connection is new. All who wait for one operation, or for one lane,
 * share each look, so that the reads grow with the changes and not with those who wait.
 */
@Injectable()
export class Endings implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly listener: Listener;
  private readonly operations: SharedWaits<OperationRead>;
  private readonly lanes: SharedWaits<number>;
  private readonly followers = new Map<string, Set<() => void>>();
  private looking: NodeJS.Timeout[] = [];
  private stopped = false;

  constructor(
    private readonly config: GatewayConfig,
    queries: LedgerQueries,
  ) {
    this.operations = new SharedWaits((id) => queries.operation(id), isUnavailable);
    this.lanes = new SharedWaits((userId) => queries.firstUnfinished(userId), isUnavailable);
    this.listener = new Listener({
      connectionString: config.databaseUrl,
      applicationName: 'turnpike-endings',
      channels: [ENDED_CHANNEL, CHANGED_CHANNEL],
      hear: (notification) => this.hear(notification),
      look: () => this.lookAtAll(),
      logger: new Logger(Endings.name),
    });
  }

  onApplicationBootstrap(): void {
    if (!this.config.api) return;
    this.looking = [
      setInterval(() => this.stir([...this.followers.keys()]), LOOK_AGAIN_MS).unref(),
      setInterval(() => this.lookForEnds(), LOOK_FOR_END_MS).unref(),
    ];
    void this.listener.keepListening();
  }

  /**
   * Waits until that operation has ended. While the database is away it goes on waiting: the write is under way whether
   * it can be looked at or not.
   * @returns the operation, or null where it has not ended in time
   */
  ofOperation(id: string, patience: Patience): Promise<OperationRead | null> {
    return this.waitFor(this.operations, id, { ...patience, isEnough: ({ state }) => isEnded(state) });
  }

  /** Waits until every write of that lane up to that place has ended. @returns whether they have in time */
  async ofLane(userId: string, seq: number, patience: Patience): Promise<boolean> {
    const terms = { ...patience, isEnough: (first: number) => first > seq };
    return (await this.waitFor(this.lanes, userId, terms)) !== null;
  }

  /**
   * Looks at once, and then whenever operations of that user may have changed since the last look began, until the
   * signal.
   * @param look answers whether to go on; what it throws ends it, too
   */
  async follow(userId: string, signal: AbortSignal, look: () => Promise<boolean>): Promise<void> {
    let wake = (): void => undefined;
    const stir = (): void => wake();
    const unfollow = this.addFollower(userId, stir);
    signal.addEventListener('abort', stir);
    try {
      while (!signal.aborted) {
        const stirred = new Promise<void>((resolve) => (wake = resolve));
        if (!(await look())) return;
        await stirred;
      }
    } finally {
      signal.removeEventListener('abort', stir);
      unfollow();
    }
  }

  /** Before HTTP stops, which waits for the requests that wait here. */
  async beforeApplicationShutdown(): Promise<void> {
    this.stopped = true;
    this.looking.forEach((timer) => clearInterval(timer));
    this.operations.endAll();
    this.lanes.endAll();
    this.stir([...this.followers.keys()]);
    await this.listener.stop();
  }

  private waitFor<Found>(
    waits: SharedWaits<Found>,
    key: string,
    terms: WaitTerms<Found>,
  ): Promise<Found | null> {
    return waits.waitFor(key, this.stopped ? { ...terms, timeoutMs: 0 } : terms);
  }

  private addFollower(userId: string, stir: () => void): () => void {
    const followers = this.followers.get(userId) ?? new Set();
    this.followers.set(userId, followers.add(stir));
    return () => {
      followers.delete(stir);
      if (followers.size === 0 && this.followers.get(userId) === followers) this.followers.delete(userId);
    };
  }

  private hear({ channel, payload = '' }: Notification): void {
    if (channel === CHANGED_CHANNEL) return this.stir(payload.split(','));
    const [userId, operationId] = payload.split(' ') as [string, string];
    this.operations.lookAgain(operationId);
    this.lanes.lookAgain(userId);
    this.stir([userId]);
  }

  private stir(userIds: readonly string[]): void {
    for (const userId of userIds) this.followers.get(userId)?.forEach((stir) => stir());
  }

  private lookForEnds(): void {
    this.operations.lookAtAll();
    this.lanes.lookAtAll();
  }

  private lookAtAll(): void {
    this.lookForEnds();
    this.stir([...this.followers.keys()]);
  }
}

function isUnavailable(error: unknown): boolean {
  return problemOf(error).code === 'unavailable';
}
