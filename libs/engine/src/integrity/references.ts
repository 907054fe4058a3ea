import type { IntegrityRow } from '@turnpike/protocol';
import type { Declarations } from '../definitions/lifecycle-sagas.js';
import { type Relation, tableOf } from '../definitions/relations.js';
import type { SourcePages } from './row-reader.js';
import { referencesIn, type Source, sourcesOf } from './rules.js';

/*
 * Rows that refer to rows of other tables than the users'. What they refer to is of the same user, or no lane would keep it
 * from vanishing meanwhile. As in the comparison with users (scan.ts) memory is bounded: of a table that is referred to
 * some rows are held at a time, in the order of their ids, and the tables that refer to it are walked through once for them.
 */

/** Rows that are held at a time, some 30 MB: up to that many one walk over each table that refers to them is enough. */
const ROWS_PER_WINDOW = 100_000;

/** Rows by their ids, with whose they are: all whose ids are above `after` and not above `upTo`; null is no bound. */
interface Window {
  users: ReadonlyMap<string, string>;
  after: string | null;
  upTo: string | null;
}

export class References {
  private readonly references: readonly Relation[];

  constructor(
    private readonly pages: Pick<SourcePages, 'rows'>,
    private readonly declared: Pick<Declarations, 'relations' | 'subject'>,
    private readonly rowsPerWindow = ROWS_PER_WINDOW,
  ) {
    this.references = referencesIn(declared);
  }

  /** Says the ids of users who have rows that may refer to nothing, some more than once. */
  async *suspects(): AsyncGenerator<string[]> {
    const referred = new Set(this.references.map(({ to }) => tableOf(to)));
    for (const source of sourcesOf(this.declared.relations))
      if (referred.has(tableNamed(source))) yield* this.suspectsAt(source);
  }

  private async *suspectsAt(referred: Source): AsyncGenerator<string[]> {
    const referring = this.references.filter(({ to }) => tableOf(to) === tableNamed(referred));
    const names = new Set(referring.map(({ name }) => name));
    const tables = new Set(referring.map(({ from }) => tableOf(from)));
    const sources = sourcesOf(this.declared.relations).filter((source) => tables.has(tableNamed(source)));
    let after: string | null = null;
    do {
      const window: Window = await this.window(referred, after);
      for (const source of sources)
        for await (const page of this.pages.rows(source, {})) yield strayIn(window, page, names);
      after = window.upTo;
    } while (after !== null);
  }

  private async window(source: Source, after: string | null): Promise<Window> {
    const users = new Map<string, string>();
    for await (const page of this.pages.rows(source, { after: after ?? undefined })) {
      for (const { id, userId } of page) users.set(id, userId);
      if (users.size >= this.rowsPerWindow) return { users, after, upTo: page.at(-1)!.id };
    }
    return { users, after, upTo: null };
  }
}

/** @returns the users of those rows that refer into the window, and to nothing in it that is theirs */
function strayIn(
  { users, after, upTo }: Window,
  page: readonly IntegrityRow[],
  names: ReadonlySet<string>,
): string[] {
  const stray = page.filter(
    ({ relation, refersTo, userId }) =>
      names.has(relation) &&
      refersTo !== undefined &&
      (after === null || refersTo > after) &&
      (upTo === null || refersTo <= upTo) &&
      users.get(refersTo) !== userId,
  );
  return [...new Set(stray.map(({ userId }) => userId))];
}

function tableNamed({ service, name }: Source): string {
  return `${service}.${name}`;
}
