import type { Manifest } from '@turnpike/protocol';
import { Catalogue } from './catalogue.js';

const STEP = { refuses: false, undo: true, event: null };
const NONE = { register: [], update: [], delete: [], restore: [], purge: [] };

/** An application with one operation, whose steps depend on nothing that it holds. */
function library(): Catalogue {
  return new Catalogue({
    subject: {
      type: 'user',
      service: 'people',
      table: 'people.users',
      steps: NONE,
      confirm: '',
      follows: {},
    },
    services: [{ service: 'shelf', version: '1', steps: [{ ...STEP, name: 'shelf.drop' }] }],
    operations: [{ kind: 'book.drop', allow: ['anyone'], steps: ['shelf.drop'] }],
    reads: [],
    callOf: () => undefined,
    subjectEnd: () => ({ voidsSessionsBefore: undefined, confirmed: undefined }),
    everyStep: {},
  });
}

/** A service whose rows follow that operation, and that brings one of its own. */
const POINTS: Manifest = {
  ...{ manifest: 1, service: 'points', version: '1' },
  steps: [{ ...STEP, name: 'points.revoke' }],
  operations: [{ kind: 'points.earn', allow: ['user'], steps: ['points.revoke'] }],
  relations: [
    {
      ...{ name: 'entries', from: 'points.entries.book_id', to: 'shelf.books.id' },
      on: { 'book.drop': { kind: 'cascade', step: 'points.revoke' } },
    },
  ],
};

const SHELF = { name: 'shelf.drop', service: 'shelf' };
const REVOKE = { name: 'points.revoke', service: 'points' };

describe('the steps of an operation', () => {
  it('are planned anew when services join and leave', () => {
    const catalogue = library();
    expect(catalogue.stepsOf('book.drop', {})).toEqual([SHELF]);
    catalogue.apply([POINTS]);
    expect(catalogue.stepsOf('book.drop', {})).toEqual(expect.arrayContaining([SHELF, REVOKE]));
    catalogue.apply([]);
    expect(catalogue.stepsOf('book.drop', {})).toEqual([SHELF]);
  });

  it('are not told before it is known which services have joined', () => {
    const catalogue = library();
    catalogue.expectManifests(() => Promise.resolve());
    expect(() => catalogue.stepsOf('book.drop', {})).toThrow('not read yet');
  });
});

describe('what may be asked for by somebody who is not signed in', () => {
  it('is what says so, of the application and of what has joined', () => {
    const catalogue = library();
    catalogue.apply([POINTS]);
    expect(['book.drop', 'points.earn', 'unknown'].map((kind) => catalogue.isAnonymous(kind))).toEqual([
      ...[true, false, false],
    ]);
  });
});
