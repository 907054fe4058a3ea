import {
  declareProblems,
  entryOf,
  isProblemCode,
  PROBLEM_CODES,
  problemBody,
  type ProblemCode,
} from './problems.js';

const ENTRY = { status: 409, title: 'The lamp is lit', help: 'Blow it out.' };

describe('a problem that is declared', () => {
  it('is answered and explained as any other, and listed where it belongs', () => {
    expect(isProblemCode('lamp-lit')).toBe(false);
    declareProblems({ 'lamp-lit': ENTRY }, 'user-deleting');
    expect(isProblemCode('lamp-lit')).toBe(true);
    expect(entryOf('lamp-lit')).toEqual(ENTRY);
    expect(problemBody('lamp-lit' as ProblemCode)).toMatchObject({ code: 'lamp-lit', status: 409 });
    const codes: readonly string[] = PROBLEM_CODES;
    expect(codes[codes.indexOf('lamp-lit') + 1]).toBe('user-deleting');
  });

  it('has one place in the list, however often it is declared, and the newest words', () => {
    declareProblems({ 'lamp-out': ENTRY });
    declareProblems({ 'lamp-out': { ...ENTRY, title: 'The lamp is out' } });
    expect(PROBLEM_CODES.filter((code: string) => code === 'lamp-out')).toHaveLength(1);
    expect(entryOf('lamp-out')!.title).toBe('The lamp is out');
  });
});

it('knows no code of an object’s own members', () => {
  expect(['toString', '__proto__', 'constructor'].filter(isProblemCode)).toEqual([]);
});
