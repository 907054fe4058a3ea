import type { Turns } from './turns.js';

/** The most requests of one batch: some hundred kilobytes of parameters, a few milliseconds of the database. */
const MAX_BATCH = 200;

interface Pending<Request, Answer> {
  request: Request;
  resolve: (answer: Answer | Promise<Answer>) => void;
  reject: (error: unknown) => void;
}

/**
 * Gathers what arrives while the batch before is written, or in the same turn of the event loop, and writes it
 * together. Nothing waits for a timer: an idle system writes each request at once. One batch is on its way at a time:
 * with two each has half the requests, and costs nearly as much. A busy lane takes one place of a batch, and
 * leaves the others to its neighbours.
 */
export class Batcher<Request, Answer> {
  private ready: Pending<Request, Answer>[] = [];
  private isUnderWay = false;
  private isDue = false;

  /**
   * @param write answers the requests of a batch, in their order; what it throws is everybody's answer. An answer
   *   may be still to come: its lane waits for it, the next batch does not
   * @param laneOf whose turn a request has to wait for
   * @param turns shared by all batchers that write in the same lanes
   */
  constructor(
    private readonly write: (batch: readonly Request[]) => Promise<readonly (Answer | Promise<Answer>)[]>,
    private readonly laneOf: (request: Request) => string,
    private readonly turns: Turns,
  ) {}

  submit(request: Request): Promise<Answer> {
    const lane = this.laneOf(request);
    const answered = new Promise<Answer>((resolve, reject) => {
      this.turns.take(lane, () => {
        this.ready.push({ request, resolve, reject });
        this.nextInThisTurn();
      });
    });
    return answered.finally(() => this.turns.leave(lane));
  }

  /** Answers come in batches, too: whoever got one and asks again does it in the same turn as the others. */
  private nextInThisTurn(): void {
    if (this.isDue || this.isUnderWay) return;
    this.isDue = true;
    setImmediate(() => {
      this.isDue = false;
      void this.next();
    });
  }

  private async next(): Promise<void> {
    if (this.isUnderWay || this.ready.length === 0) return;
    const batch = this.ready.slice(0, MAX_BATCH);
    this.ready = this.ready.slice(MAX_BATCH);
    this.isUnderWay = true;
    try {
      const answers = await this.write(batch.map(({ request }) => request));
      batch.forEach(({ resolve }, index) => resolve(answers[index]!));
    } catch (error) {
      batch.forEach(({ reject }) => reject(error));
    } finally {
      this.isUnderWay = false;
      this.nextInThisTurn();
    }
  }
}
