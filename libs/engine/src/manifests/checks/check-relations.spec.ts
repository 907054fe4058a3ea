import 'reflect-metadata';
import { LOYALTY, wrongIn, withRelation, stepsWith } from '../../../../../test/support/manifests.js';
import { mayAnswer } from './pointers.js';

describe('a relation is refused', () => {
  const place = 'relations/0 (loyalty.accounts)';
  const restricting = { delete: { kind: 'restrict', step: 'loyalty.close' } };

  it.each<[string, object, string]>([
    [
      'without a step that carries it out',
      withRelation({ delete: { kind: 'cascade', step: 'loyalty.shut' } }),
      `${place}: its step loyalty.shut is declared by no service`,
    ],
    [
      'with a step of another service',
      withRelation({ purge: { kind: 'anonymise', step: 'ordering.purge-customer' } }),
      `${place}: its step ordering.purge-customer is of another service`,
    ],
    [
      'that is followed by no step',
      withRelation({ follow: 'loyalty.follow' }),
      `${place}: its step loyalty.follow is declared by no service`,
    ],
    [
      'that is followed by a step that may be refused',
      stepsWith('loyalty.follow-user', { refuses: true }),
      `${place}: is followed by loyalty.follow-user, which may be refused`,
    ],
    [
      'from the rows of another service',
      withRelation({ from: 'ordering.orders.user_id' }),
      `${place}: refers from ordering.orders.user_id, which is of another service`,
    ],
    [
      'to what nobody declares',
      withRelation({ to: 'identity.persons.id' }),
      `${place}: refers to identity.persons.id, which is declared by no service`,
    ],
    [
      'with a rule for a kind that nobody declares',
      withRelation({ on: { 'order.void': { kind: 'cascade', step: 'loyalty.revoke' } } }),
      `${place}: has a rule for order.void, which is declared by no service`,
    ],
    [
      'with a rule for a deletion as for any other operation',
      withRelation({ on: { 'user.delete': { kind: 'retain' } } }),
      `${place}: has a rule for user.delete in on, and not by the name of what happens to the user`,
    ],
    [
      'that restricts by a step that cannot be undone',
      { ...withRelation(restricting), ...stepsWith('loyalty.close', { refuses: true, undo: false }) },
      `${place}: restricts delete by loyalty.close, which cannot be undone`,
    ],
    [
      'that restricts by a step that never refuses',
      withRelation(restricting),
      `${place}: restricts delete by loyalty.close, which never refuses`,
    ],
    [
      'whose rows nothing erases',
      withRelation({ purge: undefined }),
      `${place}: holds something of a user, and no rule for purge erases it: loyalty.accounts.user_id`,
    ],
    [
      'whose rows a purge retains',
      withRelation({ purge: { kind: 'retain' } }),
      `${place}: holds something of a user, and no rule for purge erases it: loyalty.accounts.user_id`,
    ],
  ])('%s', (_what, change, line) => {
    expect(wrongIn(change)).toEqual([line]);
  });

  it('whose rows reach a user that nothing erases by way of other rows', () => {
    const accounts = { purge: undefined };
    const notes = { name: 'loyalty.notes', from: 'loyalty.notes.account_id', to: 'loyalty.accounts.id' };
    expect(wrongIn(withRelation(accounts, [notes]))).toEqual([
      expect.stringContaining('relations/0 (loyalty.accounts): holds something of a user'),
      expect.stringContaining('relations/2 (loyalty.notes): holds something of a user'),
    ]);
    expect(wrongIn(withRelation({}, [notes]))).toEqual([]);
  });

  it('that leads back to its own table', () => {
    const [there, back] = [
      { name: 'loyalty.notes', from: 'loyalty.notes.account_id', to: 'loyalty.accounts.id' },
      { name: 'loyalty.last-notes', from: 'loyalty.accounts.last_note_id', to: 'loyalty.notes.id' },
    ];
    expect(wrongIn(withRelation({}, [there, back]))).toEqual([
      'relations/2 (loyalty.notes): refers to itself: loyalty.notes to loyalty.accounts to loyalty.notes',
      'relations/3 (loyalty.last-notes): refers to itself: loyalty.accounts to loyalty.notes to loyalty.accounts',
    ]);
    expect(wrongIn(withRelation({}, [{ ...there, from: 'loyalty.accounts.parent_id' }]))).toEqual([
      'relations/2 (loyalty.notes): refers to itself: loyalty.accounts to loyalty.accounts',
    ]);
  });

  it.each<[string, object, string]>([
    [
      'a deletion',
      stepsWith('loyalty.close', { refuses: true, undo: false }),
      'the plan of delete has loyalty.close, which may be refused, behind identity.delete, which cannot be undone',
    ],
    [
      'a purge',
      stepsWith('loyalty.purge', { refuses: true }),
      'the plan of purge has loyalty.purge, which may be refused, behind identity.purge, which cannot be undone',
    ],
  ])('with a step that leaves no way out of %s', (_what, change, complaint) => {
    expect(wrongIn(change)).toEqual([`${place}: ${complaint}`]);
  });

  it('with a step that leaves no way out of an operation on what it refers to', () => {
    expect(wrongIn(stepsWith('loyalty.revoke', { refuses: true, undo: false }))).toEqual([
      'relations/1 (loyalty.entries): the plan of order.cancel has loyalty.revoke, which may be refused, behind ordering.cancel, which cannot be undone',
    ]);
  });

  it('with a step that can be undone it may refuse', () => {
    expect(wrongIn(stepsWith('loyalty.close', { refuses: true, undo: true }))).toEqual([]);
    expect(wrongIn(stepsWith('loyalty.revoke', { refuses: true, undo: true }))).toEqual([]);
    expect(
      wrongIn({ ...withRelation(restricting), ...stepsWith('loyalty.close', { refuses: true }) }),
    ).toEqual([]);
  });
});

/** Notes that are taken of what is redeemed, beside what LOYALTY has. */
function withNotes(change: object, step: object = {}): object {
  const note = { name: 'loyalty.note', refuses: false, undo: false, event: null, ...step };
  const notes = {
    name: 'loyalty.notes',
    from: 'loyalty.notes.account_id',
    to: 'loyalty.accounts.id',
    ...change,
  };
  return { ...withRelation({}, [notes]), steps: [...LOYALTY.steps!, note] };
}

describe('a copy, or a count, is refused', () => {
  const place = 'relations/2 (loyalty.notes)';
  const copying = { 'loyalty.redeem': { kind: 'copy', step: 'loyalty.note' } };
  const counting = { 'loyalty.redeem': { kind: 'cascade', step: 'loyalty.note', counts: 'notes' } };
  const answer = { type: 'object', properties: { noted: { type: 'integer' } } };

  it.each<[string, object, string]>([
    [
      'that does not say of what',
      withNotes({ on: copying }),
      'copies on loyalty.redeem, and does not say what',
    ],
    [
      'of a member that the operation does not result in',
      withNotes({ on: copying, copies: { balance: 'points', why: 'reason' } }),
      'copies reason, which loyalty.redeem does not answer',
    ],
    [
      'of rows that nothing writes then',
      withNotes({ on: { 'order.pay': copying['loyalty.redeem'] }, copies: { paid: 'total' } }),
      'copies on order.pay, of which no step writes what it refers to: loyalty.accounts.id',
    ],
    [
      'of a member that the step between does not answer',
      {
        ...withNotes({
          ...{ to: 'loyalty.entries.id', copies: { lost: 'points' } },
          on: { 'order.cancel': { kind: 'copy', step: 'loyalty.note' } },
        }),
        steps: [
          ...(stepsWith('loyalty.revoke', { answer }) as { steps: object[] }).steps,
          { name: 'loyalty.note', refuses: false, undo: false, event: null },
        ],
      },
      'copies points, which loyalty.revoke does not answer',
    ],
    [
      'by what the step does not answer',
      withNotes({ on: counting }, { answer }),
      'counts by notes, which loyalty.note does not answer',
    ],
    [
      'of rows to which nothing is done',
      withNotes({ on: { 'loyalty.redeem': { kind: 'retain', counts: 'notes' } } }),
      'on.loyalty.redeem: property counts should not exist',
    ],
    [
      'by a step that may be refused, of what is final',
      withNotes({ on: copying, copies: { balance: 'points' } }, { refuses: true, undo: true }),
      'the plan of loyalty.redeem has loyalty.note, which may be refused, behind loyalty.redeem, which cannot be undone',
    ],
  ])('%s', (_what, change, complaint) => {
    const lines = wrongIn(change);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain(place);
    expect(lines[0]).toContain(complaint);
  });

  it('of what a user does not have, each once', () => {
    const copy = { kind: 'copy', step: 'loyalty.note' };
    const copies = { mail: 'email', called: 'name', size: 'shoe' };
    const people = { to: 'identity.users.id', purge: { kind: 'anonymise', step: 'loyalty.purge' }, copies };
    expect(wrongIn(withNotes({ ...people, register: copy, update: copy }))).toEqual([
      `${place}: copies shoe, which a user does not have`,
    ]);
  });

  it('that is made of an answer behind it', () => {
    const copy = (step: string): object => ({ kind: 'copy', step });
    const step = { refuses: false, undo: false, event: null };
    const notes = {
      ...{
        name: 'loyalty.notes',
        from: 'loyalty.notes.entry_id',
        to: 'loyalty.entries.id',
        copies: { a: 'a' },
      },
      on: { 'loyalty.mark': copy('loyalty.note') },
    };
    const marks = {
      ...{ name: 'loyalty.marks', from: 'loyalty.marks.note_id', to: 'loyalty.notes.id', copies: { b: 'b' } },
      on: { 'loyalty.revoke': copy('loyalty.mark') },
    };
    const steps = [...LOYALTY.steps!, { name: 'loyalty.note', ...step }, { name: 'loyalty.mark', ...step }];
    expect(wrongIn({ ...withRelation({}, [notes, marks]), steps })).toEqual([
      `${place}: the plan of order.cancel has loyalty.note, which copies the answer of loyalty.mark, before it`,
    ]);
  });

  it('in nothing else', () => {
    expect(wrongIn(withNotes({ on: copying, copies: { balance: 'points' } }))).toEqual([]);
    expect(wrongIn(withNotes({ on: counting }))).toEqual([]);
    const noted = { 'loyalty.redeem': { ...counting['loyalty.redeem'], counts: 'noted' } };
    expect(wrongIn(withNotes({ on: noted }, { answer }))).toEqual([]);
    const entries = {
      to: 'loyalty.entries.id',
      on: { 'loyalty.revoke': { kind: 'cascade', step: 'loyalty.note' } },
    };
    expect(wrongIn(withNotes(entries))).toEqual([]);
  });
});

describe('a rule for a step is refused', () => {
  const place = 'relations/2 (loyalty.notes)';
  const at = (step: string): object =>
    withNotes({ on: { [step]: { kind: 'cascade', step: 'loyalty.note' } } });

  it('of another service than the one that is referred to', () => {
    expect(wrongIn(at('ordering.pay'))).toEqual([
      `${place}: has a rule for the step ordering.pay, and refers to nothing of its service`,
    ]);
  });

  it.each(['loyalty.close', 'loyalty.follow-user', 'identity.delete'])(
    'by which something happens to a user: %s',
    (step) => {
      expect(wrongIn(at(step))).toEqual([
        `${place}: has a rule for ${step} in on, and not by the name of what happens to the user`,
      ]);
    },
  );
});

it('of a class is known what it has, where the build has told, and else anything is possible', () => {
  class Parcel {
    static _OPENAPI_METADATA_FACTORY = (): object => ({ weight: {} });
  }
  class Letter extends Parcel {
    static override _OPENAPI_METADATA_FACTORY = (): object => ({ title: {} });
  }
  class Untold {}
  const members = ['title', 'weight', '/weight/grams', 'colour', '/colour'];
  expect(members.filter((member) => mayAnswer(Letter, member))).toEqual(['title', 'weight', '/weight/grams']);
  expect(members.filter((member) => mayAnswer(Untold, member))).toEqual(members);
  expect(members.filter((member) => mayAnswer({ type: 'object' }, member))).toEqual(members);
});
