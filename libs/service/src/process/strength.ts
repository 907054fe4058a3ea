/*
 * How hard a password is to guess, from below: what everybody tries first costs a guesser nothing. No dictionary of a
 * library is asked: it would weigh megabytes in every process, and what is judged here is meant to be drawn by a program.
 */

/** Guesses, as a power of two, below which a password of a server or of the first administrator is refused. */
export const MIN_GUESS_BITS = 32;

/** Words of this installation, and those that people begin with; each is worth as much as one character. */
const KNOWN_WORDS = [
  ...['turnpike', 'gateway', 'identity', 'ordering', 'billing', 'postgresql', 'postgres', 'redis'],
  ...[
    'database',
    'pass',
    'password',
    'passwort',
    'secret',
    'admin',
    'administrator',
    'change',
    'welcome',
    'qwerty',
  ],
  ...['letmein', 'master', 'root', 'user', 'test', 'production', 'local'],
  ...['iloveyou', 'sunshine', 'princess', 'dragon', 'monkey', 'football', 'baseball', 'superman', 'batman'],
  ...['shadow', 'michael', 'jennifer', 'jordan', 'hunter', 'trustno', 'starwars', 'computer', 'internet'],
  ...['summer', 'winter', 'spring', 'autumn', 'freedom', 'whatever', 'flower', 'hello', 'login', 'access'],
  ...['default', 'server', 'service', 'company', 'charlie', 'cookie', 'loveme', 'qazwsx', 'asdfgh', 'zxcvbn'],
].sort((one, other) => other.length - one.length);

const KNOWN = new RegExp(KNOWN_WORDS.join('|'), 'g');

/** The year of a birth or of the last change is a word, too. */
const YEAR = /(19|20)\d\d/g;

/** What people write for letters; guessers do it as well. */
const WRITTEN_FOR: Readonly<Record<string, string>> = { '@': 'a', 0: 'o', 1: 'i', 3: 'e', 5: 's', $: 's' };

/** `abcabc` is `abc` for a guesser. */
const REPEATED = /(.+?)\1+/gi;

/** @returns the password with a `*` in the place of each word and year that guessers begin with, however it is written */
export function withoutKnown(password: string): string {
  const rest = password.replace(YEAR, '*');
  const kept: string[] = [];
  let end = 0;
  for (const { index, 0: word } of folded(rest).matchAll(KNOWN)) {
    kept.push(rest.slice(end, index), '*');
    end = index + word.length;
  }
  return [...kept, rest.slice(end)].join('');
}

/** As long as before, so that what is found in it stands at the same place. */
function folded(text: string): string {
  return text.replace(/[A-Z@0135$]/g, (sign) => WRITTEN_FOR[sign] ?? sign.toLowerCase());
}

/** @returns how many guesses it takes, as a power of two: the length times what each of its different characters says */
export function guessBitsOf(password: string): number {
  const rest = withoutKnown(password).replace(REPEATED, '$1');
  const units = [...rest].filter(
    (_, index) => !isNeighbour(rest.charCodeAt(index), rest.charCodeAt(index - 1)),
  );
  return units.length * Math.log2(Math.max(new Set(units).size, 1));
}

/** `1234` and `dcba` are one character each, which goes on. */
function isNeighbour(code: number, before: number): boolean {
  return Math.abs(code - before) === 1;
}

/** Bytes of a key of AES-256 or Ed25519. */
const KEY_BYTES = 32;

/**
 * Of 32 bytes drawn at random some 30 are different, and as many differences between neighbours. Fewer than this come of
 * random bytes once in 10^13 keys, and at once of a key that somebody typed, counted or filled up.
 */
const MIN_DIFFERENT_BYTES = 20;

/** @returns whether 32 bytes can have been drawn at random: neither few, nor counted up or down, nor text */
export function isRandomKey(bytes: Buffer): boolean {
  const steps = [...bytes].map((byte, index) => (byte - (bytes[index - 1] ?? 0)) & 0xff).slice(1);
  const isText = bytes.every((byte) => byte >= 0x20 && byte < 0x7f);
  const isVaried = [new Set(bytes), new Set(steps)].every(({ size }) => size >= MIN_DIFFERENT_BYTES);
  return bytes.length === KEY_BYTES && isVaried && !isText;
}
