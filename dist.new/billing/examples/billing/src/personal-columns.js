"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.INVOICE_COLUMNS = void 0;
/** What a purge erases of an invoice. */
exports.INVOICE_COLUMNS = { bill_to: 'null', void_reason: 'null' };
//# sourceMappingURL=personal-columns.js.map