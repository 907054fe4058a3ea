"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.sealCause = sealCause;
exports.openCause = openCause;
exports.sentenceOf = sentenceOf;
/** @returns the cause as the row shall have it; without its words where the user has no key any more */
async function sealCause(seals, at, cause) {
    if (!cause?.detail)
        return cause;
    const sealed = await seals.sealAlways({ ...at, field: 'cause' }, { detail: cause.detail });
    return { ...cause, detail: sealed };
}
/** @returns the cause in clear; without its words where the user's key is gone */
async function openCause(seals, at, cause) {
    if (!cause?.detail)
        return cause && { ...cause, detail: null };
    const opened = await seals.open({ ...at, field: 'cause' }, cause.detail);
    return { ...cause, detail: opened && String(opened['detail']) };
}
/** @returns what failed, in a sentence without the service's own words */
function sentenceOf({ service, step, status, code }) {
    return status === null
        ? `The last attempt failed: ${service} did not answer ${step} (${code}).`
        : `The last attempt failed: ${service} answered ${status} (${code}) to ${step}.`;
}
//# sourceMappingURL=causes.js.map