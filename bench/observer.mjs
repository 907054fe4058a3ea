// Looks at the writes of one load from outside: when each was accepted, handled and done, and what of the order
// was broken. It knows nothing of the contender.
import { countOf, HOT_USER, isClean } from './loads.mjs';
import { percentile, rounded } from './statistics.mjs';

export class Observer {
  constructor(load) {
    this.load = load;
    this.begunAt = performance.now();
    this.writes = new Map();
    this.running = new Map();
    this.lastBegun = new Map();
    this.lastEnded = new Map();
    this.violated = new Set();
    this.overlaps = 0;
    this.done = 0;
    this.all = new Promise((resolve) => (this.resolve = resolve));
  }

  /** A write that is submitted; what ends before its acceptance was noticed has taken no time. */
  submitted(write) {
    this.writes.set(write.id, { ...write, attempts: 0, acceptedAt: null, doneAt: null });
  }

  accepted({ id }) {
    this.writes.get(id).acceptedAt = performance.now();
    this.acceptedAt = performance.now();
  }

  /** The handler begins. @returns which attempt it is, from 1 */
  begun({ id, user, turn }) {
    const running = this.running.get(user) ?? 0;
    if (running > 0) this.overlaps += 1;
    this.running.set(user, running + 1);
    this.inOrder(this.lastBegun, { id, user, turn });
    const write = this.writes.get(id);
    write.attempts += 1;
    return write.attempts;
  }

  /** The handler leaves, with success or to be tried again. */
  left({ id, user, turn }, { succeeded }) {
    this.running.set(user, this.running.get(user) - 1);
    if (succeeded) this.inOrder(this.lastEnded, { id, user, turn });
  }

  /** The contender has written down that it is done, which some say twice. */
  isDone(id) {
    const write = this.writes.get(id);
    if (!write || write.doneAt !== null) return;
    write.doneAt = performance.now();
    this.doneAt = write.doneAt;
    this.done += 1;
    if (this.done === countOf(this.load)) this.resolve();
  }

  result() {
    const writes = [...this.writes.values()];
    const accepted = writes.filter(({ acceptedAt }) => acceptedAt !== null).length;
    return {
      writes: countOf(this.load),
      unfinished: countOf(this.load) - this.done,
      acceptedPerSecond: perSecond(accepted, this.begunAt, this.acceptedAt),
      finishedPerSecond: perSecond(this.done, this.begunAt, this.doneAt),
      ...timesOf(writes),
      orderViolations: this.violated.size,
      overlaps: this.overlaps,
      ...(this.load.hotWrites && this.hotAndOthers(writes)),
      ...(this.load.retries !== undefined && this.cleanLanes(writes)),
    };
  }

  inOrder(last, { id, user, turn }) {
    if (turn < (last.get(user) ?? 0)) this.violated.add(id);
    else last.set(user, turn);
  }

  hotAndOthers(writes) {
    const hot = writes.filter(({ user }) => user === HOT_USER);
    const others = timesOf(writes.filter(({ user }) => user !== HOT_USER));
    const drained = hot.length === this.load.hotWrites && hot.every(({ doneAt }) => doneAt !== null);
    const lastDone = Math.max(...hot.map(({ doneAt }) => doneAt));
    const lastAccepted = Math.max(...hot.map(({ acceptedAt }) => acceptedAt));
    return {
      hotSeconds: drained ? rounded((lastDone - this.begunAt) / 1000) : null,
      hotAcceptedSeconds: rounded((lastAccepted - this.begunAt) / 1000),
      othersP50Ms: others.p50Ms,
      othersP99Ms: others.p99Ms,
    };
  }

  /** The lanes that have no retries, whether others have any or not. */
  cleanLanes(writes) {
    const clean = writes.filter(({ user, doneAt }) => isClean(user) && doneAt !== null);
    const lastDone = Math.max(...clean.map(({ doneAt }) => doneAt));
    return {
      cleanFinishedPerSecond: perSecond(clean.length, this.begunAt, lastDone),
      cleanP50Ms: timesOf(clean).p50Ms,
    };
  }
}

function timesOf(writes) {
  const times = writes
    .filter(({ doneAt }) => doneAt !== null)
    .map(({ acceptedAt, doneAt }) => Math.max(0, doneAt - (acceptedAt ?? doneAt)));
  const at = (part) => rounded(percentile(times, part));
  return { p50Ms: at(0.5), p95Ms: at(0.95), p99Ms: at(0.99) };
}

function perSecond(count, from, until) {
  return count > 0 ? Math.round((1000 * count) / (until - from)) : 0;
}
