import { ConfigurationError, type Environment } from '@turnpike/service';

/** The names and addresses of the services that take part. */
export type ServiceAddresses = Readonly<Record<string, string>>;

/** A service whose address has a variable of its own. */
export interface ShortForm {
  name: string;
  variable: string;
  /** Where it is if nothing is said, outside production; null where it does not take part then. */
  usual: string | null;
}

const NAME = /^[a-z][a-z0-9-]{0,49}$/;

/**
 * @param list the value of `SERVICES`: `loyalty=http://127.0.0.1:3004`, with commas
 * @returns those with a variable of their own, and those of the list
 * @throws ConfigurationError that names the variable which is missing or wrong
 */
export function readServiceAddresses(
  list: string,
  shortForms: readonly ShortForm[],
  env: Environment,
): ServiceAddresses {
  const listed = listedIn(list);
  const short = shortForms.flatMap((form) => addressOf(form, env, listed));
  return Object.fromEntries([...short, ...listed]);
}

function addressOf(
  { name, variable, usual }: ShortForm,
  env: Environment,
  listed: ReadonlyMap<string, string>,
): [string, string][] {
  const isGiven = env.optional(variable) !== undefined;
  if (isGiven && listed.has(name)) throw wrong(`names ${name}, whose address is in ${variable}, too`);
  if (listed.has(name) || (usual === null && !isGiven)) return [];
  return [[name, env.url(variable, usual ?? '')]];
}

function listedIn(text: string): Map<string, string> {
  const listed = new Map<string, string>();
  for (const entry of text.split(',').filter((part) => part.trim())) {
    const [name, address] = partsOf(entry.trim());
    if (listed.has(name)) throw wrong(`names ${name} twice`);
    listed.set(name, address);
  }
  return listed;
}

/** The value is not repeated: an address may have a password in it. */
function partsOf(entry: string): [name: string, address: string] {
  const [, name = '', address = ''] = /^([^=]*)=(.*)$/.exec(entry) ?? [];
  if (!NAME.test(name)) throw wrong('must be name=url with commas between: loyalty=http://127.0.0.1:3004');
  if (!isAddress(address)) throw wrong(`has no http(s) address for ${name}, or more than that`);
  return [name, address.replace(/\/+$/, '')];
}

/** Paths are put behind it. */
function isAddress(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, search, hash, username, password } = new URL(text);
  return /^https?:$/.test(protocol) && !search && !hash && !username && !password && !/[?#\s]/.test(text);
}

function wrong(complaint: string): ConfigurationError {
  return new ConfigurationError('SERVICES', complaint);
}
