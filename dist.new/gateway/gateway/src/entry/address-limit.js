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
exports.AddressLimit = void 0;
exports.isUnlimited = isUnlimited;
const common_1 = require("@nestjs/common");
const core_1 = require("@nestjs/core");
const config_js_1 = require("../config.js");
const rate_windows_js_1 = require("../ledger/rate-windows.js");
const client_places_js_1 = require("./client-places.js");
const quota_js_1 = require("./quota.js");
/** What operators' machines and the services ask all the time, by the patterns of the routes. */
const UNLIMITED = /^\/(health\/|\.well-known\/|metrics$)/;
/**
 * Limits the requests from each address. A hook and not a guard, because guards come after the body was read and see
 * no request that has no route: whatever arrives is counted, and a flood is refused before anything else is done.
 */
let AddressLimit = class AddressLimit {
    constructor(adapterHost, windows, places, { limits }) {
        this.adapterHost = adapterHost;
        this.windows = windows;
        this.places = places;
        this.quota = { name: 'address', limit: limits.address };
    }
    onModuleInit() {
        const fastify = this.adapterHost.httpAdapter.getInstance();
        fastify.addHook('onRequest', (request, reply, done) => {
            if (isUnlimited(request))
                return done();
            (0, quota_js_1.spend)(this.quota, this.places.of(request), this.windows, reply).then(() => done(), done);
        });
    }
};
exports.AddressLimit = AddressLimit;
exports.AddressLimit = AddressLimit = __decorate([
    (0, common_1.Injectable)(),
    __metadata("design:paramtypes", [core_1.HttpAdapterHost,
        rate_windows_js_1.RateWindows,
        client_places_js_1.ClientPlaces,
        config_js_1.GatewayConfig])
], AddressLimit);
/** @returns whether neither the requests of a minute nor those under way are limited */
function isUnlimited({ routeOptions }) {
    return UNLIMITED.test(routeOptions.url ?? '');
}
//# sourceMappingURL=address-limit.js.map