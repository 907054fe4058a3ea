/**
 * Whose turn it is with each lane, among everything that this process wants to write: one request of a lane is on its
 * way at a time, in the order in which they came. Across processes the lane's row is the lock; that one process's
 * batches do not meet at it keeps them batches, for a batch leaves out whatever lane it finds locked.
 */
export class Turns {
  /** Of each lane that somebody is at, who waits. */
  private readonly waiting = new Map<string, (() => void)[]>();

  /** Begins now, or when all who asked before have left. */
  take(lane: string, begin: () => void): void {
    const waiting = this.waiting.get(lane);
    if (waiting) waiting.push(begin);
    else {
      this.waiting.set(lane, []);
      begin();
    }
  }

  /** Lets the next begin. */
  leave(lane: string): void {
    const next = this.waiting.get(lane)!.shift();
    if (next) next();
    else this.waiting.delete(lane);
  }
}
