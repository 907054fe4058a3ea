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
const confirmation_js_1 = require("./confirmation.js");
const credentials_controller_js_1 = require("./credentials.controller.js");
const credentials_js_1 = require("./credentials.js");
const database_js_1 = require("./database.js");
const deletion_js_1 = require("./deletion.js");
const integrity_controller_js_1 = require("./integrity.controller.js");
const jwks_controller_js_1 = require("./jwks.controller.js");
const passwords_js_1 = require("./passwords.js");
const purge_js_1 = require("./purge.js");
const retention_js_1 = require("./retention.js");
const sessions_controller_js_1 = require("./sessions.controller.js");
const sessions_js_1 = require("./sessions.js");
const tokens_js_1 = require("./tokens.js");
const user_steps_controller_js_1 = require("./user-steps.controller.js");
const users_controller_js_1 = require("./users.controller.js");
const users_js_1 = require("./users.js");
/** Identity, in the order in which a call flows: token, step, use case, database. */
let AppModule = AppModule_1 = class AppModule {
    static with(config) {
        return {
            module: AppModule_1,
            controllers: [
                user_steps_controller_js_1.UserStepsController,
                users_controller_js_1.UsersController,
                credentials_controller_js_1.CredentialsController,
                sessions_controller_js_1.SessionsController,
                jwks_controller_js_1.JwksController,
                integrity_controller_js_1.IntegrityController,
                ...service_1.SERVICE_CONTROLLERS,
            ],
            providers: [
                ...(0, service_1.serviceProviders)('identity', config, (0, database_js_1.databaseOptions)(config.databaseUrl), retention_js_1.identityRetention),
                users_js_1.Users,
                deletion_js_1.Deletion,
                purge_js_1.Purge,
                confirmation_js_1.Confirmation,
                credentials_js_1.Credentials,
                passwords_js_1.Passwords,
                sessions_js_1.Sessions,
                { provide: tokens_js_1.AccessTokens, useFactory: () => tokens_js_1.AccessTokens.signedWith(config.tokenSigningKeys) },
            ],
        };
    }
};
exports.AppModule = AppModule;
exports.AppModule = AppModule = AppModule_1 = __decorate([
    (0, common_1.Module)({})
], AppModule);
//# sourceMappingURL=app.module.js.map