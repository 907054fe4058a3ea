/** Waits for something to become true of one subject. */
interface Waiter<Found> {
  isEnough: (found: Found) => boolean;
  /** It wants no more looks than the one that comes next. */
  isLate: boolean;
  /** Whether a look has ended that began after it came. */
  hasLooked: boolean;
  settle: (found: Found | null) => void;
  fail: (error: unknown) => void;
}

export interface WaitTerms<Found> {
  timeoutMs: number;
  /** Aborts when nobody wants to know any more. */
  signal?: AbortSignal | undefined;
  isEnough: (found: Found) => boolean;
}

/**
 * Waiting for what is read of one subject, a lane or an operation, for as many as wait in this process: they share each
 * look. A look that is asked for while another is under way comes after it, once for all who asked. So the reads of a
 * process grow with what changes, however many wait for it.
 */
export class SharedWaits<Found> {
  private readonly subjects = new Map<string, Subject<Found>>();

  /**
   * @param look reads a subject; null where there is nothing
   * @param isPassing tells an error after which a later look may succeed
   */
  constructor(
    private readonly look: (key: string) => Promise<Found | null>,
    private readonly isPassing: (error: unknown) => boolean,
  ) {}

  /**
   * Looks now and whenever it is told to look again.
   * @returns what was enough; null when the time is over, after one look at least
   * @throws what the last look threw, where it did when the time was over, and at once what is not passing
   */
  waitFor(key: string, terms: WaitTerms<Found>): Promise<Found | null> {
    const subject = this.subjects.get(key) ?? new Subject(() => this.look(key), this.isPassing);
    this.subjects.set(key, subject);
    return subject.waitFor(terms).finally(() => {
      if (subject.isIdle && this.subjects.get(key) === subject) this.subjects.delete(key);
    });
  }

  lookAgain(key: string): void {
    this.subjects.get(key)?.lookAgain();
  }

  lookAtAll(): void {
    for (const subject of this.subjects.values()) subject.lookAgain();
  }

  /** Everybody is answered with what is known, or with what the next look finds. */
  endAll(): void {
    for (const subject of this.subjects.values()) subject.end();
  }
}

class Subject<Found> {
  private readonly waiters = new Set<Waiter<Found>>();
  private isLooking = false;
  private isDue = false;
  private error: unknown = null;

  constructor(
    private readonly look: () => Promise<Found | null>,
    private readonly isPassing: (error: unknown) => boolean,
  ) {}

  get isIdle(): boolean {
    return this.waiters.size === 0;
  }

  waitFor({ timeoutMs, signal, isEnough }: WaitTerms<Found>): Promise<Found | null> {
    let tidy = (): void => undefined;
    const found = new Promise<Found | null>((settle, fail) => {
      const waiter: Waiter<Found> = { isEnough, isLate: false, hasLooked: false, settle, fail };
      const leave = (): void => void (this.waiters.delete(waiter), settle(null));
      const timer = setTimeout(() => this.tooLate(waiter), Math.max(timeoutMs, 0));
      signal?.addEventListener('abort', leave);
      tidy = () => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', leave);
      };
      this.waiters.add(waiter);
      if (signal?.aborted) leave();
    });
    this.lookAgain();
    return found.finally(tidy);
  }

  lookAgain(): void {
    this.isDue = true;
    if (!this.isLooking) void this.lookWhileDue();
  }

  end(): void {
    for (const waiter of this.waiters) this.tooLate(waiter);
  }

  private tooLate(waiter: Waiter<Found>): void {
    waiter.isLate = true;
    if (waiter.hasLooked) this.giveUp(waiter);
  }

  private giveUp(waiter: Waiter<Found>): void {
    this.waiters.delete(waiter);
    if (this.error === null) waiter.settle(null);
    else waiter.fail(this.error);
  }

  private async lookWhileDue(): Promise<void> {
    this.isLooking = true;
    while (this.isDue && this.waiters.size > 0) {
      this.isDue = false;
      await this.lookFor([...this.waiters]);
    }
    this.isLooking = false;
  }

  private async lookFor(waiters: readonly Waiter<Found>[]): Promise<void> {
    const found = await this.look().then(
      (what) => ((this.error = null), what),
      (error: unknown) => ((this.error = error), null),
    );
    const isOver = this.error !== null && !this.isPassing(this.error);
    for (const waiter of waiters) {
      waiter.hasLooked = true;
      if (found !== null && waiter.isEnough(found)) {
        this.waiters.delete(waiter);
        waiter.settle(found);
      } else if (isOver || waiter.isLate) this.giveUp(waiter);
    }
  }
}
