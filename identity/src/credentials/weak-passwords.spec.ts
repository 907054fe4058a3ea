import { complaintAbout } from './weak-passwords.js';

const GRACE = { email: 'grace.hopper@example.com', firstName: 'Grace', lastName: 'Hopper' };

describe('a password that somebody wants to have', () => {
  test.each(['correct horse battery', 'ünïcödé-päß', 'xy'.repeat(64), '🔑🗝️'.repeat(5)])(
    '%s is accepted',
    (password) => {
      expect(complaintAbout(password, GRACE)).toBeNull();
    },
  );

  test.each(['ninechars', '🔑'.repeat(9), 'x'.repeat(129), ''])('%s has a wrong length', (password) => {
    expect(complaintAbout(password, GRACE)).toMatch(/characters/);
  });

  test.each(['password123', 'PassWord123', '1234567890', 'qwertyuiop', 'ｑwertyuiop'])(
    '%s is too common',
    (password) => {
      expect(complaintAbout(password, GRACE)).toMatch(/common/);
    },
  );

  test.each([
    ...[
      'grace.hopper@example.com',
      'GRACE.hopper@EXAMPLE.com',
      'Grace.Hopper',
      'grace hopper',
      'hoppergrace',
    ],
    ...[
      'grace-hopper-1906',
      '99 Hopper 1906',
      'turnpike123',
      'TurnPike!!',
      '  turnpike  ',
      'turnpiketurnpike',
    ],
    ...['ｔｕｒｎｐｉｋｅ１２３', 'hopper@turnpike', 'Grace2024!'],
  ])('%s is what anybody would try first of that person', (password) => {
    expect(complaintAbout(password, GRACE)).toMatch(/made of/);
  });

  test.each(['          ', 'xxxxxxxxxxxxxx', '🔑'.repeat(12), 'aaaaaAAAAAA'])(
    '%s is one character alone',
    (password) => {
      expect(complaintAbout(password, GRACE)).toMatch(/one character/);
    },
  );

  test.each([
    'turnpikes are dear',
    'gracefully yours',
    'hop hop hopper, said Grace',
    '8173650294',
    'example.com is it',
  ])('%s has a word of the person in it, and more', (password) => {
    expect(complaintAbout(password, GRACE)).toBeNull();
  });

  test('of somebody with a short name is not made of it because it has its letters', () => {
    expect(complaintAbout('abbaabbaabab', { email: 'a@b.cd', firstName: 'A', lastName: 'B' })).toBeNull();
    expect(complaintAbout('turnpike123', null)).toMatch(/made of/);
  });
});
