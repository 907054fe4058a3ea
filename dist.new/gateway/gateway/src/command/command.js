"use strict";
var __importDefault = (this && this.__importDefault) || function (mod) {
    return (mod && mod.__esModule) ? mod : { "default": mod };
};
Object.defineProperty(exports, "__esModule", { value: true });
exports.ledgerCommand = ledgerCommand;
const node_os_1 = __importDefault(require("node:os"));
const node_util_1 = require("node:util");
const service_1 = require("../../../libs/service/src/index.js");
const class_validator_1 = require("class-validator");
const config_js_1 = require("../config.js");
const export_js_1 = require("./export.js");
const inspect_js_1 = require("./inspect.js");
const open_ledger_js_1 = require("./open-ledger.js");
const rebuild_js_1 = require("../queue/rebuild.js");
/*
 * `npm run ledger`: for emergencies, straight at the ledger, whether the gateway runs or not. Exit codes: 0 done, 1 it
 * could not be done, 2 it was not said right. What was asked for goes to standard output, everything else to the other.
 */
const HELP = `npm run ledger -- <command>

  rebuild-queue --yes           drops all jobs and queues every head of a lane that is due again, from the ledger
  inspect <userId>              tells how a user's lane stands, and its last 20 operations
  export [--user <userId>]      writes operations as NDJSON, in the order of users and places

  --reveal --reason <text>      with inspect and export: what people have written, too; the audit trail tells of it
  --help                        this

The ledger is that of GATEWAY_DATABASE_URL, the queue that of QUEUE_URL and QUEUE_PARTITIONS; --reveal needs DATA_KEY.
They must be those of the gateway. Processes may run meanwhile.
`;
/** It was not said right. */
class Usage extends Error {
}
const OPTIONS = {
    yes: { type: 'boolean' },
    user: { type: 'string' },
    reveal: { type: 'boolean' },
    reason: { type: 'string' },
    help: { type: 'boolean', short: 'h' },
};
/** The options that each command knows. */
const COMMANDS = {
    'rebuild-queue': { options: ['yes'], run: rebuild },
    inspect: { options: ['reveal', 'reason'], run: inspect },
    export: { options: ['user', 'reveal', 'reason'], run: exportAll },
};
/** Does what the arguments say. @returns the exit code */
async function ledgerCommand(args, around) {
    try {
        await carryOut(args, around);
        return 0;
    }
    catch (error) {
        say(around, error.message);
        if (error instanceof Usage)
            say(around, 'npm run ledger -- --help says what can be said.');
        return error instanceof Usage || error instanceof service_1.ConfigurationError ? 2 : 1;
    }
}
async function carryOut(args, around) {
    const { positionals, values } = parsed(args);
    const [name, argument, tooMuch] = positionals;
    if (values.help)
        return void around.out.write(HELP);
    const command = name === undefined ? undefined : COMMANDS[name];
    if (!command)
        throw new Usage(name === undefined ? 'A command is missing.' : `${name} is not a command.`);
    const foreign = Object.keys(values).find((option) => !command.options.some((known) => known === option));
    if (foreign)
        throw new Usage(`${name} has no --${foreign}.`);
    if (tooMuch !== undefined || (argument !== undefined && name !== 'inspect')) {
        throw new Usage(`${tooMuch ?? argument} is too much.`);
    }
    await command.run({ ...around, argument, values });
}
function parsed(args) {
    try {
        return (0, node_util_1.parseArgs)({ args: [...args], options: OPTIONS, allowPositionals: true });
    }
    catch (error) {
        throw new Usage(error.message);
    }
}
async function rebuild({ values, ...around }) {
    if (!values.yes) {
        throw new Usage('rebuild-queue drops all jobs of the queue. Nothing of the ledger: say --yes.');
    }
    const { queue } = (0, config_js_1.readConfig)(around.env);
    await withLedger(around, async ({ ledger }) => {
        const tell = (count) => say(around, `${count} heads queued …`);
        const { dropped, queued } = await (0, rebuild_js_1.rebuildQueue)(queue, ledger, tell);
        say(around, `${dropped} jobs dropped, ${queued} heads of lanes queued.`);
    });
}
async function inspect({ argument, values, ...around }) {
    const userId = asUserId(argument, 'inspect needs the id of a user.');
    const reason = reasonIn(values);
    await withLedger(around, async (ledger) => {
        const text = await (0, inspect_js_1.inspectLane)(ledger, userId, reason);
        if (text === null)
            throw new Error(`There is no lane of ${userId}.`);
        around.out.write(text);
    });
}
async function exportAll({ values, ...around }) {
    const userId = values.user === undefined ? null : asUserId(values.user, '--user needs the id of a user.');
    const reason = reasonIn(values);
    await withLedger(around, async (ledger) => {
        say(around, `${await (0, export_js_1.exportOperations)(ledger, around.out, { userId, reason })} operations`);
    });
}
/** @returns why it is to be revealed what people have written, and who says so; null where it is not */
function reasonIn({ reveal, reason }) {
    if (!reveal && reason === undefined)
        return null;
    if (!reveal)
        throw new Usage('--reason is for --reveal.');
    if (!reason?.trim())
        throw new Usage('--reveal needs a --reason, which the audit trail tells.');
    return `${reason} (npm run ledger, ${node_os_1.default.userInfo().username} at ${node_os_1.default.hostname()})`;
}
function asUserId(text, complaint) {
    if (!(0, class_validator_1.isUUID)(text))
        throw new Usage(`${complaint} An administrator finds it at GET /v1/users?search=.`);
    return text.toLowerCase();
}
async function withLedger({ env }, work) {
    const ledger = await (0, open_ledger_js_1.openLedger)((0, config_js_1.readConfig)(env));
    try {
        await work(ledger);
    }
    finally {
        await ledger.close();
    }
}
function say({ err }, line) {
    err.write(`${line}\n`);
}
//# sourceMappingURL=command.js.map