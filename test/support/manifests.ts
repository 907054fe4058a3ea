// What a service may declare, and what it is declared beside.
import { declarationOf, USER_STEPS, USERS } from '@turnpike/contracts';
import type { Manifest, OperationDeclaration } from '@turnpike/protocol';
import { complaintsAbout } from '../../libs/engine/src/manifests/checks/check-manifest.js';
import { readManifest } from '../../libs/engine/src/manifests/form/read-manifest.js';
import type { Surroundings } from '../../libs/engine/src/manifests/checks/candidate.js';

/** Points that are earned with paid orders and redeemed: a manifest with everything that there is. */
export const LOYALTY = {
  manifest: 1,
  service: 'loyalty',
  version: '1.4.0',
  resources: [{ type: 'account', path: '/v1/users/{userId}/points', schema: { type: 'object' } }],
  operations: [
    {
      kind: 'loyalty.redeem',
      method: 'POST',
      path: '/v1/users/{userId}/points/redeem',
      lane: 'path:userId',
      allow: ['owner', 'admin'],
      body: {
        type: 'object',
        required: ['points'],
        properties: { points: { type: 'integer', minimum: 1 }, reason: { type: 'string' } },
      },
      personal: ['/reason'],
      result: { type: 'object', properties: { points: { type: 'integer' } } },
      refuses: ['insufficient-points'],
      creates: null,
      onFailure: 'continue',
      steps: ['loyalty.redeem'],
    },
    {
      kind: 'loyalty.earn',
      after: 'order.pay',
      input: { orderId: '/result/id', amount: '/result/total/amount' },
      steps: ['loyalty.earn'],
    },
  ],
  steps: [
    { name: 'loyalty.redeem', refuses: true, undo: false, event: 'points.redeemed' },
    { name: 'loyalty.earn', refuses: false, undo: false, event: 'points.earned' },
    { name: 'loyalty.close', refuses: false, undo: true, event: 'account.closed' },
    { name: 'loyalty.open', refuses: false, undo: true, event: 'account.opened' },
    { name: 'loyalty.purge', refuses: false, undo: false, event: null },
    { name: 'loyalty.follow-user', refuses: false, undo: false, event: null },
    { name: 'loyalty.revoke', refuses: false, undo: true, event: 'points.revoked' },
  ],
  relations: [
    {
      name: 'loyalty.accounts',
      from: 'loyalty.accounts.user_id',
      to: 'identity.users.id',
      each: 'optional',
      delete: { kind: 'cascade', step: 'loyalty.close' },
      restore: { kind: 'cascade', step: 'loyalty.open' },
      purge: { kind: 'anonymise', step: 'loyalty.purge' },
      follow: 'loyalty.follow-user',
    },
    {
      name: 'loyalty.entries',
      from: 'loyalty.entries.order_id',
      to: 'ordering.orders.id',
      on: { 'order.cancel': { kind: 'cascade', step: 'loyalty.revoke' } },
    },
  ],
  reads: [
    {
      method: 'GET',
      path: '/v1/users/{userId}/points',
      lane: 'path:userId',
      allow: ['owner', 'admin'],
      internal: '/internal/points/{userId}',
      result: { type: 'object' },
    },
  ],
  problems: [{ code: 'insufficient-points', status: 409, title: 'There are not enough points' }],
} satisfies Manifest as Manifest;

/** This shop, as far as a manifest has to agree with it. */
export const SURROUNDINGS: Surroundings = {
  others: [
    {
      ...declarationOf('identity'),
      resources: [
        {
          type: 'user',
          path: '/v1/users',
          schema: { type: 'object', properties: { email: {}, lastName: {} } },
        },
      ],
      operations: [
        {
          kind: 'user.register',
          effect: 'opens',
          method: 'POST',
          path: '/v1/users',
          steps: USER_STEPS.register,
        },
        { kind: 'user.update', method: 'PATCH', path: '/v1/users/{id}', steps: USER_STEPS.update },
        {
          kind: 'user.delete',
          ...{ effect: 'closes', method: 'DELETE', path: '/v1/users/{id}', steps: USER_STEPS.delete },
        },
        {
          kind: 'user.restore',
          ...{ effect: 'reopens', method: 'POST', path: '/v1/users/{id}/restore', steps: USER_STEPS.restore },
        },
        { kind: 'user.purge', effect: 'ends', steps: USER_STEPS.purge },
        { kind: 'repair.user', effect: 'follows', steps: ['identity.confirm'] },
      ],
    },
    {
      ...declarationOf('ordering'),
      resources: [{ type: 'order', path: '/v1/orders' }],
      operations: ['place', 'pay', 'cancel'].map((act): OperationDeclaration => ({
        kind: `order.${act}`,
        method: 'POST',
        path: act === 'place' ? '/v1/orders' : `/v1/orders/{id}/${act}`,
        steps: [`ordering.${act}`],
      })),
      reads: [
        {
          method: 'GET',
          path: '/v1/orders/{id}',
          lane: 'resource',
          allow: ['owner'],
          internal: '/internal/orders/{id}',
        },
      ],
      problems: [
        { code: 'order-state-conflict', status: 409, title: 'The order is not in a state that allows this' },
      ],
    },
  ],
  routes: [
    { method: 'POST', path: '/v1/sessions' },
    { method: 'GET', path: '/ops/queues/*' },
    { method: 'GET', path: '/v1/users/:userId/sessions' },
  ],
  problems: ['not-found', 'version-conflict'],
  subject: {
    ...{ type: 'user', service: 'identity', table: USERS, steps: USER_STEPS },
    ...{ confirm: 'identity.confirm', follows: {} },
  },
};

/* Changes of LOYALTY, for one to have something wrong with it. */

const [REDEEM, EARN] = LOYALTY.operations as [object, object];
export const [ACCOUNTS, ENTRIES] = LOYALTY.relations as [object, object];
export const [READ] = LOYALTY.reads as [object];
const [, ...OTHER_STEPS] = LOYALTY.steps!;

export const withOperation = (change: object, more: object[] = []): object => ({
  operations: [{ ...REDEEM, ...change }, EARN, ...more],
});
export const withFollowOn = (change: object, more: object[] = []): object => ({
  operations: [REDEEM, { ...EARN, ...change }, ...more],
});
export const withRelation = (change: object, more: object[] = []): object => ({
  relations: [{ ...ACCOUNTS, ...change }, ENTRIES, ...more],
});
export const withRead = (change: object): object => ({ reads: [{ ...READ, ...change }] });
export const withStep = (change: object): object => ({
  steps: [{ ...LOYALTY.steps![0], ...change }, ...OTHER_STEPS],
});
export const stepsWith = (name: string, change: object): object => ({
  steps: LOYALTY.steps!.map((step) => (step.name === name ? { ...step, ...change } : step)),
});

/** @returns all that is wrong with LOYALTY after a change: with its form, or else with what it says */
export function wrongIn(change: object): readonly string[] {
  const { manifest, complaints } = readManifest(JSON.stringify({ ...LOYALTY, ...change }), 'loyalty');
  return manifest ? complaintsAbout(manifest, SURROUNDINGS) : complaints;
}
