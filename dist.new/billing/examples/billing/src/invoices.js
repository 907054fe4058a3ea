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
exports.Invoices = void 0;
exports.noInvoice = noInvoice;
const common_1 = require("@nestjs/common");
const service_1 = require("../../../libs/service/src/index.js");
const invoice_entity_js_1 = require("./invoice.entity.js");
const personal_columns_js_1 = require("./personal-columns.js");
/** Invoices of paid orders. Everything that takes `tx` runs in the transaction of a step. */
let Invoices = class Invoices {
    constructor(database) {
        this.database = database;
    }
    /** @throws Problem `order-state-conflict` when the order has an invoice */
    async issue(tx, { userId }, step) {
        const { invoiceId: id, orderId, billTo, total } = step;
        const { amount: totalAmount, currency } = total;
        const number = await takeNumber(tx);
        if (await tx.existsBy(invoice_entity_js_1.Invoice, { orderId })) {
            throw new service_1.Problem('order-state-conflict', 'The order has an invoice already.');
        }
        await tx.insert(invoice_entity_js_1.Invoice, { id, number, orderId, userId, totalAmount, currency, billTo });
        return { body: (0, invoice_entity_js_1.invoiceView)(await tx.findOneByOrFail(invoice_entity_js_1.Invoice, { id })) };
    }
    /** @throws Problem `not-found`, `version-conflict`, or `order-state-conflict` when it is void already */
    async void(tx, { orderId, reason }, ifMatch) {
        const invoice = await tx.findOne(invoice_entity_js_1.Invoice, { where: { orderId }, lock: { mode: 'pessimistic_write' } });
        if (!invoice)
            throw noInvoice();
        (0, service_1.assertMatches)(ifMatch, invoice.version);
        if (invoice.state === 'void')
            throw new service_1.Problem('order-state-conflict', 'The invoice is void already.');
        const voided = await tx.save(invoice_entity_js_1.Invoice, { ...invoice, state: 'void', voidReason: reason ?? null });
        return { body: (0, invoice_entity_js_1.invoiceView)(voided) };
    }
    /** The user's invoices stay, with nothing that tells whose they were; neither do the remembered answers. */
    async purge(tx, call) {
        return { body: { erasures: await eraseAll(tx, call) }, tombstone: 'set' };
    }
    /** Invoices stay as they are, whether the user is there or deleted; of one who is absent they lose the name. */
    async follow(tx, call, { state }) {
        if (state === 'absent')
            await eraseAll(tx, call);
        return { body: {}, tombstone: state === 'active' ? 'clear' : 'set' };
    }
    /** The invoices that are not anonymised, in the order of their ids. */
    references({ after, limit, userId }) {
        return this.database.query(`select id, 'billing.invoices' as relation, user_id as "userId", false as live from invoices
       where erased_at is null and ($1::uuid is null or id > $1) and ($2::uuid is null or user_id = $2)
       order by id limit $3`, [after, userId, limit]);
    }
    /** @throws Problem `not-found` */
    async find(orderId) {
        const invoice = await this.database.manager.findOneBy(invoice_entity_js_1.Invoice, { orderId });
        if (!invoice)
            throw noInvoice();
        return (0, invoice_entity_js_1.invoiceView)(invoice);
    }
};
exports.Invoices = Invoices;
exports.Invoices = Invoices = __decorate([
    (0, common_1.Injectable)(),
    __metadata("design:paramtypes", [service_1.Database])
], Invoices);
/** Invoices are numbered without gaps, which no sequence does: the row is held until the invoice is written. */
async function takeNumber(tx) {
    const [rows] = await tx.query('update invoice_numbers set last = last + 1 returning last');
    return rows[0].last;
}
async function eraseAll(tx, call) {
    const [, erased] = await tx.query(`update invoices set ${(0, service_1.erasing)(personal_columns_js_1.INVOICE_COLUMNS)}, erased_at = now(), version = version + 1
     where user_id = $1 and erased_at is null`, [call.userId]);
    return [
        { relation: 'billing.invoices', erased, retained: 'number, total, state and date' },
        { relation: 'billing.inbox', erased: await (0, service_1.forgetAnswers)(tx, call), retained: '' },
    ];
}
function noInvoice() {
    return new service_1.Problem('not-found', 'The order has no invoice.');
}
//# sourceMappingURL=invoices.js.map