// Chapters 1 and 2: somebody registers, orders, and takes another name.
import { randomUUID } from 'node:crypto';
import { WAIT, client, expect } from './client.mjs';
import { chapter, exchange, line, short } from './print.mjs';
import { promise } from './promises.mjs';

const HOME = { line1: "12 St James's Square", city: 'London', postalCode: 'SW1Y 4JH', country: 'GB' };
export const TEA = { sku: 'TEA-1', name: 'Tea', quantity: 2, unitPrice: { amount: 450, currency: 'EUR' } };

/** @returns the user, with a client that is signed in */
export async function register({ urls }) {
  chapter(1, 'A user registers: one write, two services');
  const login = { email: `ada.${randomUUID()}@example.com`, password: `engine-${randomUUID()}` };
  const anonymous = client(urls.gateway);
  const accepted = await anonymous.post('/v1/users', { ...login, firstName: 'Ada', lastName: 'Lovelace' });
  const { id, userId, seq } = expect(accepted, 202);
  exchange('POST /v1/users', 202, `accepted: operation ${short(id)}, place ${seq} in a new lane`);
  const proof = { 'operation-token': accepted.headers.get('operation-token') };
  const operation = expect(await anonymous.get(`/v1/operations/${id}`, { ...WAIT, ...proof }), 200);
  exchange(
    `GET /v1/operations/${short(id)}`,
    200,
    `${operation.state}, ${msBetween(operation.createdAt, operation.finishedAt)} ms after it was accepted`,
  );
  for (const { name, state, attempts } of operation.steps) {
    line(`  ${name.padEnd(42)} ${state} (attempt ${attempts})`);
  }
  const session = expect(await anonymous.post('/v1/sessions', login), 201);
  exchange('POST /v1/sessions', 201, 'Ada Lovelace is signed in');
  promise(
    'A registration is in force in both services.',
    operation.state === 'succeeded' && operation.steps.every(({ state }) => state === 'applied'),
    operation.steps.map(({ name, state }) => `${name} ${state}`).join(', '),
  );
  return { id: userId, login, session, me: client(urls.gateway, session.accessToken) };
}

function msBetween(from, to) {
  return Date.parse(to) - Date.parse(from);
}

/** @returns two orders: one that is shipped, which a deletion retains, and one that is only placed */
export async function orderAndRename({ admin }, { id, me }) {
  chapter(2, 'What refers to the user follows; what was agreed stays');
  expect(await me.put(`/v1/customers/${id}`, { deliveryAddress: HOME }, WAIT), 200);
  exchange(`PUT /v1/customers/${short(id)}`, 200, `lives at ${HOME.line1}`);
  const shipped = await place(me, 'first');
  expect(await me.post(`/v1/orders/${shipped.id}/pay`, { paymentReference: 'PAY-1' }, WAIT), 200);
  exchange(`POST /v1/orders/${short(shipped.id)}/pay`, 200, 'paid');
  expect(await admin.post(`/v1/orders/${shipped.id}/ship`, { trackingNumber: 'TRACK-1' }, WAIT), 200);
  exchange(`POST /v1/orders/${short(shipped.id)}/ship`, 200, 'on its way; an administrator said so');
  const placed = await place(me, 'second');
  const renamed = expect(await me.patch(`/v1/users/${id}`, { lastName: 'King' }, WAIT), 200);
  exchange(`PATCH /v1/users/${short(id)}`, 200, `is now ${renamed.firstName} ${renamed.lastName}`);
  const customer = expect(await me.get(`/v1/customers/${id}`), 200);
  exchange(`GET /v1/customers/${short(id)}`, 200, `the customer is ${customer.name} too`);
  const { delivery } = expect(await me.get(`/v1/orders/${shipped.id}`), 200);
  exchange(`GET /v1/orders/${short(shipped.id)}`, 200, `still goes to ${delivery.name}, ${delivery.line1}`);
  promise(
    "The customer's copy of the name follows the user; an order that was placed keeps its own.",
    customer.name === 'Ada King' && delivery.name === 'Ada Lovelace' && delivery.line1 === HOME.line1,
    `customer ${customer.name}, delivery ${delivery.name}`,
  );
  return { shipped, placed };
}

async function place(me, reference) {
  const order = expect(await me.post('/v1/orders', { lines: [TEA], reference }, WAIT), 201);
  const { amount, currency } = order.total;
  exchange('POST /v1/orders', 201, `order ${short(order.id)}: Tea, ${(amount / 100).toFixed(2)} ${currency}`);
  return order;
}
