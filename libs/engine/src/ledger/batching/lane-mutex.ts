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

  /** Begins now, or when all who asked before have left. */
  take(lane: string, begin: Begin): void {
    const waiting = this.waiting.get(lane);
    if (waiting) waiting.push(begin);
    else {
      this.waiting.set(lane, [begin]);
      this.leave(lane);
    }
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
