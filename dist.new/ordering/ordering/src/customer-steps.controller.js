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
var __param = (this && this.__param) || function (paramIndex, decorator) {
    return function (target, key) { decorator(target, key, paramIndex); }
};
Object.defineProperty(exports, "__esModule", { value: true });
exports.CustomerStepsController = void 0;
const openapi = require("@nestjs/swagger");
const common_1 = require("@nestjs/common");
const swagger_1 = require("@nestjs/swagger");
const contracts_1 = require("../../libs/contracts/src/index.js");
const service_1 = require("../../libs/service/src/index.js");
const customers_js_1 = require("./customers.js");
const deletion_answers_js_1 = require("./deletion-answers.js");
const deletion_js_1 = require("./deletion.js");
const follow_js_1 = require("./follow.js");
const purge_js_1 = require("./purge.js");
let CustomerStepsController = class CustomerStepsController {
    constructor(steps, customers, deletion, following, purging) {
        this.steps = steps;
        this.customers = customers;
        this.deletion = deletion;
        this.following = following;
        this.purging = purging;
    }
    /** A user was registered: the customer comes to be, with the user's name. */
    create(call, body) {
        return this.steps.apply(call, (tx) => this.customers.create(tx, call, body));
    }
    /** The user was not registered after all: the customer has never been. */
    undoCreate(call) {
        return this.steps.undo(call, (0, contracts_1.undoneKey)(call.key), (tx) => this.customers.undoCreate(tx, call));
    }
    /** The user has another name, and so has the customer. */
    rename(call, body) {
        return this.steps.apply(call, (tx) => this.customers.rename(tx, call, body));
    }
    /** The customer has the former name again. */
    undoRename(call) {
        return this.steps.undo(call, (0, contracts_1.undoneKey)(call.key), (tx, before) => this.customers.undoRename(tx, call, before));
    }
    /** Replaces the customer's address and phone. */
    update(call, body, ifMatch) {
        return this.steps.apply(call, (tx) => this.customers.update(tx, call, body, ifMatch));
    }
    /** The user is being deleted: placed orders are cancelled, paid ones too or they forbid it, all others stay. */
    delete(call, body) {
        return this.steps.apply(call, (tx) => this.deletion.delete(tx, call, body), { tombstone: 'ignored' });
    }
    /** The deletion did not come about: customer and orders are as before. */
    undoDelete(call) {
        const stepKey = (0, contracts_1.undoneKey)(call.key);
        return this.steps.undo(call, stepKey, (tx, before) => this.deletion.undo(tx, call, stepKey, before));
    }
    /** The user was restored, and so is the customer; cancelled orders stay cancelled. */
    restore(call) {
        return this.steps.apply(call, (tx) => this.deletion.restore(tx, call), { tombstone: 'ignored' });
    }
    /** The user was not restored after all: the customer is deleted again, as of the first deletion. */
    undoRestore(call) {
        return this.steps.undo(call, (0, contracts_1.undoneKey)(call.key), (tx, before) => this.deletion.undoRestore(tx, call, before));
    }
    /** Nothing personal is left of the customer and the orders: the answer says what was erased. */
    purge(call) {
        return this.steps.apply(call, (tx) => this.purging.purge(tx, call), { tombstone: 'ignored' });
    }
    /** Customer and orders become what they must be for a user in that state. */
    follow(call, body) {
        return this.steps.apply(call, (tx) => this.following.follow(tx, call, body), { tombstone: 'ignored' });
    }
};
exports.CustomerStepsController = CustomerStepsController;
__decorate([
    openapi.ApiOperation({ summary: "A user was registered: the customer comes to be, with the user's name." }),
    (0, common_1.Post)('ordering.create-customer'),
    (0, common_1.HttpCode)(200),
    (0, swagger_1.ApiOkResponse)({ type: contracts_1.CustomerView }),
    __param(0, (0, service_1.Call)()),
    __param(1, (0, common_1.Body)()),
    __metadata("design:type", Function),
    __metadata("design:paramtypes", [Object, contracts_1.CustomerNameStep]),
    __metadata("design:returntype", Promise)
], CustomerStepsController.prototype, "create", null);
__decorate([
    openapi.ApiOperation({ summary: "The user was not registered after all: the customer has never been." }),
    (0, common_1.Post)('ordering.create-customer/undo'),
    (0, common_1.HttpCode)(200),
    openapi.ApiResponse({ status: 200, type: require("../../libs/service/src/inbox").RecordedAnswer }),
    __param(0, (0, service_1.Call)()),
    __metadata("design:type", Function),
    __metadata("design:paramtypes", [Object]),
    __metadata("design:returntype", Promise)
], CustomerStepsController.prototype, "undoCreate", null);
__decorate([
    openapi.ApiOperation({ summary: "The user has another name, and so has the customer." }),
    (0, common_1.Post)('ordering.rename-customer'),
    (0, common_1.HttpCode)(200),
    (0, swagger_1.ApiOkResponse)({ type: contracts_1.CustomerView }),
    __param(0, (0, service_1.Call)()),
    __param(1, (0, common_1.Body)()),
    __metadata("design:type", Function),
    __metadata("design:paramtypes", [Object, contracts_1.CustomerNameStep]),
    __metadata("design:returntype", Promise)
], CustomerStepsController.prototype, "rename", null);
__decorate([
    openapi.ApiOperation({ summary: "The customer has the former name again." }),
    (0, common_1.Post)('ordering.rename-customer/undo'),
    (0, common_1.HttpCode)(200),
    (0, swagger_1.ApiOkResponse)({ type: contracts_1.CustomerView }),
    __param(0, (0, service_1.Call)()),
    __metadata("design:type", Function),
    __metadata("design:paramtypes", [Object]),
    __metadata("design:returntype", Promise)
], CustomerStepsController.prototype, "undoRename", null);
__decorate([
    openapi.ApiOperation({ summary: "Replaces the customer's address and phone." }),
    (0, common_1.Post)('ordering.update-customer'),
    (0, common_1.HttpCode)(200),
    (0, swagger_1.ApiOkResponse)({ type: contracts_1.CustomerView }),
    __param(0, (0, service_1.Call)()),
    __param(1, (0, common_1.Body)()),
    __param(2, (0, service_1.IfMatch)()),
    __metadata("design:type", Function),
    __metadata("design:paramtypes", [Object, contracts_1.UpdateCustomer, String]),
    __metadata("design:returntype", Promise)
], CustomerStepsController.prototype, "update", null);
__decorate([
    openapi.ApiOperation({ summary: "The user is being deleted: placed orders are cancelled, paid ones too or they forbid it, all others stay." }),
    (0, common_1.Post)('ordering.delete-customer'),
    (0, common_1.HttpCode)(200),
    (0, swagger_1.ApiOkResponse)({ type: deletion_answers_js_1.CustomerDeleted }),
    __param(0, (0, service_1.Call)()),
    __param(1, (0, common_1.Body)()),
    __metadata("design:type", Function),
    __metadata("design:paramtypes", [Object, contracts_1.DeleteCustomerStep]),
    __metadata("design:returntype", Promise)
], CustomerStepsController.prototype, "delete", null);
__decorate([
    openapi.ApiOperation({ summary: "The deletion did not come about: customer and orders are as before." }),
    (0, common_1.Post)('ordering.delete-customer/undo'),
    (0, common_1.HttpCode)(200),
    (0, swagger_1.ApiOkResponse)({ type: deletion_answers_js_1.CustomerUndeleted }),
    __param(0, (0, service_1.Call)()),
    __metadata("design:type", Function),
    __metadata("design:paramtypes", [Object]),
    __metadata("design:returntype", Promise)
], CustomerStepsController.prototype, "undoDelete", null);
__decorate([
    openapi.ApiOperation({ summary: "The user was restored, and so is the customer; cancelled orders stay cancelled." }),
    (0, common_1.Post)('ordering.restore-customer'),
    (0, common_1.HttpCode)(200),
    (0, swagger_1.ApiOkResponse)({ type: deletion_answers_js_1.CustomerRestored }),
    __param(0, (0, service_1.Call)()),
    __metadata("design:type", Function),
    __metadata("design:paramtypes", [Object]),
    __metadata("design:returntype", Promise)
], CustomerStepsController.prototype, "restore", null);
__decorate([
    openapi.ApiOperation({ summary: "The user was not restored after all: the customer is deleted again, as of the first deletion." }),
    (0, common_1.Post)('ordering.restore-customer/undo'),
    (0, common_1.HttpCode)(200),
    (0, swagger_1.ApiOkResponse)({ type: deletion_answers_js_1.CustomerDeletedAgain }),
    __param(0, (0, service_1.Call)()),
    __metadata("design:type", Function),
    __metadata("design:paramtypes", [Object]),
    __metadata("design:returntype", Promise)
], CustomerStepsController.prototype, "undoRestore", null);
__decorate([
    openapi.ApiOperation({ summary: "Nothing personal is left of the customer and the orders: the answer says what was erased." }),
    (0, common_1.Post)('ordering.purge-customer'),
    (0, common_1.HttpCode)(200),
    (0, swagger_1.ApiOkResponse)({ type: deletion_answers_js_1.CustomerPurged }),
    __param(0, (0, service_1.Call)()),
    __metadata("design:type", Function),
    __metadata("design:paramtypes", [Object]),
    __metadata("design:returntype", Promise)
], CustomerStepsController.prototype, "purge", null);
__decorate([
    openapi.ApiOperation({ summary: "Customer and orders become what they must be for a user in that state." }),
    (0, common_1.Post)('ordering.follow-user'),
    (0, common_1.HttpCode)(200),
    (0, swagger_1.ApiOkResponse)({ type: deletion_answers_js_1.CustomerFollowed }),
    __param(0, (0, service_1.Call)()),
    __param(1, (0, common_1.Body)()),
    __metadata("design:type", Function),
    __metadata("design:paramtypes", [Object, contracts_1.FollowUserStep]),
    __metadata("design:returntype", Promise)
], CustomerStepsController.prototype, "follow", null);
exports.CustomerStepsController = CustomerStepsController = __decorate([
    (0, swagger_1.ApiTags)('steps: customers'),
    (0, common_1.Controller)(contracts_1.STEPS_PATH),
    (0, common_1.UseGuards)(service_1.ServiceTokenGuard),
    (0, common_1.UseInterceptors)(service_1.RecordedAnswers),
    __metadata("design:paramtypes", [service_1.Steps,
        customers_js_1.Customers,
        deletion_js_1.Deletion,
        follow_js_1.Follow,
        purge_js_1.Purge])
], CustomerStepsController);
//# sourceMappingURL=customer-steps.controller.js.map