"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.hidden = hidden;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const TIME = /^\d{4}-\d\d-\d\dT[\d:.]+Z$/;
/** Members whose texts are words of ours, or of a catalogue, and never somebody's. */
const PLAIN = new Set(['status', 'state', 'currency', 'sku', 'roles', 'type', 'relation', 'retained']);
const HIDDEN = '•••';
/** @returns the same with every text hidden that a person may have written; ids, times and numbers are shown */
function hidden(value) {
    return hide(value, '');
}
function hide(value, name) {
    if (typeof value === 'string')
        return isPlain(value, name) ? value : HIDDEN;
    if (Array.isArray(value))
        return value.map((item) => hide(item, name));
    if (typeof value !== 'object' || value === null)
        return value;
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, hide(item, key)]));
}
function isPlain(text, name) {
    return PLAIN.has(name) || UUID.test(text) || TIME.test(text);
}
//# sourceMappingURL=hidden.js.map