import { onBehalfOfAll, unavailable } from '@turnpike/service';

/** The most requests of one batch: some hundred kilobytes of parameters, a few milliseconds of the database. */
const MAX_BATCH = 200;

/** @returns whether it takes its turn; who has given up does not */
type Begin = () => boolean;

/**
 * Whose turn it is with each lane, among everything that this process wants to write: one request of a lane is on its
 * way at a time, in the order in which they came. Across processes the lane's row is the lock; that one process's
 * batches do not meet at it keeps them batches, for a batch leaves out whatever lane it finds locked.
 */
export class Turns {
  /** Of each lane that somebody is at, who waits. */
  private readonly waiting = new Map<string, Begin[]>();

  /** @returns whether the lane is had now; if not, `begin` is called when all who asked before have left */
  take(lane: string, begin: Begin): boolean {
    const waiting = this.waiting.get(lane);
    if (waiting) waiting.push(begin);
    else this.waiting.set(lane, []);
    return !waiting;
  }

  /** Lets the next begin who still wants to. A loop, since thousands may have given up by then. */
  leave(lane: string): void {
    const waiting = this.waiting.get(lane)!;
    for (let begin = waiting.shift(); begin; begin = waiting.shift()) {
      if (begin()) return;
    }
    this.waiting.delete(lane);
  }
}

export interface BatcherOptions<Request, Answer> {
  /**
   * Answers the requests of a batch, in their order; what it throws is everybody's answer. An answer may be still to
   * come: its lane waits for it, the next batch does not.
   */
  write: (batch: readonly Request[]) => Promise<readonly (Answer | Promise<Answer>)[]>;
  /** Is told of each request when it comes. */
  arrived?: (request: Request) => void;
  /** Whose turn a request has to wait for. */
  laneOf: (request: Request) => string;
  /** Shared by all batchers that write in the same lanes. */
  turns: Turns;
  /** Milliseconds after which a request that could not be sent yet is refused; without, it waits. */
  patienceMs?: number;
}

interface Pending<Request, Answer> {
  lane: string;
  request: Request;
  resolve: (answer: Answer) => void;
  reject: (error: unknown) => void;
  patience?: NodeJS.Timeout;
  /** It was refused before it was sent. */
  isLate: boolean;
}

/**
 * Gathers what arrives while the batch before is written, or in the same turn of the event loop, and writes it
 * together. Nothing waits for a timer: an idle system writes each request at once. One batch is on its way at a time:
 * with two each has half the requests, and costs nearly as much. A busy lane takes one place of a batch, and
 * leaves the others to its neighbours.
 */
export class Batcher<Request, Answer> {
  private readonly ready = new Set<Pending<Request, Answer>>();
  private isUnderWay = false;
  private isDue = false;

  constructor(private readonly options: BatcherOptions<Request, Answer>) {}

  /** @throws Problem `unavailable` where it has waited for too long to be sent; whatever `write` throws */
  submit(request: Request): Promise<Answer> {
    const { arrived, laneOf, patienceMs, turns } = this.options;
    arrived?.(request);
    let settle!: Pick<Pending<Request, Answer>, 'resolve' | 'reject'>;
    const answer = new Promise<Answer>((resolve, reject) => (settle = { resolve, reject }));
    const pending: Pending<Request, Answer> = { lane: laneOf(request), request, ...settle, isLate: false };
    if (patienceMs !== undefined) pending.patience = setTimeout(() => this.refuse(pending), patienceMs);
    if (turns.take(pending.lane, () => this.begin(pending))) this.begin(pending);
    return answer;
  }

  private begin(pending: Pending<Request, Answer>): boolean {
    if (pending.isLate) return false;
    this.ready.add(pending);
    this.nextInThisTurn();
    return true;
  }

  /** Whoever asked is told in time, and what is too much does not pile up. */
  private refuse(pending: Pending<Request, Answer>): void {
    pending.isLate = true;
    pending.reject(unavailable('There is more to write down than the ledger can take.'));
    if (this.ready.delete(pending)) this.options.turns.leave(pending.lane);
  }

  /** Answers come in batches, too: whoever got one and asks again does it in the same turn as the others. */
  private nextInThisTurn(): void {
    if (this.isDue || this.isUnderWay) return;
    this.isDue = true;
    setImmediate(() => {
      this.isDue = false;
      void onBehalfOfAll(() => this.next());
    });
  }

  private async next(): Promise<void> {
    if (this.isUnderWay || this.ready.size === 0) return;
    const batch = this.takeReady();
    this.isUnderWay = true;
    try {
      const answers = await this.options.write(batch.map(({ request }) => request));
      batch.forEach((pending, index) => void this.answer(pending, answers[index]!));
    } catch (error) {
      batch.forEach(({ lane, reject }) => {
        reject(error);
        this.options.turns.leave(lane);
      });
    } finally {
      this.isUnderWay = false;
      this.nextInThisTurn();
    }
  }

  private takeReady(): Pending<Request, Answer>[] {
    const batch = Array.from(this.ready).slice(0, MAX_BATCH);
    for (const pending of batch) {
      this.ready.delete(pending);
      clearTimeout(pending.patience);
    }
    return batch;
  }

  private async answer(
    { lane, resolve, reject }: Pending<Request, Answer>,
    answer: Answer | Promise<Answer>,
  ): Promise<void> {
    await Promise.resolve(answer).then(resolve, reject);
    this.options.turns.leave(lane);
  }
}
