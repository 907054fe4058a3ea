import 'reflect-metadata';
import { Logger } from '@nestjs/common';
import { ledgerCommand } from '@turnpike/engine';
import { readConfig } from './config.js';
import { GRANT_ADMIN } from './sign-in/grant-admin.js';

// Whoever reads our output may have enough of it.
process.stdout.on('error', () => process.exit(0));
// What is wrong is told once, by the command.
Logger.overrideLogger(false);
const { stdout: out, stderr: err } = process;
void ledgerCommand(
  process.argv.slice(2),
  { configOf: readConfig, out, err },
  { 'grant-admin': GRANT_ADMIN },
).then((code) => process.exit(code));
