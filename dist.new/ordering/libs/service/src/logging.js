"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.PinoLogger = void 0;
exports.createLogger = createLogger;
const pino_1 = require("pino");
const redact_js_1 = require("./redact.js");
const tracing_js_1 = require("./tracing.js");
/** The lines of some 150 requests: to write each of them would cost more than all else that is done for a line. */
const BUFFER_BYTES = 32 * 1024;
/** Milliseconds until a line is written though little follows it. */
const FLUSH_EVERY_MS = 200;
/**
 * @returns a logger that writes JSON lines to stdout, asynchronously: a request never waits for the log. What is
 *   buffered is written at every end of the process but SIGKILL's. Nothing secret or personal is in a line, wherever
 *   it stands in the objects that are logged; a text is written as it is. A line names the
 *   span that it belongs to, and where none are made the trace of the request.
 */
function createLogger(name, level, destination = pino_1.pino.destination({
    sync: false,
    minLength: BUFFER_BYTES,
    maxWrite: 2 * BUFFER_BYTES,
    periodicFlush: FLUSH_EVERY_MS,
})) {
    const options = {
        ...{ name, level, timestamp: pino_1.stdTimeFunctions.isoTime },
        mixin: () => (0, tracing_js_1.traceIds)(),
        hooks: {
            // Before pino takes the message of a line from an error.
            logMethod(args, write) {
                const [first, ...others] = args;
                write.apply(this, [(0, redact_js_1.redactValue)(first), ...others]);
            },
        },
        // What is an error was described before.
        serializers: { err: (described) => described },
    };
    return (0, pino_1.pino)(options, destination);
}
/** Nest's logger over pino. */
class PinoLogger {
    constructor(pino) {
        this.pino = pino;
    }
    log(message, ...context) {
        this.write('info', message, context);
    }
    error(message, ...context) {
        this.write('error', message, context);
    }
    warn(message, ...context) {
        this.write('warn', message, context);
    }
    debug(message, ...context) {
        this.write('debug', message, context);
    }
    verbose(message, ...context) {
        this.write('trace', message, context);
    }
    fatal(message, ...context) {
        this.write('fatal', message, context);
    }
    write(level, message, context) {
        const members = { context: context.at(-1), ...(context.length > 1 && { more: context.slice(0, -1) }) };
        if (message instanceof Error)
            this.pino[level]({ ...members, err: message }, (0, redact_js_1.describeError)(message).message);
        else if (typeof message === 'object' && message !== null)
            this.pino[level]({ ...members, ...message });
        else
            this.pino[level](members, String(message));
    }
}
exports.PinoLogger = PinoLogger;
//# sourceMappingURL=logging.js.map