import { PASSWORD_LENGTH } from '@turnpike/protocol';
import { length } from 'class-validator';
import commonPasswords from './common-passwords.json';
import { normalForm } from './passwords.js';

/*
 * Which passwords nobody may have (NIST SP 800-63B, 3.1.1.2; OWASP ASVS 2.1): those that are too short, those that many
 * have, and those that anybody would try first of that person, on this product.
 */

/** Whose password it will be. */
export interface Owner {
  email: string;
  firstName: string;
  lastName: string;
}

/**
 * The 20,000 most common passwords of at least ten characters, in lower case: those of the 10 Million Password
 * List (Mark Burnett; OWASP SecLists, CC BY-SA 3.0) in the order of their frequency, then sorted.
 */
const COMMON = new Set(commonPasswords);

const PRODUCT = 'turnpike';

/** A shorter word is too often a part of others: a password of the letters of `Bo` alone is no password of Bo's. */
const MIN_WORD = 3;

/** @returns what is wrong with a password that somebody wants to have, or null */
export function complaintAbout(password: string, owner: Owner | null): string | null {
  const { min, max } = PASSWORD_LENGTH;
  if (!length(password, min, max)) return `must have ${min} to ${max} characters`;
  const plain = plainForm(password);
  if (new Set(plain).size === 1) return 'is one character again and again';
  if (COMMON.has(plain)) return 'is on the list of common passwords';
  if (isMadeOf(wordsOf(owner), plain))
    return 'is made of the e-mail address, the names or the name of this product';
  return null;
}

function plainForm(text: string): string {
  return normalForm(text).toLowerCase();
}

function wordsOf(owner: Owner | null): string[] {
  const own = owner ? [owner.email, owner.email.split('@')[0]!, owner.firstName, owner.lastName] : [];
  return [...own, PRODUCT].map(plainForm);
}

/** Whether nothing is left of it without those words, and what people put around and between: digits, spaces, signs. */
function isMadeOf(words: readonly string[], plain: string): boolean {
  const bare = words
    .flatMap((word) => [lettersAndDigits(word), letters(word)])
    .filter((word) => word.length >= MIN_WORD)
    .sort((a, b) => b.length - a.length);
  const rest = bare.reduce((left, word) => left.replaceAll(word, ''), lettersAndDigits(plain));
  return rest !== lettersAndDigits(plain) && letters(rest) === '';
}

function lettersAndDigits(text: string): string {
  return text.replaceAll(/[^\p{L}\p{M}\p{N}]/gu, '');
}

function letters(text: string): string {
  return text.replaceAll(/[^\p{L}\p{M}]/gu, '');
}
