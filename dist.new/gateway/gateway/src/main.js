"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
const run_main_1 = require("../../libs/service/src/run-main.js");
// Loaded when the process listens for signals: it takes up to a second.
(0, run_main_1.runMain)(async () => (await import('./start.js')).start());
//# sourceMappingURL=main.js.map