"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.limitProviders = limitProviders;
const core_1 = require("@nestjs/core");
const throttler_1 = require("@nestjs/throttler");
const rate_windows_js_1 = require("../ledger/rate-windows.js");
const address_limit_js_1 = require("./address-limit.js");
const under_way_js_1 = require("./under-way.js");
const user_limit_js_1 = require("./user-limit.js");
/** @returns what limits requests as configured. Its guard comes after the one that finds the caller. */
function limitProviders(config) {
    const { address, user } = config.limits;
    return [
        under_way_js_1.UnderWay,
        { provide: core_1.APP_INTERCEPTOR, useExisting: under_way_js_1.UnderWay },
        ...(address > 0 ? [address_limit_js_1.AddressLimit] : []),
        ...(user > 0 ? userLimit(config) : []),
    ];
}
function userLimit(config) {
    return [
        { provide: (0, throttler_1.getOptionsToken)(), useValue: (0, user_limit_js_1.userThrottlers)(config) },
        { provide: (0, throttler_1.getStorageToken)(), useExisting: rate_windows_js_1.RateWindows },
        user_limit_js_1.UserLimit,
        { provide: core_1.APP_GUARD, useExisting: user_limit_js_1.UserLimit },
    ];
}
//# sourceMappingURL=limits.js.map