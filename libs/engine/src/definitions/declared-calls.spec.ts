import type { RelationDeclaration } from '@turnpike/protocol';
import { declaredCall, type Sending } from './declared-calls.js';
import type { Answers } from './outcome.js';
import { relationOf } from './relations.js';

const NOTES: RelationDeclaration = {
  ...{ name: 'notes', from: 'desk.notes.letter_id', to: 'post.letters.id' },
  copies: { title: 'title', weight: '/parcel/weight', nothing: '/parcel/colour' },
  on: {
    'letter.send': { kind: 'copy', step: 'desk.copy' },
    'letter.tear': { kind: 'cascade', step: 'desk.tear' },
  },
};
const MARKS: RelationDeclaration = {
  ...{ name: 'marks', from: 'pen.marks.note_id', to: 'desk.notes.id' },
  copies: { number: 'number' },
  on: { 'letter.send': { kind: 'copy', step: 'pen.copy' }, 'desk.file': { kind: 'copy', step: 'pen.copy' } },
};
const SENT: Answers = {
  'post.send': { title: 'a letter', parcel: { weight: 7 }, secret: 's' },
  'desk.copy': { number: 17 },
};

function sending(relations: readonly RelationDeclaration[]): Sending {
  const operations = [{ kind: 'desk.note', steps: ['desk.note'] }];
  return {
    subject: {
      confirm: 'crew.confirm',
      steps: { register: ['crew.join'], update: ['crew.change'] },
    } as never,
    relations: relations.map(relationOf),
    manifests: [{ manifest: 1, service: 'desk', version: '1', operations }],
    of: (kind) => ({ steps: [kind === 'desk.note' ? 'desk.note' : 'post.send'] }),
    step: () => {
      throw new Error('not asked for');
    },
  };
}

function inputOf(step: string, kind: string, answers: Answers, relations = [NOTES, MARKS]): unknown {
  const operation = {
    ...{ id: 'o', kind, userId: 'u', actorId: null, seq: 2, target: { type: 'letter', id: 'l' } },
    payload: { typed: 'by a user' },
  };
  const { input } = declaredCall(step, sending(relations)).body(operation, answers) as { input: unknown };
  return input;
}

describe('the input of a step that relations add', () => {
  it('has the columns that rows copy of the answer of the step that wrote what they refer to', () => {
    expect(inputOf('desk.copy', 'letter.send', SENT)).toEqual({ title: 'a letter', weight: 7 });
  });

  it('has them of rows between, which were written before it', () => {
    expect(inputOf('pen.copy', 'letter.send', SENT)).toEqual({ number: 17 });
  });

  it('has them of the step that the rule is for', () => {
    expect(inputOf('pen.copy', 'desk.clear', { 'desk.file': { number: 18 } })).toEqual({ number: 18 });
  });

  it('has those of all relations that the step serves', () => {
    const more = { ...NOTES, name: 'more', from: 'desk.more.letter_id', copies: { kept: 'title' } };
    expect(inputOf('desk.copy', 'letter.send', SENT, [NOTES, more])).toMatchObject({
      weight: 7,
      kept: 'a letter',
    });
  });

  it('is empty where it copies nothing, also of an operation of its own service that it is not declared for', () => {
    expect(inputOf('desk.tear', 'letter.tear', SENT)).toEqual({});
    expect(inputOf('desk.tear', 'desk.note', SENT)).toEqual({});
    expect(inputOf('desk.note', 'desk.note', {})).toEqual({ typed: 'by a user' });
  });

  it('has the members of a user, and the name', () => {
    const people: RelationDeclaration = {
      ...{ name: 'people', from: 'desk.people.user_id', to: 'crew.people.id' },
      copies: { mail: 'email', called: 'name' },
      update: { kind: 'copy', step: 'desk.rename' },
    };
    const changed = { 'crew.change': { firstName: 'Ada', lastName: 'Byron', email: 'a@example.com' } };
    expect(inputOf('desk.rename', 'user.update', changed, [people])).toEqual({
      ...{ mail: 'a@example.com', called: 'Ada Byron' },
    });
    const { copies: _copies, ...named } = people;
    expect(inputOf('desk.rename', 'user.update', changed, [named])).toEqual({ name: 'Ada Byron' });
  });
});
