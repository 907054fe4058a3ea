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
exports.Customers = void 0;
exports.createCustomer = createCustomer;
exports.lockCustomer = lockCustomer;
exports.lockActiveCustomer = lockActiveCustomer;
exports.noCustomer = noCustomer;
const common_1 = require("@nestjs/common");
const service_1 = require("../../libs/service/src/index.js");
const customer_entity_js_1 = require("./customer.entity.js");
const write_row_js_1 = require("./write-row.js");
/** Customers, one for each user. Everything that takes `tx` runs in the transaction of a step. */
let Customers = class Customers {
    constructor(database) {
        this.database = database;
    }
    /** A second customer of one user breaks a constraint: a defect of the caller's, not an answer to it. */
    async create(tx, { userId }, { name }) {
        return { body: (0, customer_entity_js_1.customerView)(await createCustomer(tx, userId, name)) };
    }
    /** The registration did not come about: the customer has never been. */
    async undoCreate(tx, { userId }) {
        await tx.delete(customer_entity_js_1.Customer, { userId });
        return { body: {} };
    }
    /** Follows the user's name. Orders keep the name that they were placed with. */
    async rename(tx, { userId }, { name }) {
        const customer = await lockActiveCustomer(tx, userId);
        const before = { name: customer.name };
        await (0, write_row_js_1.writeRow)(tx, customer, { name });
        return { body: (0, customer_entity_js_1.customerView)(customer), before };
    }
    /** Gives a customer back the name from before the renaming. */
    async undoRename(tx, { userId }, { name }) {
        const customer = await lockCustomer(tx, userId);
        if (!customer)
            throw noCustomer();
        await (0, write_row_js_1.writeRow)(tx, customer, { name });
        return { body: (0, customer_entity_js_1.customerView)(customer) };
    }
    /** Replaces address and phone: what is left out is removed. Answers with what was there before, too. */
    async update(tx, { userId }, { deliveryAddress, phone }, ifMatch) {
        const customer = await lockActiveCustomer(tx, userId);
        (0, service_1.assertMatches)(ifMatch, customer.version);
        const before = { phone: customer.phone, deliveryAddress: customer.deliveryAddress };
        await (0, write_row_js_1.writeRow)(tx, customer, { deliveryAddress: deliveryAddress ?? null, phone: phone ?? null });
        return { body: { ...(0, customer_entity_js_1.customerView)(customer), before } };
    }
    /** @throws Problem `not-found`, or `user-deleted` for a purged customer; a deleted one is found. */
    async find(userId) {
        const customer = await this.database.manager.findOneBy(customer_entity_js_1.Customer, { userId });
        if (!customer)
            throw noCustomer();
        return (0, customer_entity_js_1.customerView)(customer);
    }
};
exports.Customers = Customers;
exports.Customers = Customers = __decorate([
    (0, common_1.Injectable)(),
    __metadata("design:paramtypes", [service_1.Database])
], Customers);
async function createCustomer(tx, userId, name) {
    const customer = tx.create(customer_entity_js_1.Customer, { userId, name, phone: null, deliveryAddress: null });
    await tx.insert(customer_entity_js_1.Customer, customer);
    return customer;
}
/**
 * Reads a customer and holds the row to the end of the step. The fence admits one step of a user at a time, but
 * only steps: an administrator's script does not pass it, and must not change what a step has just checked.
 */
function lockCustomer(tx, userId) {
    return tx.findOne(customer_entity_js_1.Customer, { where: { userId }, lock: { mode: 'pessimistic_write' } });
}
/** @throws Problem `user-deleted` when there is no customer, or one who is deleted: nothing can be theirs. */
async function lockActiveCustomer(tx, userId) {
    const customer = await lockCustomer(tx, userId);
    if (customer?.state !== 'active')
        throw new service_1.Problem('user-deleted', 'There is no active customer.');
    return customer;
}
function noCustomer() {
    return new service_1.Problem('not-found', 'There is no customer of this user.');
}
//# sourceMappingURL=customers.js.map