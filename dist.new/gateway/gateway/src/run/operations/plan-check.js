"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.assertPlansHaveWaysOut = assertPlansHaveWaysOut;
const sagas_js_1 = require("./sagas.js");
/** Everything that makes a plan have a step: a payload that asks for all of them. */
const EVERY_STEP = { email: '', firstName: '', lastName: '' };
/**
 * Holds the plan of every kind to what can be carried out.
 * @throws ConfigurationError that names the plan and its step; the process must not start
 */
function assertPlansHaveWaysOut(plans, relations) {
    for (const [kind, { steps }] of Object.entries(plans)) {
        (0, sagas_js_1.assertHasWayOut)(`The plan of ${kind}`, steps(EVERY_STEP, relations));
    }
}
//# sourceMappingURL=plan-check.js.map