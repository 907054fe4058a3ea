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
exports.SignInPlaces = exports.KEPT = void 0;
const common_1 = require("@nestjs/common");
const service_1 = require("../../../libs/service/src/index.js");
/** How long it counts that an account has signed in from somewhere. */
exports.KEPT = '30 days';
/** A sign-in of today is not written down again: most are from where the one before was. */
const FRESH = '1 day';
/** From where each account has signed in. Accounts and places are keyed hashes, here nobody knows of what. */
let SignInPlaces = class SignInPlaces {
    constructor(database) {
        this.database = database;
    }
    async remember(account, place) {
        await this.database.query(`insert into sign_in_places as p (account, place) values ($1, $2)
       on conflict (account, place) do update set seen_at = now() where p.seen_at < now() - $3::interval`, [account, place, FRESH]);
    }
    async isKnown(account, place) {
        const rows = await this.database.query('select 1 from sign_in_places where account = $1 and place = $2 and seen_at > now() - $3::interval', [account, place, exports.KEPT]);
        return rows.length > 0;
    }
};
exports.SignInPlaces = SignInPlaces;
exports.SignInPlaces = SignInPlaces = __decorate([
    (0, common_1.Injectable)(),
    __metadata("design:paramtypes", [service_1.Database])
], SignInPlaces);
//# sourceMappingURL=sign-in-places.js.map