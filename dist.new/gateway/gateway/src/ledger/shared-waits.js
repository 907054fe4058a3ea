"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.SharedWaits = void 0;
/**
 * Waiting for what is read of one subject, a lane or an operation, for as many as wait in this process: they share each
 * look. A look that is asked for while another is under way comes after it, once for all who asked. So the reads of a
 * process grow with what changes, however many wait for it.
 */
class SharedWaits {
    /**
     * @param look reads a subject; null where there is nothing
     * @param isPassing tells an error after which a later look may succeed
     */
    constructor(look, isPassing) {
        this.look = look;
        this.isPassing = isPassing;
        this.subjects = new Map();
    }
    /**
     * Looks now and whenever it is told to look again.
     * @returns what was enough; null when the time is over, after one look at least
     * @throws what the last look threw, where it did when the time was over, and at once what is not passing
     */
    waitFor(key, terms) {
        const subject = this.subjects.get(key) ?? new Subject(() => this.look(key), this.isPassing);
        this.subjects.set(key, subject);
        return subject.waitFor(terms).finally(() => {
            if (subject.isIdle && this.subjects.get(key) === subject)
                this.subjects.delete(key);
        });
    }
    lookAgain(key) {
        this.subjects.get(key)?.lookAgain();
    }
    lookAtAll() {
        for (const subject of this.subjects.values())
            subject.lookAgain();
    }
    /** Everybody is answered with what is known, or with what the next look finds. */
    endAll() {
        for (const subject of this.subjects.values())
            subject.end();
    }
}
exports.SharedWaits = SharedWaits;
class Subject {
    constructor(look, isPassing) {
        this.look = look;
        this.isPassing = isPassing;
        this.waiters = new Set();
        this.isLooking = false;
        this.isDue = false;
        this.error = null;
    }
    get isIdle() {
        return this.waiters.size === 0;
    }
    waitFor({ timeoutMs, signal, isEnough }) {
        let tidy = () => undefined;
        const found = new Promise((settle, fail) => {
            const waiter = { isEnough, isLate: false, hasLooked: false, settle, fail };
            const leave = () => void (this.waiters.delete(waiter), settle(null));
            const timer = setTimeout(() => this.tooLate(waiter), Math.max(timeoutMs, 0));
            signal?.addEventListener('abort', leave);
            tidy = () => {
                clearTimeout(timer);
                signal?.removeEventListener('abort', leave);
            };
            this.waiters.add(waiter);
            if (signal?.aborted)
                leave();
        });
        this.lookAgain();
        return found.finally(tidy);
    }
    lookAgain() {
        this.isDue = true;
        if (!this.isLooking)
            void this.lookWhileDue();
    }
    end() {
        for (const waiter of this.waiters)
            this.tooLate(waiter);
    }
    tooLate(waiter) {
        waiter.isLate = true;
        if (waiter.hasLooked)
            this.giveUp(waiter);
    }
    giveUp(waiter) {
        this.waiters.delete(waiter);
        if (this.error === null)
            waiter.settle(null);
        else
            waiter.fail(this.error);
    }
    async lookWhileDue() {
        this.isLooking = true;
        while (this.isDue && this.waiters.size > 0) {
            this.isDue = false;
            await this.lookFor([...this.waiters]);
        }
        this.isLooking = false;
    }
    async lookFor(waiters) {
        const found = await this.look().then((what) => ((this.error = null), what), (error) => ((this.error = error), null));
        const isOver = this.error !== null && !this.isPassing(this.error);
        for (const waiter of waiters) {
            waiter.hasLooked = true;
            if (found !== null && waiter.isEnough(found)) {
                this.waiters.delete(waiter);
                waiter.settle(found);
            }
            else if (isOver || waiter.isLate)
                this.giveUp(waiter);
        }
    }
}
//# sourceMappingURL=shared-waits.js.map