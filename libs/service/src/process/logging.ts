import type { LoggerService } from '@nestjs/common';
import {
  type DestinationStream,
  type Logger as Pino,
  type LoggerOptions,
  pino,
  stdTimeFunctions,
} from 'pino';
import { describeError, redactValue } from './redact.js';
import { requestIds } from './request-context.js';
import { traceIds } from './tracing.js';

/** The lines of some 150 requests: to write each of them would cost more than all else that is done for a line. */
const BUFFER_BYTES = 32 * 1024;

/** Milliseconds until a line is written though little follows it. */
const FLUSH_EVERY_MS = 200;

/**
 * @returns a logger that writes JSON lines to stdout, asynchronously: a request never waits for the log. What is
 *   buffered is written at every end of the process but SIGKILL's. Nothing secret or personal is in a line, wherever
 *   it stands in the objects that are logged; a text is written as it is. A line names the
 *   request that it belongs to and who sends it, the span, and where none are made the trace of the request.
 */
export function createLogger(
  name: string,
  level: string,
  destination: DestinationStream = pino.destination({
    sync: false,
    minLength: BUFFER_BYTES,
    maxWrite: 2 * BUFFER_BYTES,
    periodicFlush: FLUSH_EVERY_MS,
  }),
): Pino {
  const options: LoggerOptions = {
    ...{ name, level, timestamp: stdTimeFunctions.isoTime },
    mixin: () => ({ ...requestIds(), ...traceIds() }),
    hooks: {
      // Before pino takes the message of a line from an error.
      logMethod(args, write) {
        const [first, ...others] = args as [unknown, ...unknown[]];
        write.apply(this, [redactValue(first), ...others] as typeof args);
      },
    },
    // What is an error was described before.
    serializers: { err: (described: unknown) => described },
  };
  return pino(options, destination);
}

/** Nest's logger over pino. */
export class PinoLogger implements LoggerService {
  constructor(private readonly pino: Pino) {}

  log(message: unknown, ...context: unknown[]): void {
    this.write('info', message, context);
  }

  error(message: unknown, ...context: unknown[]): void {
    this.write('error', message, context);
  }

  warn(message: unknown, ...context: unknown[]): void {
    this.write('warn', message, context);
  }

  debug(message: unknown, ...context: unknown[]): void {
    this.write('debug', message, context);
  }

  verbose(message: unknown, ...context: unknown[]): void {
    this.write('trace', message, context);
  }

  fatal(message: unknown, ...context: unknown[]): void {
    this.write('fatal', message, context);
  }

  private write(
    level: 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal',
    message: unknown,
    context: unknown[],
  ): void {
    const members = { context: context.at(-1), ...(context.length > 1 && { more: context.slice(0, -1) }) };
    if (message instanceof Error)
      this.pino[level]({ ...members, err: message }, describeError(message).message);
    else if (typeof message === 'object' && message !== null) this.pino[level]({ ...members, ...message });
    else this.pino[level](members, String(message));
  }
}
