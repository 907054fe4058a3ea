import { defineService } from '@turnpike/service';
import { Points1764700000001 } from './tables.js';
import { close, earn, find, follow, open, purge, putBack, redeem, revoke } from './points.js';
import { Account, EarnPoints, RedeemPoints } from './shapes.js';

const POINTS = '/v1/users/{userId}/points';
const OF_ONE_USER = { lane: 'path:userId', allow: ['owner', 'admin'] } as const;

/** Points that are earned with paid orders, and redeemed. */
export const loyalty = defineService({
  service: 'loyalty',
  version: '1.0.0',
  port: 3004,
  migrations: [Points1764700000001],
  resources: [{ type: 'account', path: POINTS, schema: Account }],
  operations: [
    {
      ...{ kind: 'loyalty.redeem', method: 'POST', path: `${POINTS}/redeem`, ...OF_ONE_USER },
      ...{ body: RedeemPoints, personal: ['/reason'], result: Account, refuses: ['insufficient-points'] },
      steps: ['loyalty.redeem'],
    },
    {
      ...{ kind: 'loyalty.earn', after: 'order.pay', body: EarnPoints, steps: ['loyalty.earn'] },
      input: { orderId: '/result/id', amount: '/result/total/amount' },
    },
  ],
  steps: {
    'loyalty.redeem': { refuses: true, event: 'points.redeemed', run: redeem },
    'loyalty.earn': { event: 'points.earned', run: earn },
    'loyalty.revoke': { event: 'points.revoked', run: revoke },
    'loyalty.close': { event: 'account.closed', run: close, undo: putBack },
    'loyalty.open': { event: 'account.opened', run: open, undo: putBack },
    'loyalty.purge': { event: 'account.purged', run: purge },
    'loyalty.follow-user': { event: 'account.followed', run: follow },
  },
  relations: [
    {
      ...{ name: 'loyalty.accounts', each: 'optional' },
      ...{ from: 'loyalty.accounts.user_id', to: 'identity.users.id' },
      delete: { kind: 'cascade', step: 'loyalty.close' },
      restore: { kind: 'cascade', step: 'loyalty.open' },
      purge: { kind: 'anonymise', step: 'loyalty.purge' },
      follow: 'loyalty.follow-user',
      rows: `select user_id as id, user_id as "userId", closed_at is null as live
        from accounts where erased_at is null`,
    },
    {
      ...{ name: 'loyalty.entries', each: 'optional' },
      ...{ from: 'loyalty.entries.order_id', to: 'ordering.orders.id' },
      on: { 'order.cancel': { kind: 'cascade', step: 'loyalty.revoke', counts: 'revoked' } },
      rows: `select id, user_id as "userId", order_id as "refersTo", revoked_at is null as live
        from entries join accounts using (user_id) where order_id is not null and erased_at is null`,
    },
  ],
  reads: [
    { path: POINTS, ...OF_ONE_USER, internal: '/internal/points/{userId}', result: Account, read: find },
  ],
  problems: [{ code: 'insufficient-points', status: 409, title: 'There are not enough points' }],
});
