"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.Comparison = void 0;
const service_1 = require("../../../libs/service/src/index.js");
const faults_js_1 = require("./faults.js");
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
class Comparison {
    constructor(pages, lanes, relations) {
        this.pages = pages;
        this.lanes = lanes;
        this.relations = relations;
        /** Rows that were compared, each once. */
        this.checked = 0;
        this.sources = (0, faults_js_1.sourcesOf)(relations);
    }
    /** Says the ids of users about whom something may be wrong, some at a time, some more than once. */
    async *suspects() {
        let after = null;
        do {
            const window = await this.window(after);
            this.checked += window.users.size;
            yield* inBatches([...window.gone.keys()].filter((id) => (0, faults_js_1.isBack)(knownIn(window, id))));
            for (const source of this.sources)
                yield* this.suspectsIn(source, window);
            after = window.upTo;
        } while (after !== null);
    }
    async window(after) {
        const users = new Map();
        const gone = new Map();
        for await (const page of this.pages.users({ after: after ?? undefined })) {
            for (const user of page)
                users.set(user.id, user);
            for (const [id, what] of await this.goneAmong(page.map((user) => user.id)))
                gone.set(id, what);
            if (users.size >= USERS_PER_WINDOW)
                return { users, gone, after, upTo: page.at(-1).id };
        }
        return { users, gone, after, upTo: null };
    }
    async *suspectsIn(source, window) {
        const met = new Set();
        const after = source.keyedByUser ? window.after : null;
        for await (const page of this.pages.rows(source, { after: after ?? undefined })) {
            const rows = page.filter(({ userId }) => isIn(window, userId));
            this.checked += rows.length;
            yield await this.suspectsAmong(source, rows, window);
            if (!source.keyedByUser)
                continue;
            for (const { userId } of rows)
                met.add(userId);
            if (window.upTo !== null && page.at(-1).id >= window.upTo)
                break;
        }
        if (source.keyedByUser)
            yield* inBatches(this.lackingIn(source, window, met));
    }
    async suspectsAmong(source, rows, window) {
        this.assertDeclared(source, rows);
        const strangers = new Set(rows.map(({ userId }) => userId).filter((id) => !window.users.has(id)));
        const gone = await this.goneAmong([...strangers]);
        const knownAs = (id) => strangers.has(id) ? { user: undefined, gone: gone.get(id) } : knownIn(window, id);
        const faulty = rows.filter((row) => (0, faults_js_1.faultsOf)(row, knownAs(row.userId), this.relations).length > 0);
        return [...new Set(faulty.map(({ userId }) => userId))];
    }
    /** @returns the users of the window who have to have a row of that table, and were not met there */
    lackingIn(source, window, met) {
        const relations = (0, faults_js_1.relationsOf)(source, this.relations);
        const unmet = [...window.users.keys()].filter((id) => !met.has(id));
        return unmet.filter((id) => (0, faults_js_1.rowsOwedTo)(knownIn(window, id), relations).length > 0);
    }
    /** A row by which nobody can say what is right is no row that is right. */
    assertDeclared(source, rows) {
        const { service, name: table } = source;
        const declared = new Set((0, faults_js_1.relationsOf)(source, this.relations).map(({ name }) => name));
        const stranger = rows.find(({ relation }) => !declared.has(relation));
        if (!stranger)
            return;
        throw new service_1.Problem('internal-error', `${service} lists rows of "${stranger.relation}" in its table ${table}, a relation that this gateway does not know.`, { service, table });
    }
    async goneAmong(userIds) {
        if (userIds.length === 0)
            return new Map();
        const lanes = [...(await this.lanes.among(userIds))];
        return new Map(lanes.map(([id, { admission }]) => [id, (0, faults_js_1.goneBy)(admission)]).filter(([, gone]) => gone));
    }
}
exports.Comparison = Comparison;
function knownIn({ users, gone }, userId) {
    return { user: users.get(userId), gone: gone.get(userId) };
}
function* inBatches(userIds) {
    for (let from = 0; from < userIds.length; from += SUSPECTS_PER_BATCH) {
        yield userIds.slice(from, from + SUSPECTS_PER_BATCH);
    }
}
/** UUIDs in lower case have the order of their text, here as in the databases. */
function isIn({ after, upTo }, userId) {
    return (after === null || userId > after) && (upTo === null || userId <= upTo);
}
//# sourceMappingURL=comparison.js.map