"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.assertKeys = assertKeys;
exports.contentsOf = contentsOf;
/** @throws Error where DATA_KEY is not the ledger's: before the audit trail tells of what nobody has seen */
async function assertKeys(open) {
    await open.openKeys().catch((error) => {
        throw new Error('DATA_KEY is not the key of this ledger.', { cause: error });
    });
}
/** Opens what is sealed of an operation; the keys are open. */
async function contentsOf({ seals }, operation) {
    const { userId, id: operationId, payload, result } = operation;
    return {
        payload: await seals.open({ userId, operationId, field: 'payload' }, payload),
        result: await seals.open({ userId, operationId, field: 'result' }, result),
    };
}
//# sourceMappingURL=contents.js.map