import type { IntegrityRow, IntegrityUser, Relation } from '@turnpike/contracts';
import { faultOf, type Source, sourcesOf } from './faults.js';
import type { SourcePages } from './source-pages.js';

/*
 * Compares the services' data once over and says about whom something may be wrong. The pages are of different
 * moments, so that writes under way look like faults: what is said here still has to be confirmed.
 *
 * Memory is bounded whatever the number of rows. Users are held a window at a time, in the order of their ids; tables
 * that are keyed by the user are merged with the window, all others are walked through once for each window, and of
 * a table never more than a page is held.
 */

/** Users that are held at a time, some 30 MB: up to that many one walk over each table is enough. */
const USERS_PER_WINDOW = 100_000;

/** Suspects that are said at a time. */
const SUSPECTS_PER_BATCH = 500;

/** The users whose ids are above `after` and not above `upTo`; null is no bound. */
interface Window {
  users: ReadonlyMap<string, IntegrityUser>;
  after: string | null;
  upTo: string | null;
}

export class Comparison {
  /** Rows that were compared, each once. */
  checked = 0;
  private readonly sources: readonly Source[];

  constructor(
    private readonly pages: SourcePages,
    private readonly relations: readonly Relation[],
  ) {
    this.sources = sourcesOf(relations);
  }

  /** Says the ids of users about whom something may be wrong, some at a time, some more than once. */
  async *suspects(): AsyncGenerator<string[]> {
    let after: string | null = null;
    do {
      const window: Window = await this.window(after);
      this.checked += window.users.size;
      for (const source of this.sources) yield* this.suspectsIn(source, window);
      after = window.upTo;
    } while (after !== null);
  }

  private async window(after: string | null): Promise<Window> {
    const users = new Map<string, IntegrityUser>();
    for await (const page of this.pages.users({ after: after ?? undefined })) {
      for (const user of page) users.set(user.id, user);
      if (users.size >= USERS_PER_WINDOW) return { users, after, upTo: page.at(-1)!.id };
    }
    return { users, after, upTo: null };
  }

  private async *suspectsIn(source: Source, window: Window): AsyncGenerator<string[]> {
    const met = new Set<string>();
    const after = source.keyedByUser ? window.after : null;
    for await (const page of this.pages.rows(source, { after: after ?? undefined })) {
      const rows = page.filter(({ userId }) => isIn(window, userId));
      this.checked += rows.length;
      yield this.suspectsOf(rows, window);
      if (!source.keyedByUser) continue;
      for (const { userId } of rows) met.add(userId);
      if (window.upTo !== null && page.at(-1)!.id >= window.upTo) break;
    }
    if (!source.keyedByUser) return;
    const unmet = [...window.users.keys()].filter((id) => !met.has(id));
    for (let from = 0; from < unmet.length; from += SUSPECTS_PER_BATCH) {
      yield unmet.slice(from, from + SUSPECTS_PER_BATCH);
    }
  }

  private suspectsOf(rows: readonly IntegrityRow[], { users }: Window): string[] {
    const faulty = rows.filter((row) => faultOf(row, users.get(row.userId), this.relations));
    return [...new Set(faulty.map(({ userId }) => userId))];
  }
}

/** UUIDs in lower case have the order of their text, here as in the databases. */
function isIn({ after, upTo }: Window, userId: string): boolean {
  return (after === null || userId > after) && (upTo === null || userId <= upTo);
}
