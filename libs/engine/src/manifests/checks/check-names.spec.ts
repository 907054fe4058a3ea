import 'reflect-metadata';
import {
  LOYALTY,
  SURROUNDINGS,
  wrongIn,
  withOperation,
  withRelation,
  withRead,
  withStep,
  READ,
} from '../../../../../test/support/manifests.js';
import { complaintsAbout } from './check-manifest.js';
import { readManifest } from '../form/read-manifest.js';

describe('a manifest', () => {
  it('that can be carried out is accepted', () => {
    expect(wrongIn({})).toEqual([]);
  });

  it('that says nothing is one, too', () => {
    const text = JSON.stringify({ manifest: 1, service: 'loyalty', version: '1' });
    expect(complaintsAbout(readManifest(text, 'loyalty').manifest!, SURROUNDINGS)).toEqual([]);
  });

  it('has all its mistakes told', () => {
    const change = {
      ...withOperation({ steps: ['loyalty.reedem'] }),
      ...withRelation({ to: 'identity.user.id' }),
    };
    expect(wrongIn(change)).toEqual([
      'operations/0 (loyalty.redeem): its step loyalty.reedem is declared by no service',
      'relations/0 (loyalty.accounts): refers to identity.user.id, which is declared by no service',
    ]);
  });
});

describe('a name or a route', () => {
  it.each<[string, object, string]>([
    [
      'kind',
      withOperation({ kind: 'order.pay' }),
      'operations/0 (order.pay): the kind order.pay is taken by ordering',
    ],
    [
      'resource type',
      { resources: [...LOYALTY.resources!, { type: 'order', path: '/v1/points' }] },
      'resources/1 (order): the resource type order is taken by ordering',
    ],
    [
      'relation',
      withRelation({ name: 'ordering.customers' }),
      'relations/0 (ordering.customers): the relation ordering.customers is taken by ordering',
    ],
    [
      'problem',
      { problems: [...LOYALTY.problems!, { code: 'order-state-conflict', status: 409, title: 'No' }] },
      'problems/1 (order-state-conflict): the problem order-state-conflict is taken by ordering',
    ],
    [
      'route',
      withOperation({ method: 'POST', path: '/v1/orders', lane: 'caller' }),
      'operations/0 (loyalty.redeem): the route POST /v1/orders is taken by ordering (/v1/orders)',
    ],
    [
      'route with other parameters',
      withOperation({ path: '/v1/orders/{order}/pay', lane: 'caller' }),
      'operations/0 (loyalty.redeem): the route POST /v1/orders/{order}/pay is taken by ordering (/v1/orders/{id}/pay)',
    ],
    [
      'route that a parameter covers',
      withRead({ path: '/v1/orders/mine', lane: 'caller', internal: '/internal/mine' }),
      'reads/0 (/internal/mine): the route GET /v1/orders/mine is taken by ordering (/v1/orders/{id})',
    ],
    [
      'route that covers one',
      withRead({ path: '/v1/users/{userId}/{what}' }),
      'reads/0 (/internal/points/{userId}): the route GET /v1/users/{userId}/{what} is taken by the gateway (/v1/users/:userId/sessions)',
    ],
    [
      'route of sessions',
      withOperation({ path: '/v1/sessions', lane: 'caller' }),
      'operations/0 (loyalty.redeem): the route POST /v1/sessions is taken by the gateway (/v1/sessions)',
    ],
  ])('that is taken is refused: a %s', (_what, change, line) => {
    expect(wrongIn(change)).toEqual([line]);
  });

  it('that is taken by another manifest is refused', () => {
    const others = [...SURROUNDINGS.others, { ...LOYALTY, service: 'points' }];
    const lines = complaintsAbout(LOYALTY, { ...SURROUNDINGS, others });
    expect(lines).toContain('operations/0 (loyalty.redeem): the kind loyalty.redeem is taken by points');
    expect(lines).toContain('steps/0 (loyalty.redeem): the step loyalty.redeem is taken by points');
    expect(lines).toContain(
      'reads/0 (/internal/points/{userId}): the route GET /v1/users/{userId}/points is taken by points (/v1/users/{userId}/points)',
    );
  });

  it.each<[string, object, string]>([
    [
      'kind',
      withOperation({}, [{ kind: 'loyalty.redeem', after: 'order.pay', steps: ['loyalty.redeem'] }]),
      'operations/2 (loyalty.redeem): the kind loyalty.redeem is there twice',
    ],
    [
      'step',
      { steps: [...LOYALTY.steps!, LOYALTY.steps![0]] },
      'steps/7 (loyalty.redeem): the step loyalty.redeem is there twice',
    ],
    [
      'route',
      {
        reads: [
          READ,
          { ...READ, path: '/v1/users/{id}/points', lane: 'caller', internal: '/internal/points' },
        ],
      },
      'reads/1 (/internal/points): the route GET /v1/users/{id}/points is taken by loyalty (/v1/users/{userId}/points)',
    ],
  ])('that is there twice is refused: a %s', (_what, change, line) => {
    expect(wrongIn(change)).toEqual([line]);
  });

  it.each<[string, object, string]>([
    [
      'a problem of every service',
      { problems: [...LOYALTY.problems!, { code: 'not-found', status: 404, title: 'No' }] },
      `problems/1 (not-found): the problem not-found is the gateway's own`,
    ],
    [
      'a route of operators',
      withRead({ path: '/v1/ops/points', lane: 'caller', internal: '/internal/points' }),
      `reads/0 (/internal/points): the route GET /v1/ops/points is the gateway's own`,
    ],
  ])(`that is the gateway's own is refused: %s`, (_what, change, line) => {
    expect(wrongIn(change)).toEqual([line]);
  });

  it('may be like another one where no request fits both', () => {
    expect(
      wrongIn(
        withRead({ path: '/v1/orders/{id}/points', lane: 'resource', internal: '/internal/points/{id}' }),
      ),
    ).toEqual([]);
  });
});

describe('a step is refused', () => {
  it('that names another service', () => {
    expect(
      wrongIn({ ...withStep({ name: 'points.redeem' }), ...withOperation({ steps: ['loyalty.earn'] }) }),
    ).toEqual(['steps/0 (points.redeem): names another service: its steps begin with loyalty.']);
  });
});
