import { Injectable, Logger } from '@nestjs/common';
import { Database, Origins, type Statements, type Transaction } from '@turnpike/service';
import { Histogram } from 'prom-client';
import { lockLanes } from '../statements/lane-lock.js';
import { Batcher, type Turns } from './batcher.js';

/*
 * What the transactions of a batch share: the locks of its lanes, one commit, and after that one announcement.
 */

/** What is done with several requests in one transaction, each of another lane. */
export interface Work<Request, Answer> {
  laneOf: (request: Request) => string;
  /** What has to be there before the lanes are locked. */
  prepare?: (tx: Statements, batch: readonly Request[]) => Promise<void>;
  /**
   * Looks and decides in statements that follow the one which locks the lanes; the last may bring the commit with it.
   * They touch those lanes only that are locked.
   * @param locked whose lanes are; the first statement does not wait to know
   * @returns an answer for each request in such a lane, or in none
   */
  decide: (
    tx: Transaction,
    batch: readonly Request[],
    locked: Promise<ReadonlySet<string>>,
  ) => Promise<Map<Request, Answer>>;
}

interface BatchOptions {
  name: string;
  turns: Turns;
  patienceMs?: number;
  /** Is told whose lanes were worked in; ends tell it themselves. */
  announcer?: Announcer;
}

/**
 * Lets requests of the same kind be written together. A batch does not wait for a lane that somebody else works on:
 * such a request gets a transaction of its own, and waits there. So does every request of a batch in which the
 * database refuses a row, since one bad row must not fail its neighbours.
 */
export function batched<Request extends object, Answer>(
  database: Database,
  work: Work<Request, Answer>,
  { name, announcer, ...options }: BatchOptions,
): Pick<Batcher<Request, Answer>, 'submit'> {
  const origins = new Origins<Request>();
  const tell = (answers: ReadonlyMap<Request, Answer>): void =>
    announcer?.tell([...answers.keys()].map(work.laneOf));
  const together = (batch: readonly Request[]): Promise<Map<Request, Answer>> =>
    origins.together(`ledger.${name}`, batch, () =>
      measured(name, batch.length, () =>
        inLanes(database, batch, work, { wait: false }).catch(orNone<Request, Answer>),
      ),
    );
  const alone = async (request: Request): Promise<Answer> => {
    const answers = await inLanes(database, [request], work, { wait: true });
    tell(answers);
    return answers.get(request)!;
  };
  return new Batcher<Request, Answer>({
    ...options,
    laneOf: work.laneOf,
    arrived: (request) => origins.remember(request),
    async write(batch) {
      const answers = await together(batch);
      tell(answers);
      return batch.map((request) =>
        answers.has(request) ? answers.get(request)! : origins.within(request, () => alone(request)),
      );
    },
  });
}

/** @returns the answers of the requests whose lanes could be had */
function inLanes<Request, Answer>(
  database: Database,
  batch: readonly Request[],
  { laneOf, prepare, decide }: Work<Request, Answer>,
  { wait }: { wait: boolean },
): Promise<Map<Request, Answer>> {
  return database.statements(async (tx) => {
    if (prepare) await prepare(tx, batch);
    const locking = lockLanes(tx, batch.map(laneOf), { wait });
    const [locked, answers] = await Promise.all([locking, decide(tx, batch, locking)]);
    // Who has waited and has none, has no lane.
    return wait ? answers : new Map([...answers].filter(([request]) => locked.has(laneOf(request))));
  });
}

/** Classes of SQLSTATE: a value or a constraint that one row breaks, and a row that was to be written twice. */
const REFUSED_ROW = /^(21|22|23)/;

/** Of a batch in which a row was refused nobody has an answer yet. */
function orNone<Request, Answer>(error: unknown): Map<Request, Answer> {
  const { code } = (error as { driverError?: { code?: string } }).driverError ?? {};
  if (code !== undefined && REFUSED_ROW.test(code)) return new Map();
  throw error;
}

const sizes = new Histogram({
  name: 'turnpike_ledger_batch_size',
  help: 'Requests that were written together.',
  labelNames: ['batch'] as const,
  buckets: [1, 2, 5, 10, 20, 50, 100, 200],
});

const durations = new Histogram({
  name: 'turnpike_ledger_batch_duration_seconds',
  help: 'From the begin to the commit of a batch.',
  labelNames: ['batch'] as const,
  buckets: [0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 4],
});

/** Measures the writing of a batch, whether it succeeds or not. */
async function measured<Result>(batch: string, size: number, write: () => Promise<Result>): Promise<Result> {
  sizes.observe({ batch }, size);
  const end = durations.startTimer({ batch });
  return write().finally(end);
}

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
