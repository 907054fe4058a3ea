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
var Announcer_1;
Object.defineProperty(exports, "__esModule", { value: true });
exports.Announcer = exports.CHANGED_CHANNEL = void 0;
const common_1 = require("@nestjs/common");
const service_1 = require("../../../libs/service/src/index.js");
/** Announces that operations of a list of users have changed. */
exports.CHANGED_CHANNEL = 'operations_changed';
/** Users of one announcement: a notification carries 8,000 bytes, an id with its comma is 37. */
const MAX_USERS = 200;
/** Milliseconds between two announcements: fifty a second cost a busy database less than 1 % of one core. */
const PAUSE_MS = 20;
/**
 * Tells every gateway whose operations were accepted, claimed or put back, for whoever follows them. That they ended
 * is told with the end itself (decisions/0006): clients wait for it. All else is only announced, after the commit and
 * for many writes at once, since whoever notifies holds a lock from before the commit until it is durable, and all
 * commits of the write path would wait for each other. If the process dies before it has told, followers learn of the
 * change with the next one, or when they look again.
 */
let Announcer = Announcer_1 = class Announcer {
    constructor(database) {
        this.database = database;
        this.logger = new common_1.Logger(Announcer_1.name);
        this.changed = new Set();
        this.isUnderWay = false;
    }
    tell(userIds) {
        userIds.forEach((userId) => this.changed.add(userId));
        if (!this.isUnderWay)
            void this.announceAll();
    }
    async announceAll() {
        this.isUnderWay = true;
        while (this.changed.size > 0) {
            const userIds = [...this.changed].slice(0, MAX_USERS);
            userIds.forEach((userId) => this.changed.delete(userId));
            await this.database
                .query('select pg_notify($1, $2)', [exports.CHANGED_CHANNEL, userIds.join(',')])
                .catch((error) => this.logger.warn(`Changes could not be announced: ${error.message}`));
            await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
        }
        this.isUnderWay = false;
    }
};
exports.Announcer = Announcer;
exports.Announcer = Announcer = Announcer_1 = __decorate([
    (0, common_1.Injectable)(),
    __metadata("design:paramtypes", [service_1.Database])
], Announcer);
//# sourceMappingURL=announcer.js.map