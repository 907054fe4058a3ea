"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.batched = batched;
const service_1 = require("../../../libs/service/src/index.js");
const batcher_js_1 = require("./batcher.js");
const lane_statements_js_1 = require("./lane-statements.js");
const metrics_js_1 = require("./metrics.js");
/**
 * Lets requests of the same kind be written together. A batch does not wait for a lane that somebody else works on:
 * such a request gets a transaction of its own, and waits there. So does every request of a batch in which the
 * database refuses a row, since one bad row must not fail its neighbours.
 */
function batched(database, work, { name, announcer, ...options }) {
    const origins = new service_1.Origins();
    const written = async (requests, terms) => {
        const answers = await inLanes(database, requests, work, terms);
        announcer?.tell([...answers.keys()].map(work.laneOf));
        return answers;
    };
    const alone = async (request) => (await written([request], { wait: true })).get(request);
    const together = (batch) => written(batch, { wait: false }).catch((error) => {
        if (isRefusedRow(error))
            return new Map();
        throw error;
    });
    const batcher = new batcher_js_1.Batcher({
        ...options,
        laneOf: work.laneOf,
        async write(batch) {
            const answers = await origins.together(`ledger.${name}`, batch, () => (0, metrics_js_1.measured)(name, batch.length, () => together(batch)));
            return batch.map((request) => answers.has(request) ? answers.get(request) : origins.within(request, () => alone(request)));
        },
    });
    return {
        submit(request) {
            origins.remember(request);
            return batcher.submit(request);
        },
    };
}
/** @returns the answers of the requests whose lanes could be had */
function inLanes(database, batch, { laneOf, prepare, decide }, { wait }) {
    return database.statements(async (tx) => {
        if (prepare)
            await prepare(tx, batch);
        const [locked, answers] = await tx.together(() => {
            const locking = (0, lane_statements_js_1.lockLanes)(tx, batch.map(laneOf), { wait });
            return Promise.all([locking, decide(tx, batch, locking)]);
        });
        // Who has waited and has none, has no lane.
        return wait ? answers : new Map([...answers].filter(([request]) => locked.has(laneOf(request))));
    });
}
/** Classes of SQLSTATE: a value or a constraint that one row breaks, and a row that was to be written twice. */
const REFUSED_ROW = /^(21|22|23)/;
function isRefusedRow(error) {
    const { code } = error.driverError ?? {};
    return code !== undefined && REFUSED_ROW.test(code);
}
//# sourceMappingURL=lane-work.js.map