import type { Page } from '@turnpike/contracts';
import { currentOwner, FairQueue } from './fair-queue.js';
import { unavailable } from './problem.js';

/**
 * Bytes of JSON that a page may have; it ends early then. A client that wants 200 orders of a hundred lines each would
 * otherwise be made 6 MB at a time, for the price of one request.
 */
const MAX_BYTES = 1024 * 1024;

/** What stands around the items: two members, and a cursor. */
const ENVELOPE_BYTES = 512;

/** Rows that are read before it is known how large they are; the next are as many as should fit. */
const FIRST_ROWS = 25;

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
 * Pages that are made at a time: that takes the processor more than the database, so a user has one of them made after
 * the other, and those of many users take turns.
 */
const making = new FairQueue({
  ...{ places: 4, placesEach: 1, patienceMs: 1800 },
  late: () => unavailable('There are more lists to make than this process can.'),
});

/**
 * @param query where the page begins, and how many items are wanted
 * @returns as many, or as many as fit into MAX_BYTES, and one at least
 * @throws Problem 503 for a user who asks for more lists than are made in time
 */
export function pageOf<Row, Item>(
  query: { cursor?: string; limit: number },
  listing: Listing<Row, Item>,
): Promise<Page<Item>> {
  const make = (): Promise<Page<Item>> => new PageInTheMaking(query, listing).make();
  return currentOwner() ? making.run(make) : make();
}

class PageInTheMaking<Row, Item> {
  private readonly items: Item[] = [];
  private bytes = ENVELOPE_BYTES;
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
    return Math.min(fit, this.query.limit - length);
  }

  private async add(rows: Row[]): Promise<void> {
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
