/** The most requests of one batch: some hundred kilobytes of parameters, a few milliseconds of the database. */
const MAX_BATCH = 200;

/**
 * Batches on their way at a time. With one, whatever holds it up would hold up everybody; with many, each would be
 * small again.
 */
const MAX_UNDER_WAY = 2;

interface Pending<Request, Answer> {
  lane: string;
  request: Request;
  resolve: (answer: Answer) => void;
  reject: (error: unknown) => void;
}

/**
 * Gathers what arrives while earlier batches are written, or in the same turn of the event loop, and writes it
 * together. Nothing waits for a timer: an idle system writes each request at once. Of one lane one request is on its way at a time, in the order in which
 * they came; a busy lane takes one place of a batch, and leaves the others to its neighbours.
 */
export class Batcher<Request, Answer> {
  /** Of each lane what waits behind the request that is ready or under way. */
  private readonly behind = new Map<string, Pending<Request, Answer>[]>();
  private ready: Pending<Request, Answer>[] = [];
  private underWay = 0;
  private isDue = false;

  /**
   * @param write answers the requests of a batch, in their order; what it throws is everybody's answer. An answer
   *   may be still to come: its lane waits for it, the next batch does not
   * @param laneOf whose turn a request has to wait for
   */
  constructor(
    private readonly write: (batch: readonly Request[]) => Promise<readonly (Answer | Promise<Answer>)[]>,
    private readonly laneOf: (request: Request) => string,
  ) {}

  submit(request: Request): Promise<Answer> {
    return new Promise<Answer>((resolve, reject) => {
      const lane = this.laneOf(request);
      const pending = { lane, request, resolve, reject };
      const behind = this.behind.get(lane);
      if (behind) behind.push(pending);
      else {
        this.behind.set(lane, []);
        this.ready.push(pending);
      }
      this.nextInThisTurn();
    });
  }

  /** Answers come in batches, too: whoever got one and asks again does it in the same turn as the others. */
  private nextInThisTurn(): void {
    if (this.isDue || this.underWay === MAX_UNDER_WAY) return;
    this.isDue = true;
    setImmediate(() => {
      this.isDue = false;
      this.next();
    });
  }

  private next(): void {
    if (this.underWay === MAX_UNDER_WAY || this.ready.length === 0) return;
    const batch = this.ready.slice(0, MAX_BATCH);
    this.ready = this.ready.slice(MAX_BATCH);
    void this.send(batch);
    this.next();
  }

  private async send(batch: readonly Pending<Request, Answer>[]): Promise<void> {
    this.underWay += 1;
    try {
      const answers = await this.write(batch.map(({ request }) => request));
      batch.forEach((pending, index) => void this.answer(pending, answers[index]!));
    } catch (error) {
      batch.forEach(({ lane, reject }) => {
        reject(error);
        this.letNext(lane);
      });
    } finally {
      this.underWay -= 1;
      this.nextInThisTurn();
    }
  }

  private async answer(
    { lane, resolve, reject }: Pending<Request, Answer>,
    answer: Answer | Promise<Answer>,
  ): Promise<void> {
    await Promise.resolve(answer).then(resolve, reject);
    this.letNext(lane);
    this.nextInThisTurn();
  }

  private letNext(lane: string): void {
    const behind = this.behind.get(lane)!;
    const next = behind.shift();
    if (next) this.ready.push(next);
    else this.behind.delete(lane);
  }
}
