import { type Consequence, type Relation, RELATIONS, type StepName, STEPS } from '@turnpike/contracts';
import { RELATION_EVENTS } from '@turnpike/protocol';
import { assertCarriedOut, assertPlansHaveWaysOut, followSaga, sagaOf } from '@turnpike/engine';
import { DEFINITIONS, OPERATIONS } from './definitions.js';

const [CUSTOMERS] = RELATIONS;

function broken(change: object): Relation[] {
  return [{ ...CUSTOMERS!, ...change }];
}

describe('the saga of an event', () => {
  it.each([
    ['register', ['identity.register', 'ordering.create-customer']],
    ['update', ['identity.update', 'ordering.rename-customer', 'identity.release-email']],
    ['delete', ['ordering.delete-customer', 'identity.delete']],
    ['restore', ['identity.restore', 'ordering.restore-customer']],
    ['purge', ['identity.purge', 'ordering.purge-customer', 'billing.purge-user']],
  ] as const)('%s is computed from the relations', (event, steps) => {
    expect(sagaOf(event, RELATIONS)).toEqual(steps);
  });

  it.each(RELATION_EVENTS)(
    '%s sends what can refuse first, then its one decision, and what is final last',
    (event) => {
      const finality = (step: StepName): number => (STEPS[step].undo ? 0 : 2) + (STEPS[step].refuses ? 0 : 1);
      const order = sagaOf(event, RELATIONS).map(finality);
      expect(order).toEqual(order.toSorted());
      expect(order.filter((rank) => rank === 2).length).toBeLessThan(2);
    },
  );

  it('has no step of a service that does not take part', () => {
    const alone = RELATION_EVENTS.flatMap((event) => sagaOf(event, []));
    expect(alone.every((step) => STEPS[step].service === 'identity')).toBe(true);
    expect(followSaga([])).toEqual(['identity.confirm']);
  });

  it('copies a name only where one was changed, and frees an address only where one was given up', () => {
    const names = (payload: object): string[] =>
      OPERATIONS.stepsOf('user.update', { ...payload }, RELATIONS).map(({ name }) => name);
    expect(names({ email: 'a@example.com' })).toEqual(['identity.update', 'identity.release-email']);
    expect(names({ lastName: 'King' })).toEqual(['identity.update', 'ordering.rename-customer']);
  });
});

describe('the start is refused, with the name of the relation, where', () => {
  const step = (name: string): Consequence => ({ kind: 'cascade', step: name as StepName });

  it.each([
    ['a step does not exist', { delete: step('ordering.forget') }, 'on delete: ordering.forget'],
    ["a step is another service's", { restore: step('identity.restore') }, 'on restore: identity.restore'],
    ['an event is not thought of', { purge: undefined }, 'does not say what becomes of it on purge'],
    ['nothing repairs it', { follow: undefined }, 'on repair: undefined'],
  ])('%s', (_what, change, message) => {
    expect(() => assertCarriedOut(broken(change))).toThrow(`The relation ordering.customers`);
    expect(() => assertCarriedOut(broken(change))).toThrow(message);
  });

  it('two steps of an event may refuse and cannot be undone', () => {
    expect(() => assertCarriedOut(broken({ delete: step('ordering.cancel') }))).toThrow(
      'The plan of delete has identity.delete, which may be refused, behind ordering.cancel, which cannot be undone.',
    );
  });

  it('a plan has a step that may refuse behind one that is final', () => {
    const steps: StepName[] = ['identity.release-email', 'ordering.place'];
    const plans = [...Object.values(DEFINITIONS), { kind: 'loyalty.redeem', plan: { steps: () => steps } }];
    expect(() => assertPlansHaveWaysOut(plans, RELATIONS)).toThrow(
      'The plan of loyalty.redeem has ordering.place, which may be refused, behind identity.release-email',
    );
  });

  it('and is not where everything is carried out', () => {
    expect(() => assertCarriedOut(RELATIONS)).not.toThrow();
    expect(() => assertPlansHaveWaysOut(Object.values(DEFINITIONS), RELATIONS)).not.toThrow();
  });
});
