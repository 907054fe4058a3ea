import type { IntegrityRow, IntegrityUser } from '@turnpike/protocol';
import { Problem } from '@turnpike/service';
import type { Declarations } from '../definitions/lifecycle-sagas.js';
import type { Relation } from '../definitions/relations.js';
import type { LaneStandings } from '../queries/lane-standings.js';
import { References } from './references.js';
import {
  faultsOf,
  type Gone,
  goneBy,
  isBack,
  type Known,
  relationsOf,
  rowsOwedTo,
  type Source,
  sourcesOf,
} from './rules.js';
import type { SourcePages } from './row-reader.js';

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
  /** Those of them, and no others, who are deleted or purged by the ledger's word. */
  gone: ReadonlyMap<string, Gone>;
  after: string | null;
  upTo: string | null;
}

export class Comparison {
  /** Rows that were compared, each once. */
  checked = 0;
  private readonly relations: readonly Relation[];
  private readonly sources: readonly Source[];
  private readonly references: References;

  constructor(
    private readonly pages: Pick<SourcePages, 'users' | 'rows'>,
    private readonly lanes: Pick<LaneStandings, 'among'>,
    declared: Pick<Declarations, 'relations' | 'subject'>,
  ) {
    this.relations = declared.relations;
    this.sources = sourcesOf(this.relations);
    this.references = new References(pages, declared);
  }

  /** Says the ids of users about whom something may be wrong, some at a time, some more than once. */
  async *suspects(): AsyncGenerator<string[]> {
    let after: string | null = null;
    do {
      const window: Window = await this.window(after);
      this.checked += window.users.size;
      yield* inBatches([...window.gone.keys()].filter((id) => isBack(knownIn(window, id))));
      for (const source of this.sources) yield* this.suspectsIn(source, window);
      after = window.upTo;
    } while (after !== null);
    for await (const userIds of this.references.suspects()) yield await this.notPurgedAmong(userIds);
  }

  /** What a purge has left as it is refers to what it has taken. */
  private async notPurgedAmong(userIds: readonly string[]): Promise<string[]> {
    const gone = await this.goneAmong(userIds);
    return userIds.filter((id) => gone.get(id) !== 'purged');
  }

  private async window(after: string | null): Promise<Window> {
    const users = new Map<string, IntegrityUser>();
    const gone = new Map<string, Gone>();
    for await (const page of this.pages.users({ after: after ?? undefined })) {
      for (const user of page) users.set(user.id, user);
      for (const [id, what] of await this.goneAmong(page.map((user) => user.id))) gone.set(id, what);
      if (users.size >= USERS_PER_WINDOW) return { users, gone, after, upTo: page.at(-1)!.id };
    }
    return { users, gone, after, upTo: null };
  }

  private async *suspectsIn(source: Source, window: Window): AsyncGenerator<string[]> {
    const met = new Set<string>();
    const after = source.keyedByUser ? window.after : null;
    for await (const page of this.pages.rows(source, { after: after ?? undefined })) {
      const rows = page.filter(({ userId }) => isIn(window, userId));
      this.checked += rows.length;
      yield await this.suspectsAmong(source, rows, window);
      if (!source.keyedByUser) continue;
      for (const { userId } of rows) met.add(userId);
      if (window.upTo !== null && page.at(-1)!.id >= window.upTo) break;
    }
    if (source.keyedByUser) yield* inBatches(this.lackingIn(source, window, met));
  }

  private async suspectsAmong(
    source: Source,
    rows: readonly IntegrityRow[],
    window: Window,
  ): Promise<string[]> {
    this.assertDeclared(source, rows);
    const strangers = new Set(rows.map(({ userId }) => userId).filter((id) => !window.users.has(id)));
    const gone = await this.goneAmong([...strangers]);
    const knownAs = (id: string): Known =>
      strangers.has(id) ? { user: undefined, gone: gone.get(id) } : knownIn(window, id);
    const faulty = rows.filter((row) => faultsOf(row, knownAs(row.userId), this.relations).length > 0);
    return [...new Set(faulty.map(({ userId }) => userId))];
  }

  /** @returns the users of the window who have to have a row of that table, and were not met there */
  private lackingIn(source: Source, window: Window, met: ReadonlySet<string>): string[] {
    const relations = relationsOf(source, this.relations);
    const unmet = [...window.users.keys()].filter((id) => !met.has(id));
    return unmet.filter((id) => rowsOwedTo(knownIn(window, id), relations).length > 0);
  }

  /** A row by which nobody can say what is right is no row that is right. */
  private assertDeclared(source: Source, rows: readonly IntegrityRow[]): void {
    const { service, name: table } = source;
    const declared = new Set(relationsOf(source, this.relations).map(({ name }) => name));
    const stranger = rows.find(({ relation }) => !declared.has(relation));
    if (!stranger) return;
    throw new Problem(
      'internal-error',
      `${service} lists rows of "${stranger.relation}" in its table ${table}, a relation that this gateway does not know.`,
      { service, table },
    );
  }

  private async goneAmong(userIds: readonly string[]): Promise<Map<string, Gone>> {
    if (userIds.length === 0) return new Map();
    const lanes = [...(await this.lanes.among(userIds))];
    return new Map(
      lanes.map(([id, { admission }]) => [id, goneBy(admission)] as const).filter(([, gone]) => gone),
    );
  }
}

function knownIn({ users, gone }: Window, userId: string): Known {
  return { user: users.get(userId), gone: gone.get(userId) };
}

function* inBatches(userIds: readonly string[]): Generator<string[]> {
  for (let from = 0; from < userIds.length; from += SUSPECTS_PER_BATCH) {
    yield userIds.slice(from, from + SUSPECTS_PER_BATCH);
  }
}

/** UUIDs in lower case have the order of their text, here as in the databases. */
function isIn({ after, upTo }: Window, userId: string): boolean {
  return (after === null || userId > after) && (upTo === null || userId <= upTo);
}
