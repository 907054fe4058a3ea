"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.pageOf = pageOf;
const fair_queue_js_1 = require("./fair-queue.js");
const problem_js_1 = require("./problem.js");
/**
 * Bytes of JSON that a page may have; it ends early then. A client that wants 200 orders of a hundred lines each would
 * otherwise be made 6 MB at a time, for the price of one request.
 */
const MAX_BYTES = 1024 * 1024;
/** Rows that are read before it is known how large they are; the next are as many as should fit. */
const FIRST_ROWS = 25;
/**
 * Pages that are made at a time: that takes the processor more than the database, so a user has one of them made after
 * the other, and those of many users take turns.
 */
const making = new fair_queue_js_1.FairQueue({
    ...{ places: 4, placesEach: 1, patienceMs: 1800 },
    late: () => (0, problem_js_1.unavailable)('There are more lists to make than this process can.'),
});
/**
 * @param query where the page begins, and how many items are wanted
 * @returns as many, or as many as fit into MAX_BYTES, and one at least
 * @throws Problem 503 for a user who asks for more lists than are made in time
 */
function pageOf(query, listing) {
    const make = () => new PageInTheMaking(query, listing).make();
    return (0, fair_queue_js_1.currentOwner)() ? making.run(make) : make();
}
class PageInTheMaking {
    constructor(query, listing) {
        this.query = query;
        this.listing = listing;
        this.items = [];
        this.bytes = 0;
        this.isFull = false;
        this.cursor = query.cursor;
    }
    async make() {
        for (;;) {
            const wanted = this.rowsThatShouldFit();
            // One more tells whether there is a next page.
            const rows = await this.listing.read(this.cursor, wanted + 1);
            await this.add(rows.slice(0, wanted));
            if (!this.isFull && rows.length <= wanted)
                return { items: this.items, nextCursor: null };
            if (this.isFull || this.items.length === this.query.limit)
                return { items: this.items, nextCursor: this.cursor };
        }
    }
    rowsThatShouldFit() {
        const { length } = this.items;
        const fit = length === 0 ? FIRST_ROWS : Math.ceil(((MAX_BYTES - this.bytes) * length) / this.bytes);
        return Math.min(fit, this.query.limit - length);
    }
    async add(rows) {
        const items = await this.listing.open(rows);
        for (const [index, item] of items.entries()) {
            const bytes = Buffer.byteLength(JSON.stringify(item));
            this.isFull = this.items.length > 0 && this.bytes + bytes > MAX_BYTES;
            if (this.isFull)
                return;
            this.items.push(item);
            this.bytes += bytes;
            this.cursor = this.listing.cursorOf(rows[index]);
        }
    }
}
//# sourceMappingURL=page-of.js.map