import os from 'node:os';
import type { Writable } from 'node:stream';
import { parseArgs } from 'node:util';
import { ConfigurationError } from '@turnpike/service';
import { isUUID } from 'class-validator';
import type { GatewayConfig } from '../config.js';
import { exportOperations } from './export.js';
import { inspectLane } from './inspect.js';
import { openLedger, type OpenLedger } from './open-ledger.js';
import { rebuildQueue } from '../queue/rebuild.js';

/*
 * `npm run ledger`: for emergencies, straight at the ledger, whether the gateway runs or not. Exit codes: 0 done, 1 it
 * could not be done, 2 it was not said right. What was asked for goes to standard output, everything else to the other.
 */

const HEAD = `npm run ledger -- <command>
`;

const FOOT = `
  --reveal --reason <text>      with inspect and export: what people have written, too; the audit trail tells of it
  --help                        this

The ledger is that of GATEWAY_DATABASE_URL, the queue that of QUEUE_URL and QUEUE_PARTITIONS; --reveal needs DATA_KEY.
They must be those of the gateway. Processes may run meanwhile.
`;

/** It was not said right. */
export class Usage extends Error {}

const OPTIONS = {
  yes: { type: 'boolean' },
  user: { type: 'string' },
  reveal: { type: 'boolean' },
  reason: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const;

type Values = Partial<{ yes: boolean; user: string; reveal: boolean; reason: string; help: boolean }>;

/** What the command line can be asked to do. */
export interface Command {
  /** As it is written, and what it does. */
  usage: readonly [string, string];
  /** The options that it knows. */
  options: readonly (keyof Values)[];
  takesArgument: boolean;
  run: (asked: Asked) => Promise<void>;
}

const COMMANDS: Readonly<Record<string, Command>> = {
  'rebuild-queue': {
    usage: [
      'rebuild-queue --yes',
      'drops all jobs and queues every head of a lane that is due again, from the ledger',
    ],
    ...{ options: ['yes'], takesArgument: false, run: rebuild },
  },
  inspect: {
    usage: ['inspect <userId>', "tells how a user's lane stands, and its last 20 operations"],
    ...{ options: ['reveal', 'reason'], takesArgument: true, run: inspect },
  },
  export: {
    usage: ['export [--user <userId>]', 'writes operations as NDJSON, in the order of users and places'],
    ...{ options: ['user', 'reveal', 'reason'], takesArgument: false, run: exportAll },
  },
};

/** Where the command is given, and where its answers go. */
export interface Surroundings {
  /** @returns what is set about the gateway whose ledger it is. @throws ConfigurationError */
  configOf: () => GatewayConfig;
  out: Writable;
  err: Writable;
}

/** A command with its argument and options. */
export interface Asked extends Surroundings {
  argument: string | undefined;
  values: Values;
}

/**
 * Does what the arguments say.
 * @param own commands of the application, by their names
 * @returns the exit code
 */
export async function ledgerCommand(
  args: readonly string[],
  around: Surroundings,
  own: Readonly<Record<string, Command>> = {},
): Promise<number> {
  try {
    await carryOut(args, around, { ...COMMANDS, ...own });
    return 0;
  } catch (error) {
    say(around, (error as Error).message);
    if (error instanceof Usage) say(around, 'npm run ledger -- --help says what can be said.');
    return error instanceof Usage || error instanceof ConfigurationError ? 2 : 1;
  }
}

async function carryOut(
  args: readonly string[],
  around: Surroundings,
  commands: Readonly<Record<string, Command>>,
): Promise<void> {
  const { positionals, values } = parsed(args);
  const [name, argument, tooMuch] = positionals;
  if (values.help) return void around.out.write(helpOf(commands));
  const command = name === undefined ? undefined : commands[name];
  if (!command) throw new Usage(name === undefined ? 'A command is missing.' : `${name} is not a command.`);
  const foreign = Object.keys(values).find((option) => !command.options.some((known) => known === option));
  if (foreign) throw new Usage(`${name} has no --${foreign}.`);
  if (tooMuch !== undefined || (argument !== undefined && !command.takesArgument)) {
    throw new Usage(`${tooMuch ?? argument} is too much.`);
  }
  await command.run({ ...around, argument, values });
}

function parsed(args: readonly string[]): { positionals: string[]; values: Values } {
  try {
    return parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true });
  } catch (error) {
    throw new Usage((error as Error).message);
  }
}

async function rebuild({ values, ...around }: Asked): Promise<void> {
  if (!values.yes) {
    throw new Usage('rebuild-queue drops all jobs of the queue. Nothing of the ledger: say --yes.');
  }
  const { queue } = around.configOf();
  await withLedger(around, async ({ ledger }) => {
    const tell = (count: number): void => say(around, `${count} heads queued …`);
    const { dropped, queued } = await rebuildQueue(queue, ledger, tell);
    say(around, `${dropped} jobs dropped, ${queued} heads of lanes queued.`);
  });
}

async function inspect({ argument, values, ...around }: Asked): Promise<void> {
  const userId = asUserId(argument, 'inspect needs the id of a user.');
  const reason = reasonIn(values);
  await withLedger(around, async (ledger) => {
    const text = await inspectLane(ledger, userId, reason);
    if (text === null) throw new Error(`There is no lane of ${userId}.`);
    around.out.write(text);
  });
}

async function exportAll({ values, ...around }: Asked): Promise<void> {
  const userId = values.user === undefined ? null : asUserId(values.user, '--user needs the id of a user.');
  const reason = reasonIn(values);
  await withLedger(around, async (ledger) => {
    say(around, `${await exportOperations(ledger, around.out, { userId, reason })} operations`);
  });
}

/** @returns who gives the command, as the audit trail tells */
export function operator(): string {
  return `${os.userInfo().username} at ${os.hostname()}`;
}

/** @returns why it is to be revealed what people have written, and who says so; null where it is not */
function reasonIn({ reveal, reason }: Values): string | null {
  if (!reveal && reason === undefined) return null;
  if (!reveal) throw new Usage('--reason is for --reveal.');
  if (!reason?.trim()) throw new Usage('--reveal needs a --reason, which the audit trail tells.');
  return `${reason} (npm run ledger, ${operator()})`;
}

function asUserId(text: string | undefined, complaint: string): string {
  if (!isUUID(text)) throw new Usage(`${complaint} An administrator finds it at GET /v1/users?search=.`);
  return text!.toLowerCase();
}

/** Does work on the ledger of the environment, which is closed afterwards. */
export async function withLedger(
  { configOf }: Pick<Surroundings, 'configOf'>,
  work: (ledger: OpenLedger) => Promise<void>,
): Promise<void> {
  const ledger = await openLedger(configOf());
  try {
    await work(ledger);
  } finally {
    await ledger.close();
  }
}

/** Tells whoever gave the command, beside its answer. */
export function say({ err }: Surroundings, line: string): void {
  err.write(`${line}\n`);
}

function helpOf(commands: Readonly<Record<string, Command>>): string {
  const lines = Object.values(commands).map(({ usage: [form, does] }) => `  ${form.padEnd(29)} ${does}\n`);
  return `${HEAD}\n${lines.join('')}${FOOT}`;
}
