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
const service_1 = require("../../../libs/service/src/index.js");
const database_js_1 = require("./database.js");
const invoice_steps_controller_js_1 = require("./invoice-steps.controller.js");
const invoices_controller_js_1 = require("./invoices.controller.js");
const invoices_js_1 = require("./invoices.js");
/** Billing, in the order in which a call flows: token, step, use case, database. */
let AppModule = AppModule_1 = class AppModule {
    static with(config) {
        return {
            module: AppModule_1,
            controllers: [invoice_steps_controller_js_1.InvoiceStepsController, invoices_controller_js_1.InvoicesController, ...service_1.SERVICE_CONTROLLERS],
            providers: [...(0, service_1.serviceProviders)('billing', config, (0, database_js_1.databaseOptions)(config.databaseUrl)), invoices_js_1.Invoices],
        };
    }
};
exports.AppModule = AppModule;
exports.AppModule = AppModule = AppModule_1 = __decorate([
    (0, common_1.Module)({})
], AppModule);
//# sourceMappingURL=app.module.js.map