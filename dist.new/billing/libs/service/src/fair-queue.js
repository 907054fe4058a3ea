"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.FairQueue = void 0;
exports.onBehalfOf = onBehalfOf;
exports.onBehalfOfAll = onBehalfOfAll;
exports.currentOwner = currentOwner;
const node_async_hooks_1 = require("node:async_hooks");
const owners = new node_async_hooks_1.AsyncLocalStorage();
/** Does work, and all that follows from it, on behalf of that owner. */
function onBehalfOf(owner, work) {
    return owners.run(owner, work);
}
/**
 * Does work on behalf of nobody alone: what many share, as a batch of many users' requests, must not wait in the queue
 * of the one who happened to ask first.
 */
function onBehalfOfAll(work) {
    return owners.run(null, work);
}
/** @returns on whose behalf this is done; null for what is done for all */
function currentOwner() {
    return owners.getStore() ?? null;
}
/** The queue of what is done for all; it goes first, since everybody waits for it. */
const ALL = '';
/** Places that are taken and left; the queues of those who wait take turns. */
class FairQueue {
    constructor(options) {
        this.options = options;
        this.queues = new Map();
        this.taken = new Map();
        this.allTaken = 0;
    }
    /** Does work in a place of the current owner. @throws what `late` makes where none is had in time */
    async run(work) {
        const leave = await this.take();
        try {
            return await work();
        }
        finally {
            leave();
        }
    }
    /** @returns what gives the place back, however often it is called */
    take() {
        const name = currentOwner()?.name ?? ALL;
        if (this.hasPlaceFor(name))
            return Promise.resolve(this.enter(name));
        return this.waitAs(name);
    }
    waitAs(name) {
        return new Promise((resolve, reject) => {
            const waiting = {
                begin: () => {
                    clearTimeout(timer);
                    resolve(this.enter(name));
                },
            };
            const timer = setTimeout(() => {
                this.remove(name, waiting);
                reject(this.options.late());
            }, this.options.patienceMs);
            this.queues.set(name, (this.queues.get(name) ?? new Set()).add(waiting));
        });
    }
    enter(name) {
        this.allTaken += 1;
        this.taken.set(name, (this.taken.get(name) ?? 0) + 1);
        let isLeft = false;
        return () => {
            if (!isLeft)
                this.leave(name);
            isLeft = true;
        };
    }
    leave(name) {
        this.allTaken -= 1;
        const left = this.taken.get(name) - 1;
        if (left > 0)
            this.taken.set(name, left);
        else
            this.taken.delete(name);
        this.next();
    }
    hasPlaceFor(name) {
        if (this.allTaken >= this.options.places)
            return false;
        return name === ALL || (this.taken.get(name) ?? 0) < this.options.placesEach;
    }
    /** Whoever had a turn goes behind all who wait. */
    next() {
        const name = this.nextName();
        if (name === undefined)
            return;
        const queue = this.queues.get(name);
        const [waiting] = queue;
        this.remove(name, waiting);
        if (queue.size > 0) {
            this.queues.delete(name);
            this.queues.set(name, queue);
        }
        waiting.begin();
    }
    nextName() {
        if (this.queues.has(ALL))
            return this.hasPlaceFor(ALL) ? ALL : undefined;
        for (const name of this.queues.keys())
            if (this.hasPlaceFor(name))
                return name;
        return undefined;
    }
    remove(name, waiting) {
        const queue = this.queues.get(name);
        queue.delete(waiting);
        if (queue.size === 0)
            this.queues.delete(name);
    }
}
exports.FairQueue = FairQueue;
//# sourceMappingURL=fair-queue.js.map