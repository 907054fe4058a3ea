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
Object.defineProperty(exports, "__esModule", { value: true });
exports.Seals = void 0;
exports.isPersonal = isPersonal;
exports.sealWith = sealWith;
const common_1 = require("@nestjs/common");
const contracts_1 = require("../../../libs/contracts/src/index.js");
const cipher_js_1 = require("./cipher.js");
const data_keys_js_1 = require("./data-keys.js");
/**
 * @returns whether writes of that kind hold something personal. What the system itself writes names users by their
 *   ids alone, and has to be readable when the user's key is gone.
 */
function isPersonal(kind) {
    return !(0, contracts_1.isSystemKind)(kind);
}
/** Seals what is personal on its way into the ledger and opens it on its way out. */
let Seals = class Seals {
    constructor(keys) {
        this.keys = keys;
    }
    /** @returns what the row shall have; null where the user has no key, and gets none any more */
    async seal(kind, at, content) {
        return isPersonal(kind) ? this.sealAlways(at, content) : content;
    }
    /** The same, whatever kind of write it is about. */
    async sealAlways(at, content) {
        const key = await this.keys.findOrMake(at.userId);
        return key && sealWith(key, at, content);
    }
    /**
     * @returns what was stored; null where that is null, or the user's key is gone
     * @throws Unreadable where it was changed, or moved there from another row
     */
    async open(at, stored) {
        if (typeof stored !== 'string')
            return stored;
        const key = await this.keys.find(at.userId);
        return key && JSON.parse((0, cipher_js_1.decrypt)(key, stored, contextOf(at)).toString());
    }
};
exports.Seals = Seals;
exports.Seals = Seals = __decorate([
    (0, common_1.Injectable)(),
    __metadata("design:paramtypes", [data_keys_js_1.DataKeys])
], Seals);
function sealWith(key, at, content) {
    return (0, cipher_js_1.encrypt)(key, Buffer.from(JSON.stringify(content)), contextOf(at));
}
function contextOf({ userId, operationId, field }) {
    return `${field} of ${operationId} of ${userId}`;
}
//# sourceMappingURL=seals.js.map