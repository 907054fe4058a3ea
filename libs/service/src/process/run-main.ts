import { ConfigurationError } from './environment.js';
import { describeError } from './redact.js';
import { listenForStop } from './stop-signals.js';

/**
 * Runs a process' main function, which loads what it needs by itself: signals are listened for before. A wrong setting
 * or a taken port ends the process with one line that says which. What nobody caught ends it, too; Node by itself would
 * print such an error with all its members, the parameters of a statement or the headers of a call.
 */
export function runMain(main: () => Promise<void>): void {
  listenForStop();
  process.on('uncaughtException', (error) => {
    sayLast(error);
    process.exit(1);
  });
  main().catch((error: unknown) => {
    const { code, port } = error as { code?: string; port?: number };
    if (error instanceof ConfigurationError) console.error(error.message);
    else if (code === 'EADDRINUSE') console.error(`Port ${port} is in use.`);
    else sayLast(error);
    process.exit(1);
  });
}

/** Without what an error may carry beside its message. */
export function sayLast(error: unknown): void {
  const { message, stack = message } = describeError(error);
  console.error(stack);
}
