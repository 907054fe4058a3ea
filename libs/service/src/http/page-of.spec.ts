import { onBehalfOf } from '../process/fair-queue.js';
import { pageOf } from './page-of.js';

interface Row {
  id: number;
  text: string;
}

describe('a page', () => {
  let reads: number[];
  beforeEach(() => (reads = []));
  /** A list of rows with so many bytes each. */
  const listOf = (count: number, bytes: number) => ({
    read: (cursor: string | undefined, wanted: number) => {
      reads.push(wanted);
      const first = cursor === undefined ? 0 : Number(cursor) + 1;
      const rows = Array.from({ length: count }, (_, id): Row => ({ id, text: 'x'.repeat(bytes) }));
      return Promise.resolve(rows.slice(first, first + wanted));
    },
    open: (rows: Row[]) => rows,
    cursorOf: ({ id }: Row) => String(id),
  });
  const idsOf = ({ items }: { items: Row[] }): number[] => items.map(({ id }) => id);

  it.each([
    { count: 0, limit: 50, items: 0, next: null },
    { count: 50, limit: 50, items: 50, next: null },
    { count: 51, limit: 50, items: 50, next: '49' },
    { count: 300, limit: 200, items: 200, next: '199' },
    { count: 3, limit: 1, items: 1, next: '0' },
  ])('of $count small items, at most $limit, has $items', async ({ count, limit, items, next }) => {
    const page = await pageOf({ limit }, listOf(count, 100));
    expect(idsOf(page)).toEqual(Array.from({ length: items }, (_, id) => id));
    expect(page.nextCursor).toBe(next);
    expect(reads.length).toBeLessThanOrEqual(2);
  });

  it('ends at half a mebibyte, and reads little more than it shows', async () => {
    const list = listOf(200, 29_939);
    const page = await pageOf({ limit: 200 }, list);
    expect(JSON.stringify(page).length).toBeLessThanOrEqual(2 ** 19);
    expect(page.items).toHaveLength(17);
    expect(page.nextCursor).toBe('16');
    expect(reads.reduce((sum, rows) => sum + rows)).toBeLessThan(45);
  });

  it('ends where its items fill it to the byte', async () => {
    const [envelope, rows] = [512, 25]; // as many as are read first
    const bytes = (2 ** 19 - envelope) / rows - JSON.stringify({ id: 10, text: '' }).length - 1;
    const list = listOf(50, Math.floor(bytes));
    const spare =
      2 ** 19 - envelope - 25 * (Math.floor(bytes) + JSON.stringify({ id: 10, text: '' }).length + 1);
    const read = async (cursor: string | undefined, wanted: number): Promise<Row[]> => {
      const found = await list.read(cursor, wanted);
      // Ids of one digit are a byte shorter; the first row makes up for that and for what is left over.
      return found.map((row) => (row.id === 0 ? { ...row, text: row.text + 'x'.repeat(spare + 10) } : row));
    };
    const page = await pageOf({ limit: 50 }, { ...list, read });
    const sum = page.items.reduce((all, item) => all + JSON.stringify(item).length + 1, envelope);
    expect(sum).toBe(2 ** 19);
    expect([page.items.length, page.nextCursor]).toEqual([25, '24']);
  });

  it('has one item at least', async () => {
    const list = listOf(3, 2 ** 20);
    const first = await pageOf({ limit: 200 }, list);
    expect([idsOf(first), first.nextCursor]).toEqual([[0], '0']);
    const last = await pageOf({ cursor: '1', limit: 200 }, list);
    expect([idsOf(last), last.nextCursor]).toEqual([[2], null]);
  });

  it('goes on where the one before has ended, without loss or repeat', async () => {
    const seen: number[] = [];
    let cursor: string | undefined;
    do {
      const page = await pageOf({ cursor, limit: 200 }, listOf(150, 20_000));
      seen.push(...idsOf(page));
      cursor = page.nextCursor ?? undefined;
    } while (cursor !== undefined);
    expect(seen).toEqual(Array.from({ length: 150 }, (_, id) => id));
  });

  it('is made for one user after the other of the same user', async () => {
    let making = 0;
    let most = 0;
    const list = {
      ...listOf(1, 10),
      open: async (rows: Row[]) => {
        most = Math.max(most, ++making);
        await new Promise(setImmediate);
        making -= 1;
        return rows;
      },
    };
    const ask = (name: string) => onBehalfOf({ name }, () => pageOf({ limit: 10 }, list));
    await Promise.all(Array.from({ length: 20 }, () => ask('one')));
    expect(most).toBe(1);
    await Promise.all(['a', 'b', 'c'].map(ask));
    expect(most).toBe(3);
  });

  it('is followed by a rest of its user as long as it was large, and of nobody else', async () => {
    jest.useFakeTimers({ doNotFake: ['setImmediate', 'nextTick'] });
    try {
      const list = listOf(10, 104_800); // 4 or 5 of them are a page
      const done: string[] = [];
      const ask = (name: string) =>
        onBehalfOf({ name }, () => pageOf({ limit: 200 }, list)).then(() => done.push(name));
      const asked = [ask('one'), ask('one'), ask('two')];
      await Promise.all([asked[0], asked[2]]);
      await jest.advanceTimersByTimeAsync(300);
      expect(done.sort()).toEqual(['one', 'two']);
      await jest.advanceTimersByTimeAsync(200);
      await asked[1];
      expect(done).toEqual(['one', 'two', 'one']);
    } finally {
      jest.useRealTimers();
    }
  });

  it('refuses a user who asks for more than pages are made for one, and nobody else', async () => {
    const list = listOf(10, 104_800);
    const ask = (name: string) => onBehalfOf({ name }, () => pageOf({ limit: 200 }, list));
    const answers = await Promise.allSettled([...Array.from({ length: 9 }, () => ask('one')), ask('two')]);
    expect(answers.at(-1)).toMatchObject({ status: 'fulfilled' });
    const refused = answers.filter(({ status }) => status === 'rejected');
    expect(refused.length).toBeGreaterThanOrEqual(4);
    const reason = expect.objectContaining({ code: 'rate-limited', headers: { 'retry-after': '1' } });
    expect(refused[0]).toEqual({ status: 'rejected', reason });
  });

  it('lets what else there is to do come in between', async () => {
    let turns = 0;
    const count = (): void => {
      turns += 1;
      turning = setImmediate(count);
    };
    let turning = setImmediate(count);
    await pageOf({ limit: 200 }, listOf(200, 100));
    clearImmediate(turning);
    expect(turns).toBeGreaterThan(15);
  });
});
