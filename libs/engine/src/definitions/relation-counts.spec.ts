import type { RelationDeclaration } from '@turnpike/protocol';
import { withCounts } from './relation-counts.js';
import { relationOf } from './relations.js';

const NOTES: RelationDeclaration = {
  ...{ name: 'desk.notes', from: 'desk.notes.letter_id', to: 'post.letters.id' },
  delete: { kind: 'cascade', step: 'desk.close', counts: 'closed' },
  purge: { kind: 'anonymise', step: 'desk.purge' },
  on: { 'letter.tear': { kind: 'cascade', step: 'desk.tear', counts: 'torn' } },
};
const MARKS: RelationDeclaration = {
  ...{ name: 'pen.marks', from: 'pen.marks.note_id', to: 'desk.notes.id' },
  on: { 'desk.tear': { kind: 'anonymise', step: 'pen.wipe', counts: '/wiped/marks' } },
};
const RELATIONS = [NOTES, MARKS].map(relationOf);

const applied = (name: string) => ({ name, service: 'desk', state: 'applied' as const, attempts: 1 });
const STEPS = ['post.tear', 'desk.tear', 'pen.wipe'].map(applied);

function countsOf(answers: Record<string, Record<string, unknown>>, steps = STEPS): unknown[] {
  const torn = { kind: 'letter.tear', effect: 'writes' as const, answers };
  return withCounts(steps, torn, RELATIONS).flatMap(({ counts = [] }) => counts);
}

describe('what an operation did to rows', () => {
  it('is told of each relation by what the answers say: a number, or a list', () => {
    expect(countsOf({ 'desk.tear': { torn: ['a', 'b'] }, 'pen.wipe': { wiped: { marks: 3 } } })).toEqual([
      { relation: 'desk.notes', rule: 'cascade', rows: 2 },
      { relation: 'pen.marks', rule: 'anonymise', rows: 3 },
    ]);
    expect(countsOf({ 'desk.tear': { torn: 0 } })).toEqual([
      { relation: 'desk.notes', rule: 'cascade', rows: 0 },
    ]);
  });

  it('is not told where an answer has no count', () => {
    expect(countsOf({ 'desk.tear': { torn: 'two' }, 'pen.wipe': { wiped: null } })).toEqual([]);
    expect(countsOf({ 'desk.tear': {} })).toEqual([]);
  });

  it('is told with the step that did it, and leaves the others as they are', () => {
    const steps = withCounts(
      STEPS,
      { kind: 'letter.tear', effect: 'writes', answers: { 'desk.tear': { torn: 1 } } },
      RELATIONS,
    );
    expect(steps[0]).toBe(STEPS[0]);
    expect(steps[1]).toMatchObject({ name: 'desk.tear', counts: [{ rows: 1 }] });
  });

  it('is told of what happens to a user by the rule for that, and of no other', () => {
    const steps = ['desk.close', 'desk.purge'].map(applied);
    const answers = { 'desk.close': { closed: 4, torn: 9 }, 'desk.purge': { closed: 5 } };
    const told = (effect: 'closes' | 'ends' | 'reopens'): unknown[] =>
      withCounts(steps, { kind: 'user.any', effect, answers }, RELATIONS).flatMap(
        ({ counts = [] }) => counts,
      );
    expect(told('closes')).toEqual([{ relation: 'desk.notes', rule: 'cascade', rows: 4 }]);
    expect(told('ends')).toEqual([]);
    expect(told('reopens')).toEqual([]);
  });
});
