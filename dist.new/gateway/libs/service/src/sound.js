"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.isSound = isSound;
const class_validator_1 = require("class-validator");
const plans = new Map();
/**
 * Asks class-validator's own rules, and no others, whether there is nothing to complain about. class-validator
 * looks its rules up, sorts them and prepares its complaints anew for every object, which costs several times what
 * the rules cost; here each class is looked up once.
 * @returns true only if class-validator would accept the object, unknown properties forbidden; false if it refuses
 *   it, or has a rule of a kind that is not known here: then it is to be asked
 */
function isSound(object) {
    const plan = planOf(object.constructor);
    if (!plan)
        return false;
    for (const name of Object.keys(object))
        if (!plan.has(name))
            return false;
    for (const [name, field] of plan) {
        if (!isFieldSound(object, object[name], field))
            return false;
    }
    return true;
}
function isFieldSound(object, value, { conditions, rules, nested }) {
    if (!conditions.every((applies) => applies(object, value)))
        return true;
    return rules.every((holds) => holds(object, value)) && (!nested || isNestedSound(value));
}
/** What is absent is for other rules to refuse. */
function isNestedSound(value) {
    if (value === undefined || value === null)
        return true;
    if (Array.isArray(value))
        return value.every(isNestedSound);
    return typeof value === 'object' && isSound(value);
}
function planOf(type) {
    let plan = plans.get(type);
    if (plan === undefined)
        plans.set(type, (plan = makePlan(type)));
    return plan;
}
function makePlan(type) {
    if (typeof type !== 'function')
        return null;
    const plan = new Map();
    for (const metadata of (0, class_validator_1.getMetadataStorage)().getTargetValidationMetadatas(type, '', false, false)) {
        const field = plan.get(metadata.propertyName) ?? { conditions: [], rules: [], nested: false };
        plan.set(metadata.propertyName, field);
        if (!addTo(field, metadata))
            return null;
    }
    return plan;
}
/** @returns whether the rule is of a kind that is known here */
function addTo(field, metadata) {
    if (metadata.validateIf)
        return false;
    switch (metadata.type) {
        case 'conditionalValidation':
            field.conditions.push(metadata.constraints[0]);
            return true;
        case 'nestedValidation':
            field.nested = true;
            return true;
        case 'customValidation':
            field.rules.push(ruleOf(metadata));
            return true;
        default:
            return false;
    }
}
/** A rule that answers later, with a promise, does not hold now. */
function ruleOf({ propertyName, constraints, constraintCls, each }) {
    const validators = (0, class_validator_1.getMetadataStorage)()
        .getTargetValidatorConstraints(constraintCls)
        .map(({ instance }) => instance);
    return (object, value) => {
        const targetName = object.constructor.name;
        const args = { targetName, property: propertyName, object, value, constraints };
        const holds = (item) => validators.every((one) => one.validate(item, args) === true);
        return each && Array.isArray(value) ? value.every(holds) : holds(value);
    };
}
//# sourceMappingURL=sound.js.map