"use strict";
var __importDefault = (this && this.__importDefault) || function (mod) {
    return (mod && mod.__esModule) ? mod : { "default": mod };
};
Object.defineProperty(exports, "__esModule", { value: true });
exports.batched = batched;
exports.gathered = gathered;
const service_1 = require("../../../libs/service/src/index.js");
const dataloader_1 = __importDefault(require("dataloader"));
/**
 * Milliseconds after which the next piece of work no longer waits for one that is late: on a connection that leads
 * nowhere it would keep everybody for seconds, though others work. Usually one takes a few.
 */
const LATE_MS = 500;
/**
 * Gathers requests: whatever arrives while a piece of work is under way is done together by the next. Each is done
 * after it was asked for, and nothing is kept.
 * @param work answers the requests, in their order
 */
function batched(work) {
    let before = Promise.resolve();
    const loader = new dataloader_1.default((requests) => {
        const answers = work(requests);
        before = endOf(answers);
        return answers;
    }, {
        cache: false,
        // Each request arrives in a callback of its own: those of one turn of the event loop are waited for.
        batchScheduleFn: (workNow) => void before.then(() => setImmediate(service_1.onBehalfOfAll, workNow)),
    });
    return (request) => loader.load(request);
}
/** Fulfilled when the work has ended, or is late. */
function endOf(work) {
    return new Promise((resolve) => {
        const late = setTimeout(resolve, LATE_MS);
        const ended = () => {
            clearTimeout(late);
            resolve();
        };
        work.then(ended, ended);
    });
}
/**
 * Reads rows by their keys, for many requests in one statement, so that who asks later is told what is true then.
 * @param read the rows that there are, by their keys
 */
function gathered(read) {
    return batched(async (keys) => {
        const rows = await read([...new Set(keys)]);
        return keys.map((key) => rows.get(key) ?? null);
    });
}
//# sourceMappingURL=gathered.js.map