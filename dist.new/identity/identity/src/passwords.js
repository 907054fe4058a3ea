"use strict";
var __decorate = (this && this.__decorate) || function (decorators, target, key, desc) {
    var c = arguments.length, r = c < 3 ? target : desc === null ? desc = Object.getOwnPropertyDescriptor(target, key) : desc, d;
    if (typeof Reflect === "object" && typeof Reflect.decorate === "function") r = Reflect.decorate(decorators, target, key, desc);
    else for (var i = decorators.length - 1; i >= 0; i--) if (d = decorators[i]) r = (c < 3 ? d(r) : c > 3 ? d(target, key, r) : d(target, key)) || r;
    return c > 3 && r && Object.defineProperty(target, key, r), r;
};
var __importDefault = (this && this.__importDefault) || function (mod) {
    return (mod && mod.__esModule) ? mod : { "default": mod };
};
Object.defineProperty(exports, "__esModule", { value: true });
exports.Passwords = void 0;
exports.complaintAbout = complaintAbout;
exports.isWeak = isWeak;
const node_crypto_1 = require("node:crypto");
const common_1 = require("@nestjs/common");
const argon2_1 = require("@node-rs/argon2");
const contracts_1 = require("../../libs/contracts/src/index.js");
const service_1 = require("../../libs/service/src/index.js");
const class_validator_1 = require("class-validator");
const p_limit_1 = __importDefault(require("p-limit"));
const common_passwords_json_1 = __importDefault(require("./common-passwords.json"));
/** Argon2id (the library's default) with OWASP's parameters: 19 MiB, two passes, one lane. */
const ARGON2 = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };
/** Each takes a core for some 16 ms and 19 MiB: more at once would only slow each other down, and the rest. */
const AT_ONCE = 2;
/** What waits longer than this queue's 2 s would be given up by its caller, and be worked on for nobody. */
const MAX_WAITING = 250;
/**
 * The 20,000 most common passwords of at least ten characters, in lower case: those of the 10 Million Password
 * List (Mark Burnett; OWASP SecLists, CC BY-SA 3.0) in the order of their frequency, then sorted.
 */
const COMMON = new Set(common_passwords_json_1.default);
/** @returns what is wrong with a password that somebody wants to have, or null. */
function complaintAbout(password) {
    const { min, max } = contracts_1.PASSWORD_LENGTH;
    if (!(0, class_validator_1.length)(password, min, max))
        return `must have ${min} to ${max} characters`;
    if (COMMON.has(normalForm(password).toLowerCase()))
        return 'is on the list of common passwords';
    return null;
}
/** The parameters that a hash carries with it. */
const PARAMETERS = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=\d+\$/;
/** @returns whether the hash took less work than ARGON2 asks for, or was made in another way. */
function isWeak(passwordHash) {
    const [, memory, time] = PARAMETERS.exec(passwordHash) ?? [];
    return Number(memory ?? 0) < ARGON2.memoryCost || Number(time ?? 0) < ARGON2.timeCost;
}
/** Hashes and verifies passwords, off the event loop and only so many at once. */
let Passwords = class Passwords {
    constructor() {
        this.limit = (0, p_limit_1.default)(AT_ONCE);
        /** What an unknown account is verified against, so that its answer takes as long as any other. */
        this.nobodysHash = (0, argon2_1.hashSync)((0, node_crypto_1.randomBytes)(16), ARGON2);
    }
    async hash(password) {
        return this.limited(() => (0, argon2_1.hash)(normalForm(password), ARGON2));
    }
    /** @returns whether that is the hashed password; without a hash the same work is done for a `false`. */
    async verify(password, passwordHash) {
        const matches = await this.limited(() => (0, argon2_1.verify)(passwordHash ?? this.nobodysHash, normalForm(password)));
        return matches && passwordHash !== undefined;
    }
    async limited(work) {
        if (this.limit.pendingCount >= MAX_WAITING)
            throw (0, service_1.unavailable)('Too many passwords are being checked.');
        return this.limit(work);
    }
};
exports.Passwords = Passwords;
exports.Passwords = Passwords = __decorate([
    (0, common_1.Injectable)()
], Passwords);
/** Keyboards and systems compose the same characters differently (NIST SP 800-63B, 3.1.1.2). */
function normalForm(password) {
    return password.normalize('NFKC');
}
//# sourceMappingURL=passwords.js.map