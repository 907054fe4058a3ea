"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.runMain = runMain;
exports.sayLast = sayLast;
const environment_js_1 = require("./environment.js");
const redact_js_1 = require("./redact.js");
const stop_signals_js_1 = require("./stop-signals.js");
/**
 * Runs a process' main function, which loads what it needs by itself: signals are listened for before. A wrong setting
 * or a taken port ends the process with one line that says which. What nobody caught ends it, too; Node by itself would
 * print such an error with all its members, the parameters of a statement or the headers of a call.
 */
function runMain(main) {
    (0, stop_signals_js_1.listenForStop)();
    process.on('uncaughtException', (error) => {
        sayLast(error);
        process.exit(1);
    });
    main().catch((error) => {
        const { code, port } = error;
        if (error instanceof environment_js_1.ConfigurationError)
            console.error(error.message);
        else if (code === 'EADDRINUSE')
            console.error(`Port ${port} is in use.`);
        else
            sayLast(error);
        process.exit(1);
    });
}
/** Without what an error may carry beside its message. */
function sayLast(error) {
    const { message, stack = message } = (0, redact_js_1.describeError)(error);
    console.error(stack);
}
//# sourceMappingURL=run-main.js.map