import type { IntegrityRow, IntegrityUser } from '@turnpike/protocol';
import type { Declarations } from '../definitions/lifecycle-sagas.js';
import { relationOf } from '../definitions/relations.js';
import { References } from './references.js';
import type { Source } from './rules.js';
import { Comparison } from './scan.js';

/** Marks refer to notes, and these to letters of users. */
const DECLARED = {
  subject: { table: 'crew.people' } as Declarations['subject'],
  relations: [
    { name: 'post.letters', from: 'post.letters.user_id', to: 'crew.people.id' },
    { name: 'desk.notes', from: 'desk.notes.letter_id', to: 'post.letters.id' },
    { name: 'pen.marks', from: 'pen.marks.note_id', to: 'desk.notes.id' },
  ].map(relationOf),
};

type Tables = Readonly<Record<string, IntegrityRow[]>>;

const row = (relation: string, id: number, userId: string, refersTo?: number): IntegrityRow => ({
  ...{ relation, userId, live: true, id: String(id).padStart(4, '0') },
  ...(refersTo !== undefined && { refersTo: String(refersTo).padStart(4, '0') }),
});

/** Each user has as many letters, each with a note, and each note with a mark; they are in pages of three. */
function tables(users: number, letters: number): Record<'letters' | 'notes' | 'marks', IntegrityRow[]> {
  const ids = Array.from({ length: users * letters }, (_, id) => id);
  const of = (id: number): string => `user ${id % users}`;
  return {
    letters: ids.map((id) => row('post.letters', id, of(id))),
    notes: ids.map((id) => row('desk.notes', id, of(id), id)),
    // The last mark refers to the first note of its user, and so on.
    marks: ids.map((id) => row('pen.marks', id, of(id), ids.length - users - id + 2 * (id % users))),
  };
}

async function suspectsIn(all: Tables, rowsPerWindow: number): Promise<string[]> {
  const pages = { rows: ({ name }: Source, { after }: { after?: string }) => paged(all[name]!, after) };
  const found = new Set<string>();
  for await (const ids of new References(pages, DECLARED, rowsPerWindow).suspects())
    for (const id of ids) found.add(id);
  return [...found].sort();
}

async function* paged(rows: readonly IntegrityRow[], after = ''): AsyncGenerator<IntegrityRow[]> {
  const left = rows.filter(({ id }) => id > after);
  for (let from = 0; from < left.length; from += 3) yield await Promise.resolve(left.slice(from, from + 3));
}

describe.each([3, 7, 1000])('references, %i rows of a table held at a time', (rowsPerWindow) => {
  it('are of nobody where each row refers to one that is there', async () => {
    expect(await suspectsIn(tables(4, 5), rowsPerWindow)).toEqual([]);
  });

  it.each([0, 6, 19])('are found of the user whose row %i is gone, at either level', async (gone) => {
    const user = `user ${gone % 4}`;
    const all = tables(4, 5);
    const without = (rows: IntegrityRow[]): IntegrityRow[] => rows.filter((_, index) => index !== gone);
    expect(await suspectsIn({ ...all, letters: without(all.letters) }, rowsPerWindow)).toEqual([user]);
    expect(await suspectsIn({ ...all, notes: without(all.notes) }, rowsPerWindow)).toEqual([user]);
    expect(await suspectsIn({ ...all, marks: without(all.marks) }, rowsPerWindow)).toEqual([]);
  });

  it('are found of a user whose row refers to what is of another', async () => {
    const all = tables(4, 5);
    const [first, ...others] = all.notes;
    const notes = [{ ...first!, refersTo: '0001' }, ...others];
    expect(await suspectsIn({ ...all, notes }, rowsPerWindow)).toEqual(['user 0']);
  });

  it('count for nothing where a row has none', async () => {
    const all = tables(2, 2);
    const notes = all.notes.map(({ refersTo: _refersTo, ...rest }) => rest);
    expect(await suspectsIn({ ...all, notes, letters: [] }, rowsPerWindow)).toEqual([]);
  });
});

it('are compared with the rest, but for what a purge has left as it is', async () => {
  const all = { ...tables(2, 2), letters: [] };
  const users: IntegrityUser[] = [{ id: 'user 1', state: 'active', name: 'Ada' }];
  const lanes = new Map([['user 0', { admission: 'closed' as const, depth: 0, lastSeq: 9 }]]);
  const pages = {
    users: () => paged(users as never) as never,
    rows: ({ name }: Source, { after }: { after?: string }) => paged(all[name as 'notes'], after),
  };
  const among = () => Promise.resolve(lanes);
  const found = new Set<string>();
  for await (const ids of new Comparison(pages, { among }, DECLARED).suspects())
    ids.forEach((id) => found.add(id));
  expect([...found]).toEqual(['user 1']);
});
