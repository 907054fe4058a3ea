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
exports.LaneSearch = void 0;
const common_1 = require("@nestjs/common");
const lane_views_js_1 = require("../ledger/lane-views.js");
const services_js_1 = require("../run/services.js");
const USER = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
/** So many users who match are looked at; whoever finds more says more of the one whom he means. */
const MATCHES = 200;
/** Finds lanes by their users. Names and addresses are identity's to know: it is asked for ids. */
let LaneSearch = class LaneSearch {
    constructor(lanes, services) {
        this.lanes = lanes;
        this.services = services;
    }
    async page(query) {
        const search = query.search?.trim().toLowerCase();
        return this.lanes.page(query, search ? await this.usersFoundBy(search) : null);
    }
    async usersFoundBy(search) {
        if (USER.test(search))
            return [search];
        const { items } = await this.services.ask('identity', {
            method: 'GET',
            path: '/internal/users',
            query: { search, limit: MATCHES },
        });
        return items.map(({ id }) => id);
    }
};
exports.LaneSearch = LaneSearch;
exports.LaneSearch = LaneSearch = __decorate([
    (0, common_1.Injectable)(),
    __metadata("design:paramtypes", [lane_views_js_1.LaneViews,
        services_js_1.Services])
], LaneSearch);
//# sourceMappingURL=lane-search.js.map