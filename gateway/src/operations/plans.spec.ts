import { RELATION_EVENTS, type RelationRule, type StepDeclaration } from '@turnpike/protocol';
import { RELATIONS, STEPS } from '@turnpike/contracts';
import { Catalogue, followSaga, relationOf, sagaOf } from '@turnpike/engine';
import { LOYALTY } from '../../../test/support/manifests.js';
import { catalogueOf, definitionsOf } from './definitions.js';

const ALL = { paidOrders: 'restrict' } as const;
const SHOP = catalogueOf(ALL);

/** The shop as it would be if the relation of its customers were another one. */
function broken(change: object): () => Catalogue {
  const definitions = definitionsOf(ALL);
  const services = definitions.services.map(({ relations = [], ...service }) => ({
    ...service,
    relations: relations.map((relation) =>
      relation.name === 'ordering.customers' ? { ...relation, ...change } : relation,
    ),
  }));
  return () => new Catalogue({ ...definitions, services });
}

function stepNamed(name: string): StepDeclaration {
  return STEPS.find((step) => step.name === name)!;
}

describe('the saga of an event', () => {
  it.each([
    ['register', ['identity.register', 'ordering.create-customer']],
    ['update', ['identity.update', 'ordering.rename-customer', 'identity.release-email']],
    ['delete', ['ordering.delete-customer', 'identity.delete']],
    ['restore', ['identity.restore', 'ordering.restore-customer']],
    ['purge', ['identity.purge', 'ordering.purge-customer']],
  ] as const)('%s is computed from the relations', (event, steps) => {
    expect(sagaOf(event, SHOP)).toEqual(steps);
  });

  it.each(RELATION_EVENTS)(
    '%s sends what can refuse first, then its one decision, and what is final last',
    (event) => {
      const finality = (step: string): number =>
        (stepNamed(step).undo ? 0 : 2) + (stepNamed(step).refuses ? 0 : 1);
      const order = sagaOf(event, SHOP).map(finality);
      expect(order).toEqual(order.toSorted());
      expect(order.filter((rank) => rank === 2).length).toBeLessThan(2);
    },
  );

  it('has the steps of services that have joined, and no longer than they take part', () => {
    const shop = catalogueOf(ALL);
    shop.apply([LOYALTY]);
    expect(sagaOf('purge', shop)).toEqual(['identity.purge', 'ordering.purge-customer', 'loyalty.purge']);
    expect(followSaga(shop)).toEqual([
      ...['identity.confirm', 'ordering.follow-user', 'loyalty.follow-user'],
    ]);
    shop.apply([]);
    expect(sagaOf('purge', shop)).toEqual(['identity.purge', 'ordering.purge-customer']);
    expect(followSaga(shop)).toEqual(['identity.confirm', 'ordering.follow-user']);
  });

  it('copies a name only where one was changed, and frees an address only where one was given up', () => {
    const names = (payload: object): string[] =>
      SHOP.stepsOf('user.update', { ...payload }).map(({ name }) => name);
    expect(names({ email: 'a@example.com' })).toEqual(['identity.update', 'identity.release-email']);
    expect(names({ lastName: 'King' })).toEqual(['identity.update', 'ordering.rename-customer']);
  });
});

describe('the start is refused, with the name of the relation, where', () => {
  const step = (name: string): RelationRule => ({ kind: 'cascade', step: name });

  it.each([
    [
      'a step does not exist',
      { delete: step('ordering.forget') },
      'The step ordering.forget is declared by no service',
    ],
    ["a step is another service's", { restore: step('identity.restore') }, 'on restore: identity.restore'],
    ['nothing repairs it', { follow: 'identity.confirm' }, 'on repair: identity.confirm'],
    [
      'another service follows an order',
      { on: { 'order.pay': step('identity.update') } },
      'on order.pay: identity.update',
    ],
    ['it refers to itself', { to: 'ordering.customers.id' }, 'ordering.customers to ordering.customers'],
    [
      'no purge erases its rows',
      { purge: { kind: 'retain' } },
      'no rule for purge erases it: ordering.customers.user_id',
    ],
  ])('%s', (_what, change, message) => {
    expect(broken(change)).toThrow(message);
  });

  it('two steps of an event may refuse and cannot be undone', () => {
    expect(broken({ delete: step('ordering.cancel') })).toThrow(
      'The plan of delete has ordering.cancel, which may be refused, behind identity.delete, which cannot be undone.',
    );
  });

  it('a plan has a step that may refuse behind one that is final', () => {
    const definitions = definitionsOf(ALL);
    const redeem = { kind: 'loyalty.redeem', steps: ['identity.release-email', 'ordering.place'] };
    expect(() => new Catalogue({ ...definitions, operations: [...definitions.operations, redeem] })).toThrow(
      'The plan of loyalty.redeem has ordering.place, which may be refused, behind identity.release-email',
    );
  });

  it('and is not where everything is carried out', () => {
    expect(broken({})).not.toThrow();
    expect(SHOP.relations).toEqual(RELATIONS.map(relationOf));
  });
});
