"use strict";
var __decorate = (this && this.__decorate) || function (decorators, target, key, desc) {
    var c = arguments.length, r = c < 3 ? target : desc === null ? desc = Object.getOwnPropertyDescriptor(target, key) : desc, d;
    if (typeof Reflect === "object" && typeof Reflect.decorate === "function") r = Reflect.decorate(decorators, target, key, desc);
    else for (var i = decorators.length - 1; i >= 0; i--) if (d = decorators[i]) r = (c < 3 ? d(r) : c > 3 ? d(target, key, r) : d(target, key)) || r;
    return c > 3 && r && Object.defineProperty(target, key, r), r;
};
Object.defineProperty(exports, "__esModule", { value: true });
exports.Follow = void 0;
const common_1 = require("@nestjs/common");
const service_1 = require("../../libs/service/src/index.js");
const customer_entity_js_1 = require("./customer.entity.js");
const customers_js_1 = require("./customers.js");
const deletion_js_1 = require("./deletion.js");
const purge_js_1 = require("./purge.js");
const write_row_js_1 = require("./write-row.js");
/**
 * Makes ordering's rows what they must be for a user as identity has one, whatever they were: repairs use it, and what
 * has happened to a user beside the lane. It has happened, so nothing restricts it any more. Where all is as it should
 * be already nothing is changed, not even a version.
 */
let Follow = class Follow {
    async follow(tx, call, { state, name }) {
        switch (state) {
            case 'active':
                return activate(tx, call, required(name));
            case 'deleted':
                return remove(tx, call, required(name));
            case 'absent':
                return erase(tx, call);
        }
    }
};
exports.Follow = Follow;
exports.Follow = Follow = __decorate([
    (0, common_1.Injectable)()
], Follow);
async function activate(tx, call, name) {
    const customer = await lockOrCreate(tx, call, name);
    if (customer.state !== 'active' || customer.name !== name) {
        const alive = { state: 'active', deletedAt: null, deletedBy: null, erasedAt: null };
        await (0, write_row_js_1.writeRow)(tx, customer, { ...alive, name });
    }
    return { body: followed(customer), tombstone: 'clear' };
}
/** A customer who was missing is made, so that there is one to restore. */
async function remove(tx, call, name) {
    const customer = await lockOrCreate(tx, call, name);
    const cancelled = await (0, deletion_js_1.cancelOrders)(tx, call, await (0, deletion_js_1.lockCancellableOrders)(tx, call.userId));
    if (customer.state !== 'deleted')
        await (0, deletion_js_1.markDeleted)(tx, call, customer, name);
    else if (customer.name !== name)
        await (0, write_row_js_1.writeRow)(tx, customer, { name });
    return { body: followed(customer, cancelled), tombstone: 'set' };
}
async function erase(tx, call) {
    const body = { customer: null, ...(await (0, purge_js_1.endCustomer)(tx, call)) };
    return { body, tombstone: 'set' };
}
async function lockOrCreate(tx, { userId }, name) {
    return (await (0, customers_js_1.lockCustomer)(tx, userId)) ?? (0, customers_js_1.createCustomer)(tx, userId, name);
}
function followed(customer, cancelled = []) {
    return { customer: (0, customer_entity_js_1.customerView)(customer), cancelled, erasures: [] };
}
/** @throws Problem 400: only of a user who is not there there is no name */
function required(name) {
    if (name === undefined)
        throw (0, service_1.invalidRequest)([{ path: 'name', message: 'name is needed in this state' }]);
    return name;
}
//# sourceMappingURL=follow.js.map