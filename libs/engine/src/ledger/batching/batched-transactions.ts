import { type Database, Origins, type Statements, type Transaction } from '@turnpike/service';
import type { Announcer } from '../change-notifier.js';
import { Batcher, type Turns } from './batcher.js';
import { lockLanes } from '../statements/lane-lock.js';
import { measured } from '../metrics.js';

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
