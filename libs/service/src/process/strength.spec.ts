import { randomBytes } from 'node:crypto';
import { guessBitsOf, isRandomKey, MIN_GUESS_BITS } from './strength.js';

describe('what it takes to guess a password', () => {
  it.each([
    ...['', 'a', 'turnpike', 'turnpike123', 'Postgres2026', 'gateway-gateway', 'abcdefghijklmnop'],
    ...['9876543210987654', 'aaaaaaaaaaaaaaaaaaaaaaaa', 'abababababababab', 'admin-password-1'],
    ...[
      'P@ssw0rd2024!',
      'Pa55w0rd2025',
      'Sunshine2024!',
      'iloveyou2024',
      '1l0v3y0u-1987',
      'Winter2025Summer2026',
    ],
    ...['s3cr3t-s3cr3t', '$un5h1n3.Dr@g0n'],
  ])('%j is too little', (password) => {
    expect(guessBitsOf(password)).toBeLessThan(MIN_GUESS_BITS);
  });

  it.each(['lamp-kitchen-oven', 'correct horse battery', 'kV3-tu9Qm_x7Lw'])('%j is enough', (password) => {
    expect(guessBitsOf(password)).toBeGreaterThanOrEqual(MIN_GUESS_BITS);
  });

  it('what a program draws always is', () => {
    const drawn = Array.from({ length: 2000 }, () => randomBytes(24).toString('base64url'));
    expect(drawn.filter((one) => guessBitsOf(one) < 2 * MIN_GUESS_BITS)).toEqual([]);
  });
});

describe('whether a key was drawn at random', () => {
  it('of what was drawn, always', () => {
    const drawn = Array.from({ length: 5000 }, () => randomBytes(32));
    expect(drawn.filter((one) => !isRandomKey(one))).toEqual([]);
  });

  it.each([
    ['zeros', Buffer.alloc(32)],
    ['counted up', Buffer.from(Array.from({ length: 32 }, (_, index) => index))],
    ['counted down in steps', Buffer.from(Array.from({ length: 32 }, (_, index) => 255 - 5 * index))],
    ['one half twice', Buffer.concat([Buffer.from('0123456789abcdef'), Buffer.from('0123456789abcdef')])],
    ['a sentence', Buffer.from('the quick brown fox jumps over: ')],
    ['too short', randomBytes(31)],
  ])('of %s, not', (_what, bytes) => {
    expect(isRandomKey(bytes)).toBe(false);
  });
});
