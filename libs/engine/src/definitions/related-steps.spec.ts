import type { RelationDeclaration } from '@turnpike/protocol';
import { deadEndIn, type Finality } from './finality.js';
import { type Addition, additionsTo, planOf } from './related-steps.js';

/*
 * Four tables one behind the other: marks refer to notes, notes to letters, letters to people. Letters are sent, and torn up.
 */

const NOTES: RelationDeclaration = { name: 'notes', from: 'desk.notes.letter_id', to: 'post.letters.id' };
const MARKS: RelationDeclaration = { name: 'marks', from: 'pen.marks.note_id', to: 'desk.notes.id' };
const LETTERS: RelationDeclaration = { name: 'letters', from: 'post.letters.user_id', to: 'crew.people.id' };

const FINAL = { refuses: true, undo: false };
const UNDOABLE = { refuses: false, undo: true };
const FOLLOWING = { refuses: false, undo: false };

const TEAR = { occasion: 'letter.tear', isEvent: false };
const SEND = { occasion: 'letter.send', isEvent: false };

function additions(relations: RelationDeclaration[], own = ['post.tear'], occasion = TEAR): Addition[] {
  return additionsTo(own, occasion, [LETTERS, ...relations]);
}

function plan(added: Addition[], steps: Record<string, Finality>, own = ['post.tear']): string[] {
  return planOf(own, added, (name) => steps[name] ?? FINAL);
}

describe('rows that go', () => {
  const notes = { ...NOTES, on: { 'letter.tear': { kind: 'cascade', step: 'desk.tear' } } } as const;
  const marks = { ...MARKS, on: { 'letter.tear': { kind: 'cascade', step: 'pen.wipe' } } } as const;

  it('go before what they refer to, however many tables there are between, and in whatever order they are declared', () => {
    const steps = { 'desk.tear': UNDOABLE, 'pen.wipe': UNDOABLE, 'post.tear': UNDOABLE };
    for (const declared of [
      [notes, marks],
      [marks, notes],
    ])
      expect(plan(additions(declared), steps)).toEqual(['pen.wipe', 'desk.tear', 'post.tear']);
  });

  it('go behind what decides whether they go, where they cannot come back', () => {
    const steps = { 'desk.tear': FOLLOWING, 'pen.wipe': UNDOABLE };
    expect(plan(additions([notes, marks]), steps)).toEqual(['pen.wipe', 'post.tear', 'desk.tear']);
  });

  it('go by the step at what they refer to, whatever that is part of', () => {
    const byStep = { ...MARKS, on: { 'desk.tear': { kind: 'cascade', step: 'pen.wipe' } } } as const;
    const steps = { 'desk.tear': UNDOABLE, 'pen.wipe': UNDOABLE };
    expect(plan(additions([byStep, notes]), steps)).toEqual(['pen.wipe', 'desk.tear', 'post.tear']);
    expect(additions([byStep])).toEqual([]);
    expect(plan(additions([byStep, notes], ['post.tear'], SEND), steps)).toEqual(['post.tear']);
  });

  it('go by one step, where one is named for the kind and for the step of that name', () => {
    const both = { ...NOTES, on: { 'letter.tear': { kind: 'cascade', step: 'desk.tear' } } } as const;
    const found = additionsTo(['letter.tear'], TEAR, [LETTERS, both]);
    expect(found.map(({ step }) => step)).toEqual(['desk.tear']);
  });

  it('go by a chain that leads back, and go once', () => {
    const there = { ...NOTES, on: { 'post.tear': { kind: 'cascade', step: 'desk.tear' } } } as const;
    const back = { ...LETTERS, on: { 'desk.tear': { kind: 'cascade', step: 'post.tear' } } } as const;
    const found = additionsTo(['post.tear'], TEAR, [there, back]);
    expect(plan(found, { 'desk.tear': UNDOABLE })).toEqual(['desk.tear', 'post.tear']);
  });
});

describe('rows that come', () => {
  const restore = { occasion: 'restore', isEvent: true };
  const back = (relation: RelationDeclaration, step: string): RelationDeclaration => ({
    ...{ ...relation, restore: { kind: 'cascade', step } },
  });

  it('come behind what they refer to', () => {
    const declared = [back(MARKS, 'pen.back'), back(NOTES, 'desk.back'), back(LETTERS, 'post.back')];
    const found = additionsTo(['crew.back'], restore, declared);
    expect(planOf(['crew.back'], found, () => UNDOABLE)).toEqual([
      ...['crew.back', 'post.back', 'desk.back', 'pen.back'],
    ]);
  });
});

describe('a copy', () => {
  const copies = {
    ...NOTES,
    copies: { text: 'text' },
    on: { 'letter.send': { kind: 'copy', step: 'desk.copy' } },
  } as const;
  const further = {
    ...MARKS,
    copies: { text: 'text' },
    on: { 'letter.send': { kind: 'copy', step: 'pen.copy' } },
  } as const;
  const sent = (declared: RelationDeclaration[]): Addition[] => additions(declared, ['post.send'], SEND);

  it('is made behind the answer that it is made of, even if it can be taken back and that cannot', () => {
    const steps = { 'desk.copy': UNDOABLE };
    expect(plan(sent([copies]), steps, ['post.send'])).toEqual(['post.send', 'desk.copy']);
    expect(sent([copies])[0]!.source).toBe('post.send');
  });

  it('of a copy is made behind that', () => {
    const steps = { 'desk.copy': FOLLOWING, 'pen.copy': UNDOABLE };
    expect(plan(sent([further, copies]), steps, ['post.send'])).toEqual([
      'post.send',
      'desk.copy',
      'pen.copy',
    ]);
    expect(sent([further, copies]).map(({ source }) => source)).toEqual(['desk.copy', 'post.send']);
  });

  it('that may be refused is in the way of a final step, as the check of plans finds', () => {
    const steps = { 'desk.copy': { refuses: true, undo: true } };
    const order = plan(sent([copies]), steps, ['post.send']);
    const named = order.map((name) => ({ name, ...((steps as Record<string, Finality>)[name] ?? FINAL) }));
    expect(deadEndIn(named)).toMatchObject({ final: { name: 'post.send' }, refusing: { name: 'desk.copy' } });
  });

  it('has no source where nobody writes what it refers to', () => {
    expect(sent([further])[0]!.source).toBeUndefined();
  });
});

it('leaves the steps of the operation in the order that it declares', () => {
  const notes = { ...NOTES, on: { 'letter.tear': { kind: 'cascade', step: 'desk.tear' } } } as const;
  const own = ['post.look', 'post.ask'];
  const steps = { 'post.look': UNDOABLE, 'post.ask': { refuses: true, undo: true }, 'desk.tear': FOLLOWING };
  expect(plan(additions([notes], own), steps, own)).toEqual(['post.look', 'post.ask', 'desk.tear']);
});
