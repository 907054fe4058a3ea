import 'reflect-metadata';
import { Logger } from '@nestjs/common';
import { ledgerCommand } from './command.js';

// Whoever reads our output may have enough of it.
process.stdout.on('error', () => process.exit(0));
// What is wrong is told once, by the command.
Logger.overrideLogger(false);
const { stdout: out, stderr: err } = process;
void ledgerCommand(process.argv.slice(2), { out, err }).then((code) => process.exit(code));
