import type { ConfirmedState, PurgeUserStep, StepDeclaration } from '@turnpike/protocol';
import { ORDER_STEPS, RELATIONS, type StepName, STEPS } from '@turnpike/contracts';
import { type Call, copySteps, nameOf, relationOf } from '@turnpike/engine';

/** What the client sent is the body of the step. */
const payloadOnly: Call['body'] = ({ payload }) => payload;

/** The step needs nothing but the lane's user. */
const nothing: Call['body'] = () => ({});

/** The client's write of one resource, whose version it may have named. */
const write: Call = { body: payloadOnly, checksVersion: true };

/** Every write to an order is one step of ordering, which knows the order's state. */
const orderWrite: Call = {
  body: ({ payload, target }) => ({ ...payload, orderId: target.id }),
  checksVersion: true,
};

/** A copy of the user's name, taken from identity's answer and not from the request. */
const copyOfName: Call = {
  body: (_, answers) => ({
    name: nameOf(answers['identity.register'] ?? answers['identity.update'] ?? {}),
  }),
  checksVersion: false,
};

const byUserAlone: Call = { body: nothing, checksVersion: false };

/** The register's word, where it has one. */
const confirmUser: Call = { body: ({ register }) => register ?? {}, checksVersion: false };

/** A purge is the register's word. */
const purgeUser: Call = {
  body: (): PurgeUserStep => ({ register: 'purged' }),
  checksVersion: false,
};

/** What identity said at this turn. */
const followUser: Call = {
  body: (_, answers) => {
    const user = answers['identity.confirm'] ?? {};
    const state = user['state'] as ConfirmedState;
    return state === 'absent' ? { state } : { state, name: nameOf(user) };
  },
  checksVersion: false,
};

/** The steps that are not a write of the client's, a copy of the name, or something that follows the user. */
const CALLS: Partial<Record<StepName, Call>> = {
  'identity.register': { ...write, checksVersion: false },
  'identity.update': write,
  // While the change could still be undone the old address stays reserved for its owner.
  'identity.release-email': byUserAlone,
  'identity.delete': { body: nothing, checksVersion: true },
  'identity.restore': { body: nothing, checksVersion: true },
  'identity.purge': purgeUser,
  'identity.confirm': confirmUser,
  'ordering.restore-customer': byUserAlone,
  'ordering.purge-customer': byUserAlone,
};

const COPIES = copySteps(RELATIONS.map(relationOf));
const OF_ORDERS = namesOf(ORDER_STEPS);
const OF_THE_SHOP = namesOf(STEPS);
const FOLLOWERS: ReadonlySet<string> = new Set(RELATIONS.map(({ follow }) => follow));

export interface ShopSettings {
  /** What a deletion does to paid orders. */
  paidOrders: 'restrict' | 'cancel';
}

/** @returns how each step of this shop is sent; undefined of one that is another's */
export function stepRequests({ paidOrders }: ShopSettings): (step: string) => Call | undefined {
  const deleteCustomer: Call = { body: () => ({ paidOrders }), checksVersion: false };
  return (name) => {
    const step = name as StepName;
    if (step === 'ordering.delete-customer') return deleteCustomer;
    if (COPIES.has(step)) return copyOfName;
    if (FOLLOWERS.has(step)) return followUser;
    if (OF_ORDERS.has(step)) return orderWrite;
    return CALLS[step] ?? (OF_THE_SHOP.has(step) ? write : undefined);
  };
}

function namesOf(steps: readonly StepDeclaration[]): ReadonlySet<string> {
  return new Set(steps.map(({ name }) => name));
}
