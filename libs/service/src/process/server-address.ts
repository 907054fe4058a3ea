/*
 * What is wrong with the address of a database or a queue that a production process is given: an address says whether
 * anybody may come in and whether anybody on the way can read along.
 */
import { guessBitsOf, MIN_GUESS_BITS } from './strength.js';

/** Passwords that stand in this source, or in everybody's instructions. */
const SAMPLE_PASSWORDS = ['turnpike', 'postgres', 'password', 'gateway', 'identity', 'ordering'];

/** What `pg` makes of them is a connection in the clear, or one to whoever answers. */
const WITHOUT_PROOF: Record<string, readonly string[]> = {
  sslmode: ['disable', 'allow', 'no-verify'],
  ssl: ['0', 'false', 'no-verify'],
  uselibpqcompat: ['true'],
};

/** @returns whether the host is this machine, by a name or an address that leads nowhere else */
export function isLoopback(host: string): boolean {
  const bare = host.replace(/^\[(.*)\]$/, '$1').toLowerCase();
  return /^(localhost|127(\.\d{1,3}){3}|::1|.*\.localhost)$/.test(bare);
}

/** @returns what is wrong with a server's address in production, without the address, or null */
export function weaknessOfServer(address: string): string | null {
  if (!URL.canParse(address)) return null;
  const url = new URL(address);
  const passwords = passwordsIn(url);
  const weak = passwords.map(weaknessOfPassword).find((weakness) => weakness !== null);
  if (weak) return weak;
  if (isOnThisMachine(url)) return null;
  // A certificate of the client's is as good as a password.
  if (passwords.length === 0 && !url.searchParams.has('sslcert'))
    return 'has no password, and its server is on another machine';
  return isWithoutProof(url)
    ? 'turns TLS, or the look at the certificate, off: use sslmode=verify-full'
    : null;
}

/** @returns what is wrong with a server's password, or null */
export function weaknessOfPassword(password: string): string | null {
  if (SAMPLE_PASSWORDS.includes(password.toLowerCase()))
    return 'has a password that everybody tries first: make your own';
  return guessBitsOf(password) < MIN_GUESS_BITS ? 'has a password that can be guessed: make your own' : null;
}

/** Both places in which `pg` looks: the one in the query wins there. */
function passwordsIn(url: URL): string[] {
  return [decoded(url.password), ...url.searchParams.getAll('password')].filter(Boolean);
}

/** By TCP to itself, or by a socket in the file system. */
function isOnThisMachine(url: URL): boolean {
  const host = url.searchParams.getAll('host').at(-1) ?? decoded(url.hostname);
  return host === '' || host.startsWith('/') || isLoopback(host);
}

function isWithoutProof({ searchParams }: URL): boolean {
  return Object.entries(WITHOUT_PROOF).some(([name, values]) =>
    searchParams.getAll(name).some((value) => values.includes(value.toLowerCase())),
  );
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
