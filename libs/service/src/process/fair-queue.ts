import { AsyncLocalStorage } from 'node:async_hooks';

/*
 * Fair queueing: of what everybody needs and there is little of, each owner (a user, an address) has a queue of his own,
 * and the queues take turns. Whoever asks for a thousand things at once waits behind himself, and the others behind at
 * most one of his each. A queue by age alone, as a pool has, would keep everybody behind the thousand. The libraries
 * that were looked at (p-queue, bottleneck) queue by priority or limit groups, and none takes turns.
 */

/** For whom something is done; the name may become known later, when a token was verified. */
export interface Owner {
  name: string;
}

const owners = new AsyncLocalStorage<Owner | null>();

/** Does work, and all that follows from it, on behalf of that owner. */
export function onBehalfOf<Result>(owner: Owner, work: () => Result): Result {
  return owners.run(owner, work);
}

/**
 * Does work on behalf of nobody alone: what many share, as a batch of many users' requests, must not wait in the queue
 * of the one who happened to ask first.
 */
export function onBehalfOfAll<Result>(work: () => Result): Result {
  return owners.run(null, work);
}

/** @returns on whose behalf this is done; null for what is done for all */
export function currentOwner(): Owner | null {
  return owners.getStore() ?? null;
}

export interface FairQueueOptions {
  /** How many have a place at a time. */
  places: number;
  /** How many of them one owner may have: the others find some that are free. */
  placesEach: number;
  /** Milliseconds after which nobody waits any more. */
  patienceMs: number;
  /** What is thrown then; `behindOneself`: of all places some are free, and the owner has his share of them. */
  late: (behindOneself: boolean) => Error;
}

interface Waiting {
  begin: () => void;
}

/** The queue of what is done for all; it goes first, since everybody waits for it. */
const ALL = '';

/** Places that are taken and left; the queues of those who wait take turns. */
export class FairQueue {
  private readonly queues = new Map<string, Set<Waiting>>();
  private readonly taken = new Map<string, number>();
  private allTaken = 0;

  constructor(private readonly options: FairQueueOptions) {}

  /**
   * Does work in a place of the current owner.
   * @param restMs milliseconds for which the owner has no use of the place after that result; others have
   * @throws what `late` makes where none is had in time
   */
  async run<Result>(
    work: () => Promise<Result>,
    restMs: (result: Result) => number = () => 0,
  ): Promise<Result> {
    const leave = await this.take();
    let rest = 0;
    try {
      const result = await work();
      rest = restMs(result);
      return result;
    } finally {
      leave(rest);
    }
  }

  /** @returns what gives the place back, however often it is called */
  take(): Promise<(restMs?: number) => void> {
    const name = currentOwner()?.name ?? ALL;
    if (this.hasPlaceFor(name)) return Promise.resolve(this.enter(name));
    return this.waitAs(name);
  }

  private waitAs(name: string): Promise<(restMs?: number) => void> {
    return new Promise((resolve, reject) => {
      const waiting: Waiting = {
        begin: () => {
          clearTimeout(timer);
          resolve(this.enter(name));
        },
      };
      const timer = setTimeout(() => {
        this.remove(name, waiting);
        reject(this.options.late(this.allTaken < this.options.places));
      }, this.options.patienceMs);
      this.queues.set(name, (this.queues.get(name) ?? new Set()).add(waiting));
    });
  }

  private enter(name: string): (restMs?: number) => void {
    this.allTaken += 1;
    this.taken.set(name, (this.taken.get(name) ?? 0) + 1);
    let isLeft = false;
    return (restMs = 0) => {
      if (!isLeft) this.leave(name, restMs);
      isLeft = true;
    };
  }

  private leave(name: string, restMs: number): void {
    this.allTaken -= 1;
    if (restMs === 0 || name === ALL) return this.endShare(name);
    setTimeout(() => this.endShare(name), restMs).unref();
    this.next();
  }

  private endShare(name: string): void {
    const left = this.taken.get(name)! - 1;
    if (left > 0) this.taken.set(name, left);
    else this.taken.delete(name);
    this.next();
  }

  private hasPlaceFor(name: string): boolean {
    if (this.allTaken >= this.options.places) return false;
    return name === ALL || (this.taken.get(name) ?? 0) < this.options.placesEach;
  }

  /** Whoever had a turn goes behind all who wait. */
  private next(): void {
    const name = this.nextName();
    if (name === undefined) return;
    const queue = this.queues.get(name)!;
    const [waiting] = queue as Iterable<Waiting> as [Waiting];
    this.remove(name, waiting);
    if (queue.size > 0) {
      this.queues.delete(name);
      this.queues.set(name, queue);
    }
    waiting.begin();
  }

  private nextName(): string | undefined {
    if (this.queues.has(ALL)) return this.hasPlaceFor(ALL) ? ALL : undefined;
    for (const name of this.queues.keys()) if (this.hasPlaceFor(name)) return name;
    return undefined;
  }

  private remove(name: string, waiting: Waiting): void {
    const queue = this.queues.get(name)!;
    queue.delete(waiting);
    if (queue.size === 0) this.queues.delete(name);
  }
}
