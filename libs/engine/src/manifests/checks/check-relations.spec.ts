import 'reflect-metadata';
import { wrongIn, withRelation, stepsWith } from '../../../../../test/support/manifests.js';

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
