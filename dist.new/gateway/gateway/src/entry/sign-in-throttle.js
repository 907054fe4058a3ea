"use strict";
var __decorate = (this && this.__decorate) || function (decorators, target, key, desc) {
    var c = arguments.length, r = c < 3 ? target : desc === null ? desc = Object.getOwnPropertyDescriptor(target, key) : desc, d;
    if (typeof Reflect === "object" && typeof Reflect.decorate === "function") r = Reflect.decorate(decorators, target, key, desc);
    else for (var i = decorators.length - 1; i >= 0; i--) if (d = decorators[i]) r = (c < 3 ? d(r) : c > 3 ? d(target, key, r) : d(target, key)) || r;
    return c > 3 && r && Object.defineProperty(target, key, r), r;
};
var __metadata = (this && this.__metadata) || function (k, v) {
    if (typeof Reflect === "object" && typeof Reflect.metadata === "function") return Reflect.metadata(k, v);
};
var __importDefault = (this && this.__importDefault) || function (mod) {
    return (mod && mod.__esModule) ? mod : { "default": mod };
};
var SignInThrottle_1;
Object.defineProperty(exports, "__esModule", { value: true });
exports.SignInThrottle = void 0;
const common_1 = require("@nestjs/common");
const service_1 = require("../../../libs/service/src/index.js");
const lru_cache_1 = require("lru-cache");
const p_limit_1 = __importDefault(require("p-limit"));
const config_js_1 = require("../config.js");
const rate_windows_js_1 = require("../ledger/rate-windows.js");
const sign_in_places_js_1 = require("../ledger/sign-in-places.js");
const client_places_js_1 = require("./client-places.js");
const first_administrator_js_1 = require("./first-administrator.js");
const fingerprint_js_1 = require("./fingerprint.js");
const quota_js_1 = require("./quota.js");
/*
 * Bounds the guessing of passwords. Failures are counted of an account from one place, of the account from all places
 * together, and of a place over all accounts. A check is counted as failed before it is made, and given back when it
 * was not: so many guesses at once are no way around. Whether there is such an account plays no part.
 *
 * Strangers cannot lock an owner out: what they do to the account, or to a place that they share with the owner,
 * does not count where the account has signed in before. There only the failures from that place for that account do.
 */
/** Milliseconds in which failures are counted together. */
const WINDOW_MS = 5 * 60_000;
/** As many times the failures of one account in one place may an account have from everywhere, and a place in all. */
const ALTOGETHER = 10;
/**
 * Milliseconds for which a refusal is repeated from memory. No longer: another process may have given hits back.
 */
const REPEAT_MS = 1000;
/** Pairs of account and place at a time; who is forgotten while at it gets turns of its own. */
const MAX_PAIRS = 10_000;
/** A quarter of the limit at once in each process: several processes together stay below it, too. */
const SHARE_AT_ONCE = 4;
let SignInThrottle = SignInThrottle_1 = class SignInThrottle {
    constructor(windows, known, places, fingerprints, firstAdministrator, { limits }) {
        this.windows = windows;
        this.known = known;
        this.places = places;
        this.fingerprints = fingerprints;
        this.firstAdministrator = firstAdministrator;
        this.logger = new common_1.Logger(SignInThrottle_1.name);
        this.turns = new lru_cache_1.LRUCache({ max: MAX_PAIRS });
        this.refused = new lru_cache_1.LRUCache({ max: MAX_PAIRS, ttl: REPEAT_MS });
        this.limit = limits.loginFailures;
    }
    /**
     * Makes a check of a password, unless too many have failed.
     * @param email in its normal form
     * @param check throws Problem `invalid-credentials` for a wrong password; what else it throws counts for nothing
     * @throws Problem `rate-limited`; `unavailable` for the first administrator before it is there, and where the failures cannot be counted, since then nobody could be
     *   stopped from guessing (and no token could be used either: that needs the same database)
     */
    check(email, request, check) {
        if (this.firstAdministrator.isAwaited(email))
            return Promise.reject(notThereYet());
        if (this.limit === 0)
            return check();
        const attempt = { account: this.fingerprints.hash(`account ${email}`), place: this.places.of(request) };
        return this.inTurn(attempt, () => this.try(attempt, check));
    }
    async try(attempt, check) {
        const reservation = await this.reserve(attempt);
        const result = await check().catch(async (error) => {
            if (!isWrongPassword(error))
                await this.settle(() => this.giveBack(reservation));
            throw error;
        });
        await this.settle(() => this.succeed(attempt, reservation));
        return result;
    }
    /** @throws Problem `rate-limited` */
    async reserve(attempt) {
        const key = keyOf(attempt);
        const until = this.refused.get(key);
        if (until)
            throw refusal(until - performance.now());
        const reservation = await this.count(attempt);
        const leftMs = await this.exhausted(attempt, reservation);
        if (leftMs === null)
            return reservation;
        this.refused.set(key, performance.now() + leftMs);
        await this.settle(() => this.giveBack(reservation));
        throw refusal(leftMs);
    }
    async count(attempt) {
        const keys = [keyOf(attempt), `of account ${attempt.account}`, `of place ${attempt.place}`];
        const hits = await this.windows.hitEach(keys.map((key) => `failures ${key}`), WINDOW_MS);
        const [inPlace, ofAccount, ofPlace] = hits;
        return { inPlace, ofAccount, ofPlace };
    }
    /** @returns the milliseconds until the attempt may be made, or null if it may be made now */
    async exhausted(attempt, { inPlace, ofAccount, ofPlace }) {
        if (inPlace.number > this.limit)
            return inPlace.leftMs;
        const over = [ofAccount, ofPlace].filter(({ number }) => number > ALTOGETHER * this.limit);
        if (over.length === 0 || (await this.known.isKnown(attempt.account, attempt.place)))
            return null;
        return Math.max(...over.map(({ leftMs }) => leftMs));
    }
    async giveBack({ inPlace, ofAccount, ofPlace }) {
        await this.windows.giveBack([inPlace, ofAccount, ofPlace].map((hit) => ({ hit, count: 1 })));
    }
    /** All failures of the account in that place are forgiven; elsewhere and of others nobody knows whose they were. */
    async succeed({ account, place }, { inPlace, ofAccount, ofPlace }) {
        await this.windows.giveBack([
            { hit: inPlace, count: inPlace.number },
            ...[ofAccount, ofPlace].map((hit) => ({ hit, count: 1 })),
        ]);
        await this.known.remember(account, place);
    }
    /** Whatever became of the check is the answer: a count that stays too high does less harm than its loss. */
    async settle(write) {
        await write().catch((error) => this.logger.warn(`A sign-in stays counted: ${error.message}`));
    }
    /**
     * Few checks of one account in one place are made at once by a process: as many right passwords at once as the
     * limit would otherwise look like guesses, before the first is known to be right.
     */
    inTurn(attempt, work) {
        const key = keyOf(attempt);
        const turn = this.turns.get(key) ?? (0, p_limit_1.default)(Math.ceil(this.limit / SHARE_AT_ONCE));
        this.turns.set(key, turn);
        return turn(work);
    }
};
exports.SignInThrottle = SignInThrottle;
exports.SignInThrottle = SignInThrottle = SignInThrottle_1 = __decorate([
    (0, common_1.Injectable)(),
    __metadata("design:paramtypes", [rate_windows_js_1.RateWindows,
        sign_in_places_js_1.SignInPlaces,
        client_places_js_1.ClientPlaces,
        fingerprint_js_1.Fingerprints,
        first_administrator_js_1.FirstAdministrator,
        config_js_1.GatewayConfig])
], SignInThrottle);
/** Whoever starts a system asks for its administrator until there is one; there is nothing to guess, and no guess. */
function notThereYet() {
    return (0, service_1.unavailable)('The first administrator is not there yet.');
}
function keyOf({ account, place }) {
    return `${account} ${place}`;
}
function isWrongPassword(error) {
    return error instanceof service_1.Problem && error.code === 'invalid-credentials';
}
function refusal(leftMs) {
    return (0, quota_js_1.rateLimited)(Math.max(1, Math.ceil(leftMs / 1000)));
}
//# sourceMappingURL=sign-in-throttle.js.map