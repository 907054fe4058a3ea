// Chapter 6: an administrator brings the user back.
import { WAIT, client, expect } from './client.mjs';
import { chapter, counted, exchange, short } from './print.mjs';
import { promise } from './promises.mjs';
import { TEA } from './user.mjs';

export async function restore({ urls, admin }, user, orders) {
  chapter(6, 'An administrator restores the user');
  const restored = await admin.post(`/v1/users/${user.id}/restore`, undefined, WAIT);
  expect(restored, 200);
  exchange(`POST /v1/users/${short(user.id)}/restore`, 200, 'user, customer and lane are back');
  const old = await user.me.get('/v1/me');
  exchange('GET /v1/me, with the token from before', old.status, old.body?.code);
  const session = expect(await client(urls.gateway).post('/v1/sessions', user.login), 201);
  exchange('POST /v1/sessions', 201, 'signed in again');
  const me = client(urls.gateway, session.accessToken);
  const order = await me.post('/v1/orders', { lines: [TEA], reference: 'after the restore' }, WAIT);
  expect(order, 201);
  const restoredAt = await placeOf(admin, restored);
  const seq = await placeOf(me, order);
  exchange('POST /v1/orders', 201, `accepted again, place ${seq}`);
  const now = expect(await me.get('/v1/me'), 200);
  const cancelled = expect(await me.get(`/v1/orders/${orders.placed.id}`), 200);
  exchange('GET /v1/me', 200, `orders: ${counted(now.orders.map(({ status }) => status))} (the newest 50)`);
  promise(
    'A restore brings user, customer and lane back; old tokens stay void, cancelled orders cancelled.',
    now.user.state === 'active' &&
      now.customer.state === 'active' &&
      old.status === 401 &&
      cancelled.status === 'cancelled' &&
      seq === restoredAt + 1,
    `user ${now.user.state}, customer ${now.customer.state}, old token ${old.status}, the order of chapter 2 ` +
      `${cancelled.status}; the restore had place ${restoredAt}, the new order has ${seq}`,
  );
}

/** @returns the place of the write that was answered so, with its outcome */
async function placeOf(asWhom, { headers }) {
  return expect(await asWhom.get(`/v1/operations/${headers.get('operation-id')}`), 200).seq;
}
