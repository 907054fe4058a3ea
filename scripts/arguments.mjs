// What a script is given behind its name. `--help` is answered by the script alone; what it does not know is refused.
import { parseArgs } from 'node:util';
import { Trouble, report } from './console.mjs';

/**
 * Reads the arguments, or ends the process: with 0 after `--help`, with 2 after what the script does not know.
 * @param usage what `--help` prints
 * @param config as for `parseArgs`
 */
export function readArguments(usage, { options = {}, ...config } = {}) {
  const known = { ...options, help: { type: 'boolean', short: 'h' } };
  try {
    const { values, positionals } = parseArgs({ ...config, options: known });
    if (!values.help) return { values, positionals };
    console.log(usage);
    process.exit(0);
  } catch (error) {
    if (!String(error.code).startsWith('ERR_PARSE_ARGS')) throw error;
    report(new Trouble(`${error.message.split('. ')[0]}. ${usage.split('\n')[0]}`));
    process.exit(2);
  }
}
