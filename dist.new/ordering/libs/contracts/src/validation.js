"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.MAX_STRING = void 0;
exports.Optional = Optional;
exports.Text = Text;
exports.FromDigits = FromDigits;
exports.Nested = Nested;
exports.normaliseEmail = normaliseEmail;
exports.Email = Email;
exports.Rule = Rule;
exports.Time = Time;
const common_1 = require("@nestjs/common");
const class_transformer_1 = require("class-transformer");
const class_validator_1 = require("class-validator");
/** The longest string of the interface, unless a field says otherwise. */
exports.MAX_STRING = 200;
/** The field may be left out. Unlike IsOptional it may not be null: null would be stored as a value. */
function Optional() {
    return (0, class_validator_1.ValidateIf)((_object, value) => value !== undefined);
}
/** A string with something to read in it, at most `max` characters. */
function Text(max = exports.MAX_STRING) {
    return (0, common_1.applyDecorators)((0, class_validator_1.IsString)(), (0, class_validator_1.Length)(1, max), (0, class_validator_1.Matches)(/\S/, { message: '$property must not be blank' }));
}
/** A query is text: this takes digits for a number, and neither 1e2 nor 0x10 nor nothing at all. */
function FromDigits() {
    return (0, class_transformer_1.Transform)(({ value }) => typeof value === 'string' && /^\d{1,9}$/.test(value) ? Number(value) : value);
}
/** An object of that class. ValidateNested alone also takes a list of them, and an empty list unseen. */
function Nested(type, { each = false } = {}) {
    return (0, common_1.applyDecorators)((0, class_validator_1.IsObject)({ each }), (0, class_validator_1.ValidateNested)({ each }), (0, class_transformer_1.Type)(type));
}
/**
 * The one form in which an e-mail address is stored and compared: Unicode NFC, lower case, no surrounding
 * space. Look-alikes of other scripts stay distinct addresses, as they are for the mail system.
 */
function normaliseEmail(email) {
    return email.trim().toLowerCase().normalize('NFC');
}
/** An e-mail address; the validated object has it in its normal form. */
function Email() {
    return (0, common_1.applyDecorators)((0, class_transformer_1.Transform)(({ value }) => (typeof value === 'string' ? normaliseEmail(value) : value)), (0, class_validator_1.IsEmail)(), (0, class_validator_1.MaxLength)(exports.MAX_STRING));
}
/** A rule over a field's value that class-validator has no decorator for. */
function Rule(name, message, holds) {
    return (0, class_validator_1.ValidateBy)({ name, validator: { validate: holds, defaultMessage: () => message } });
}
/** A time (RFC 3339) that a Date can hold: a leap second is one of the text alone. */
function Time() {
    return (0, common_1.applyDecorators)((0, class_validator_1.IsRFC3339)(), (0, class_validator_1.MaxLength)(40), Rule('isTime', '$property must be a time', (value) => !Number.isNaN(Date.parse(String(value)))));
}
//# sourceMappingURL=validation.js.map