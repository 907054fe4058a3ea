"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
require("reflect-metadata");
const common_1 = require("@nestjs/common");
const command_js_1 = require("./command.js");
// Whoever reads our output may have enough of it.
process.stdout.on('error', () => process.exit(0));
// What is wrong is told once, by the command.
common_1.Logger.overrideLogger(false);
const { stdout: out, stderr: err } = process;
void (0, command_js_1.ledgerCommand)(process.argv.slice(2), { out, err }).then((code) => process.exit(code));
//# sourceMappingURL=main.js.map