"use strict";
var __decorate = (this && this.__decorate) || function (decorators, target, key, desc) {
    var c = arguments.length, r = c < 3 ? target : desc === null ? desc = Object.getOwnPropertyDescriptor(target, key) : desc, d;
    if (typeof Reflect === "object" && typeof Reflect.decorate === "function") r = Reflect.decorate(decorators, target, key, desc);
    else for (var i = decorators.length - 1; i >= 0; i--) if (d = decorators[i]) r = (c < 3 ? d(r) : c > 3 ? d(target, key, r) : d(target, key)) || r;
    return c > 3 && r && Object.defineProperty(target, key, r), r;
};
var AppModule_1;
Object.defineProperty(exports, "__esModule", { value: true });
exports.AppModule = void 0;
const common_1 = require("@nestjs/common");
const service_1 = require("../../libs/service/src/index.js");
const customer_steps_controller_js_1 = require("./customer-steps.controller.js");
const customers_controller_js_1 = require("./customers.controller.js");
const customers_js_1 = require("./customers.js");
const database_js_1 = require("./database.js");
const deletion_js_1 = require("./deletion.js");
const follow_js_1 = require("./follow.js");
const integrity_controller_js_1 = require("./integrity.controller.js");
const integrity_js_1 = require("./integrity.js");
const order_steps_controller_js_1 = require("./order-steps.controller.js");
const orders_controller_js_1 = require("./orders.controller.js");
const orders_js_1 = require("./orders.js");
const purge_js_1 = require("./purge.js");
/** Ordering, in the order in which a call flows: token, step, use case, database. */
let AppModule = AppModule_1 = class AppModule {
    static with(config) {
        return {
            module: AppModule_1,
            controllers: [
                customer_steps_controller_js_1.CustomerStepsController,
                order_steps_controller_js_1.OrderStepsController,
                customers_controller_js_1.CustomersController,
                orders_controller_js_1.OrdersController,
                integrity_controller_js_1.IntegrityController,
                ...service_1.SERVICE_CONTROLLERS,
            ],
            providers: [
                ...(0, service_1.serviceProviders)('ordering', config, (0, database_js_1.databaseOptions)(config.databaseUrl)),
                customers_js_1.Customers,
                deletion_js_1.Deletion,
                follow_js_1.Follow,
                purge_js_1.Purge,
                orders_js_1.Orders,
                integrity_js_1.Integrity,
            ],
        };
    }
};
exports.AppModule = AppModule;
exports.AppModule = AppModule = AppModule_1 = __decorate([
    (0, common_1.Module)({})
], AppModule);
//# sourceMappingURL=app.module.js.map