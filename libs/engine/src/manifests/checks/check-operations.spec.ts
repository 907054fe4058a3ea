import 'reflect-metadata';
import {
  wrongIn,
  withOperation,
  withFollowOn,
  withRead,
  stepsWith,
} from '../../../../../test/support/manifests.js';

describe('an operation is refused', () => {
  const place = 'operations/0 (loyalty.redeem)';

  it.each<[string, object, string]>([
    [
      'with a step that nobody has',
      withOperation({ steps: ['loyalty.reedem'] }),
      `${place}: its step loyalty.reedem is declared by no service`,
    ],
    [
      'with a step of another service',
      withOperation({ steps: ['ordering.cancel'] }),
      `${place}: its step ordering.cancel is of another service`,
    ],
    [
      'with a step twice',
      withFollowOn({ steps: ['loyalty.earn', 'loyalty.earn'] }),
      'operations/1 (loyalty.earn): its step loyalty.earn is there twice',
    ],
    [
      'with the effect of a deletion',
      withOperation({ effect: 'closes' }),
      `${place}: its effect closes is for the application alone`,
    ],
    [
      'with a method without a path',
      withOperation({ path: undefined }),
      `${place}: has one of method and path, and needs both`,
    ],
    [
      'that would never come about',
      withFollowOn({ after: undefined, input: undefined }),
      'operations/1 (loyalty.earn): has no route and follows nothing: loyalty.earn would never come about',
    ],
    [
      'with an input and nothing before it',
      withOperation({ input: { a: '/result' } }),
      `${place}: maps an input, and follows nothing`,
    ],
    [
      'without a lane',
      withOperation({ lane: undefined }),
      `${place}: has a route, and does not say in whose lane it is`,
    ],
    [
      'that nobody is allowed',
      withOperation({ allow: [] }),
      `${place}: has a route, and does not say who is allowed to use it`,
    ],
    [
      'that creates what it does not declare',
      withOperation({ creates: 'order' }),
      `${place}: creates order, which is no resource of its manifest`,
    ],
    [
      'with a problem that nobody declares',
      withOperation({ refuses: ['no-points'] }),
      `${place}: the problem no-points of its refusals is declared by no service`,
    ],
    [
      'with a lane that its path does not name',
      withOperation({ lane: 'path:user' }),
      `${place}: its lane is path:user, and its path has no {user}`,
    ],
    [
      'with a lane that its body does not have',
      withOperation({ lane: 'body:userId' }),
      `${place}: its lane is body:userId, which its body need not have`,
    ],
    [
      'with a lane that may be left out of its body',
      withOperation({ lane: 'body:reason' }),
      `${place}: its lane is body:reason, which its body need not have`,
    ],
    [
      'with the lane of a resource that its path does not name',
      withOperation({ lane: 'resource' }),
      `${place}: its lane is that of a resource, and its path names none by {id}`,
    ],
    [
      'with the lane of a resource that nobody declares',
      withOperation({ path: '/v1/things/{id}/redeem', lane: 'resource' }),
      `${place}: its lane is that of a resource, and its path names none by {id}`,
    ],
    [
      `with the caller's lane and no caller`,
      withOperation({ lane: 'caller', allow: ['anyone'] }),
      `${place}: its lane is the caller's, and it is allowed to anyone`,
    ],
    [
      'that is allowed to a word',
      withOperation({ allow: ['owner', 'boss'] }),
      `${place}: is allowed to boss, which is neither a role nor one of anyone, holder, user, owner, actor`,
    ],
    [
      'with a parameter twice',
      withOperation({ path: '/v1/users/{userId}/points/{userId}' }),
      `${place}: its path has {userId} twice`,
    ],
    [
      'with a body that is no schema',
      withOperation({ body: { type: 'objct' }, personal: [] }),
      `${place}: its body is no JSON Schema that can be compiled: schema is invalid: data/type must be`,
    ],
    [
      'with an unknown keyword',
      withOperation({ result: { typ: 'object' } }),
      `${place}: its result is no JSON Schema that can be compiled: strict mode: unknown keyword: "typ"`,
    ],
    [
      'with something personal that is not in its body',
      withOperation({ personal: ['/raeson'] }),
      `${place}: has nothing at /raeson of its body, which is to be personal`,
    ],
    [
      'with something personal and no body',
      withOperation({ body: null }),
      `${place}: has nothing at /reason of its body, which is to be personal`,
    ],
  ])('%s', (_what, change, line) => {
    expect(wrongIn(change)).toEqual([expect.stringContaining(line)]);
  });

  it.each<[string, object, string]>([
    [
      'of which nobody knows what it follows',
      withFollowOn({ after: 'order.paid' }),
      'follows order.paid, which is declared by no service',
    ],
    [
      'behind a deletion',
      withFollowOn({ after: 'user.delete' }),
      'follows user.delete, after which nothing of the user is written',
    ],
    [
      'behind a purge',
      withFollowOn({ after: 'user.purge' }),
      'follows user.purge, after which nothing of the user is written',
    ],
    [
      'behind itself',
      withFollowOn({ after: 'loyalty.earn' }),
      'follows itself: loyalty.earn follows loyalty.earn',
    ],
    [
      'with an input of nothing that there is',
      withFollowOn({ input: { a: '/order/id' } }),
      'its input a is of /order/id, which begins with none of /operation, /input, /answers, /result',
    ],
  ])('that follows another: %s', (_what, change, complaint) => {
    expect(wrongIn(change)).toEqual([`operations/1 (loyalty.earn): ${complaint}`]);
  });

  it('that follows itself by way of others', () => {
    const bonus = { kind: 'loyalty.bonus', after: 'loyalty.earn', steps: ['loyalty.earn'] };
    expect(wrongIn(withFollowOn({ after: 'loyalty.bonus' }, [bonus]))).toEqual([
      'operations/1 (loyalty.earn): follows itself: loyalty.earn follows loyalty.bonus follows loyalty.earn',
      'operations/2 (loyalty.bonus): follows itself: loyalty.bonus follows loyalty.earn follows loyalty.bonus',
    ]);
  });

  it('with a step that may be refused behind one that cannot be undone', () => {
    expect(wrongIn(withOperation({ steps: ['loyalty.earn', 'loyalty.redeem'] }))).toEqual([
      `${place}: its plan has loyalty.redeem, which may be refused, behind loyalty.earn, which cannot be undone`,
    ]);
    expect(
      wrongIn({
        ...withOperation({ steps: ['loyalty.earn', 'loyalty.redeem'] }),
        ...stepsWith('loyalty.earn', { undo: true }),
      }),
    ).toEqual([]);
  });
});

describe('an operation may', () => {
  it.each<[string, object]>([
    [
      'follow one whose first step can be refused',
      withFollowOn({ after: 'order.place', steps: ['loyalty.redeem'] }),
    ],
    [
      'be asked for and follow',
      withFollowOn({
        method: 'POST',
        path: '/v1/users/{userId}/points',
        lane: 'path:userId',
        allow: ['admin'],
      }),
    ],
    ['create a resource of its manifest', withOperation({ creates: 'account' })],
    ['be in the lane of an order', withOperation({ path: '/v1/orders/{id}/redeem', lane: 'resource' })],
    [
      'be in the lane that its body names',
      withOperation({
        lane: 'body:userId',
        body: {
          type: 'object',
          required: ['userId'],
          properties: { userId: { type: 'string' }, reason: {} },
        },
      }),
    ],
    [
      'have personal items of a list',
      withOperation({
        personal: ['/all/0/name'],
        body: {
          type: 'object',
          properties: { all: { type: 'array', items: { $ref: '#/$defs/one' } } },
          $defs: { one: { type: 'object', properties: { name: {} } } },
        },
      }),
    ],
    ['be refused with a problem of every service', withOperation({ refuses: ['version-conflict'] })],
  ])('%s', (_what, change) => {
    expect(wrongIn(change)).toEqual([]);
  });
});

describe('a read is refused', () => {
  it('whose internal address has a parameter that its path has not', () => {
    expect(wrongIn(withRead({ internal: '/internal/points/{id}' }))).toEqual([
      'reads/0 (/internal/points/{id}): its internal address has {id}, and its path has not',
    ]);
  });

  it('with something personal that is not in its result', () => {
    const result = { type: 'object', properties: { points: {}, note: {} } };
    expect(wrongIn(withRead({ result, personal: ['/note', '/reason'] }))).toEqual([
      'reads/0 (/internal/points/{userId}): has nothing at /reason of its result, which is to be personal',
    ]);
  });

  it('whose result is no schema', () => {
    expect(wrongIn(withRead({ result: { type: 'thing' } }))).toEqual([
      expect.stringContaining('reads/0 (/internal/points/{userId}): its result is no JSON Schema'),
    ]);
  });
});
