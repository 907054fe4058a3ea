import type { Page } from '@turnpike/protocol';
import { currentOwner, FairQueue } from '../process/fair-queue.js';
import { Problem, unavailable } from '../problems/problem.js';

/**
 * Bytes of JSON that a page may have; it ends early then. A client that wants 200 orders of a hundred lines each would
 * otherwise be made 6 MB at a time, for the price of one request, and everybody else in the process waits meanwhile.
 */
const MAX_BYTES = 512 * 1024;

/** Bytes of pages that a user is given in a second, whoever else is there. */
const BYTES_PER_SECOND = 1024 * 1024;

/** What stands around the items: two members, and a cursor. */
const ENVELOPE_BYTES = 512;

/** Rows that are read before it is known how large they are; the next are as many as should fit. */
const FIRST_ROWS = 25;

/** Rows that are made into items in one go. */
const ROWS_AT_ONCE = 10;

/** A list as pages are made of it. */
export interface Listing<Row, Item> {
  /** Reads rows in their order, from that cursor on, at most so many. */
  read: (cursor: string | undefined, count: number) => Promise<Row[]>;
  /** Makes items of rows, one of each. */
  open: (rows: Row[]) => Promise<Item[]> | Item[];
  /** The cursor of what follows that row. */
  cursorOf: (row: Row) => string;
}

/**
 * The pages that are made at a time: they take the processor more than anything else, so a user has one of them made after the
 * other, with a rest that is as long as the page was large, and those of many users take turns.
 * @param places how many at a time
 */
export class PagesInTurn {
  private readonly queue: FairQueue;

  constructor(places: number) {
    this.queue = new FairQueue({
      ...{ places, placesEach: 1, patienceMs: 1800 },
      late: (behindOneself) =>
        behindOneself
          ? new Problem('rate-limited', undefined, {}, { 'retry-after': '1' })
          : unavailable('There are more lists to make than this process can.'),
    });
  }

  /**
   * @param bytesOf the size of what was made
   * @throws Problem 429 for a user who asks for more than that, and 503 where all places are taken for too long
   */
  make<Made>(make: () => Promise<Made>, bytesOf: (made: Made) => number): Promise<Made> {
    if (!currentOwner()) return make();
    return this.queue.run(make, (made) => (bytesOf(made) * 1000) / BYTES_PER_SECOND);
  }
}

const making = new PagesInTurn(4);

/**
 * @param query where the page begins, and how many items are wanted
 * @returns as many, or as many as fit into MAX_BYTES, and one at least
 * @throws Problem 429, 503 see PagesInTurn
 */
export function pageOf<Row, Item>(
  query: { cursor?: string; limit: number },
  listing: Listing<Row, Item>,
): Promise<Page<Item>> {
  const page = new PageInTheMaking(query, listing);
  return making.make(
    () => page.make(),
    () => page.bytes,
  );
}

class PageInTheMaking<Row, Item> {
  bytes = ENVELOPE_BYTES;
  private readonly items: Item[] = [];
  private cursor: string | undefined;
  private isFull = false;

  constructor(
    private readonly query: { cursor?: string; limit: number },
    private readonly listing: Listing<Row, Item>,
  ) {
    this.cursor = query.cursor;
  }

  async make(): Promise<Page<Item>> {
    for (;;) {
      const wanted = this.rowsThatShouldFit();
      // One more tells whether there is a next page.
      const rows = await this.listing.read(this.cursor, wanted + 1);
      await this.add(rows.slice(0, wanted));
      if (!this.isFull && rows.length <= wanted) return { items: this.items, nextCursor: null };
      if (this.isFull || this.items.length === this.query.limit)
        return { items: this.items, nextCursor: this.cursor! };
    }
  }

  private rowsThatShouldFit(): number {
    const { length } = this.items;
    const fit = length === 0 ? FIRST_ROWS : Math.ceil(((MAX_BYTES - this.bytes) * length) / this.bytes);
    // A page that is full to the byte asks for one row more, which does not fit: that ends it.
    return Math.min(Math.max(fit, 1), this.query.limit - length);
  }

  /** Some at a time: what else the process has to do comes in between. */
  private async add(rows: Row[]): Promise<void> {
    for (let next = 0; next < rows.length && !this.isFull; next += ROWS_AT_ONCE) {
      if (next > 0) await new Promise(setImmediate);
      await this.addAtOnce(rows.slice(next, next + ROWS_AT_ONCE));
    }
  }

  private async addAtOnce(rows: Row[]): Promise<void> {
    const items = await this.listing.open(rows);
    for (const [index, item] of items.entries()) {
      // With the comma behind it.
      const bytes = Buffer.byteLength(JSON.stringify(item)) + 1;
      this.isFull = this.items.length > 0 && this.bytes + bytes > MAX_BYTES;
      if (this.isFull) return;
      this.items.push(item);
      this.bytes += bytes;
      this.cursor = this.listing.cursorOf(rows[index]!);
    }
  }
}
