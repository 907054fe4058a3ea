import { ORDER_STATUSES, type OrderStatus } from '@turnpike/contracts';
import { deliveryFor, type OrderAction, transition } from './order.js';

/** Every allowed transition, written down a second time; every pair that is not here must be refused. */
const ALLOWED: Record<OrderAction, Partial<Record<OrderStatus, OrderStatus>>> = {
  change: { placed: 'placed' },
  pay: { placed: 'paid' },
  cancel: { placed: 'cancelled', paid: 'cancelled' },
  ship: { paid: 'shipped' },
  deliver: { shipped: 'delivered' },
};

const PAIRS = (Object.keys(ALLOWED) as OrderAction[]).flatMap((action) =>
  ORDER_STATUSES.map((status) => ({ action, status, after: ALLOWED[action][status] })),
);

describe('transition', () => {
  test.each(PAIRS.filter(({ after }) => after))('$action takes $status to $after', (pair) => {
    expect(transition(pair.status, pair.action)).toBe(pair.after);
  });

  test.each(PAIRS.filter(({ after }) => !after))('$action is refused when $status', ({ action, status }) => {
    expect(() => transition(status, action)).toThrow(
      expect.objectContaining({
        code: 'order-state-conflict',
        message: `Cannot ${action} an order that is ${status}.`,
      }),
    );
  });
});

describe('deliveryFor', () => {
  const home = { line1: 'Home 1', city: 'Linz', postalCode: '4020', country: 'AT' };
  const office = { ...home, line1: 'Office 2' };

  test('the address given goes before the customer’s', () => {
    expect(deliveryFor({ name: 'Ada', deliveryAddress: home }, office)).toEqual({ ...office, name: 'Ada' });
  });

  test('without one it is the customer’s', () => {
    expect(deliveryFor({ name: 'Ada', deliveryAddress: home })).toEqual({ ...home, name: 'Ada' });
  });

  test('without either it is the name alone', () => {
    expect(deliveryFor({ name: 'Ada', deliveryAddress: null })).toEqual({ name: 'Ada' });
  });

  test('whoever the address names receives it', () => {
    const toBob = { ...home, name: 'Bob' };
    expect(deliveryFor({ name: 'Ada', deliveryAddress: null }, toBob).name).toBe('Bob');
    expect(deliveryFor({ name: 'Ada', deliveryAddress: toBob }).name).toBe('Bob');
  });

  test('it is a copy', () => {
    const address = { ...home };
    const delivery = deliveryFor({ name: 'Ada', deliveryAddress: address });
    address.city = 'Graz';
    expect(delivery.city).toBe('Linz');
  });
});
