import { trailOf, valueAt, withNullAt } from './json-pointers.js';

const DOCUMENT = { a: { 'b/c': [{ d: 1 }, { d: 2, e: 3 }] }, f: 'g' };

describe('a JSON pointer', () => {
  it('names the members on its way', () => {
    expect(trailOf('/a/b~1c/0/~0')).toEqual(['a', 'b/c', '0', '~']);
  });

  it.each([
    ['/f', 'g'],
    ['/a/b~1c/1/d', 2],
    ['/a/b', undefined],
    ['/f/length', undefined],
    ['/toString', undefined],
  ])('%s points to what is there, or to nothing', (pointer, value) => {
    expect(valueAt(DOCUMENT, pointer)).toEqual(value);
  });

  it('is where null is put, in each item of a list, and nowhere else', () => {
    expect(withNullAt(DOCUMENT, '/f')).toEqual({ ...DOCUMENT, f: null });
    expect(withNullAt(DOCUMENT, '/a/b~1c/0/e')).toEqual({
      ...{ a: { 'b/c': [{ d: 1 }, { d: 2, e: null }] }, f: 'g' },
    });
    expect(withNullAt(DOCUMENT, '/f/length')).toEqual(DOCUMENT);
    expect(DOCUMENT.f).toBe('g');
  });
});
