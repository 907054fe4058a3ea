/**
 * Lets what concerns one lane go to the database one after the other. They would wait for each other there, at the
 * lane's lock, but each with a connection in its hands, and a busy lane would leave none for the others.
 */
export class Turns {
  private readonly last = new Map<string, Promise<unknown>>();

  /** Does `work` when everything that came before it under this key is done, however that ended. */
  async take<Result>(key: string, work: () => Promise<Result>): Promise<Result> {
    const before = this.last.get(key) ?? Promise.resolve();
    const mine = before.then(work, work);
    this.last.set(key, mine);
    try {
      return await mine;
    } finally {
      if (this.last.get(key) === mine) this.last.delete(key);
    }
  }
}
