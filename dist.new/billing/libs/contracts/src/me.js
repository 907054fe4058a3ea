"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.Me = exports.ME_PARTS = void 0;
const openapi = require("@nestjs/swagger");
exports.ME_PARTS = ['user', 'customer', 'orders', 'operations'];
/** What a frontend shows first. */
class Me {
    static _OPENAPI_METADATA_FACTORY() {
        return { user: { required: false, type: () => require("./users").UserView }, customer: { required: false, type: () => require("./customers").CustomerView }, orders: { required: false, type: () => [require("./orders").OrderView] }, operations: { required: false, type: () => [require("./operations").OperationView] }, missing: { required: true, type: () => [Object], description: "The parts that could not be had in time.", enum: ["user", "customer", "orders", "operations"], isArray: true } };
    }
}
exports.Me = Me;
//# sourceMappingURL=me.js.map