"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.sagaOf = sagaOf;
exports.followSaga = followSaga;
exports.copySteps = copySteps;
exports.assertCarriedOut = assertCarriedOut;
exports.assertHasWayOut = assertHasWayOut;
const contracts_1 = require("../../../../libs/contracts/src/index.js");
const service_1 = require("../../../../libs/service/src/index.js");
/*
 * The steps of what happens to a user, computed from the relations that refer to one.
 *
 * First what can refuse and be taken back, then what can only be taken back, then the decision: the one step that may
 * refuse and is final. Last what is final and never refuses. So a refusal meets nothing that is final, whatever is given
 * up before the decision can be undone, and after it there is no way but forward.
 */
/** @returns the steps that this event needs, each once, in the order in which they are carried out */
function sagaOf(event, relations) {
    const own = contracts_1.USER_STEPS[event];
    const steps = [
        ...own.filter((step) => contracts_1.STEPS[step].undo),
        ...relations.flatMap((relation) => stepOf(relation, event) ?? []),
        ...own.filter((step) => !contracts_1.STEPS[step].undo),
    ];
    return [...new Set(steps)].sort((a, b) => finality(a) - finality(b));
}
/** @returns the steps that make every service agree with the user as identity has one at that moment */
function followSaga(relations) {
    return [...new Set([contracts_1.USER_CONFIRMED, ...relations.map(({ follow }) => follow)])];
}
/** @returns the steps by which rows get the new name */
function copySteps(relations) {
    const rules = relations.flatMap(({ register, update }) => [register, update]);
    return new Set(rules.flatMap((rule) => (rule.kind === 'copy' ? [rule.step] : [])));
}
/**
 * Holds the declarations to what can be carried out.
 * @throws ConfigurationError that names the relation and what is missing; the process must not start
 */
function assertCarriedOut(relations) {
    for (const relation of relations) {
        contracts_1.RELATION_EVENTS.forEach((event) => assertHasStep(relation, event));
        assertIsStepOf(relation, 'repair', relation.follow);
    }
    for (const event of contracts_1.RELATION_EVENTS)
        assertHasWayOut(`The plan of ${event}`, sagaOf(event, relations));
}
function assertHasStep(relation, event) {
    const rule = relation[event];
    if (!rule)
        throw new service_1.ConfigurationError(`The relation ${relation.name}`, `does not say what becomes of it on ${event}.`);
    if (rule.kind !== 'retain')
        assertIsStepOf(relation, event, rule.step);
}
function assertIsStepOf({ name, service }, event, step) {
    const declared = contracts_1.STEPS[String(step)];
    if (declared?.service === service)
        return;
    throw new service_1.ConfigurationError(`The relation ${name}`, `has no step of ${service} that carries it out on ${event}: ${step}.`);
}
/**
 * Holds a plan to what can be carried out: no step may refuse once a final one is in force, since what is final can be
 * neither taken back nor, then, completed, and its lane would halt.
 * @param plan what to call it
 * @throws ConfigurationError that names the plan and both steps; the process must not start
 */
function assertHasWayOut(plan, steps) {
    const final = steps.findIndex((step) => !contracts_1.STEPS[step].undo);
    if (final === -1)
        return;
    const refusing = steps.slice(final + 1).find((step) => contracts_1.STEPS[step].refuses);
    if (refusing === undefined)
        return;
    throw new service_1.ConfigurationError(plan, `has ${refusing}, which may be refused, behind ${steps[final]}, which cannot be undone.`);
}
function stepOf(relation, event) {
    const rule = relation[event];
    return rule.kind === 'retain' ? null : rule.step;
}
function finality(step) {
    const { refuses, undo } = contracts_1.STEPS[step];
    if (undo)
        return refuses ? 0 : 1;
    return refuses ? 2 : 3;
}
//# sourceMappingURL=sagas.js.map