// The shop as the gateway is compiled with it, and all that callers can ask of it.
import { catalogueOf } from '../../gateway/src/operations/definitions.js';
import { READS } from '../../gateway/src/operations/reads.js';
import { SESSION_ACTIONS } from '../../gateway/src/sign-in/actions.js';
import { type ActionDefinition, actionOf, ENGINE_ACTIONS } from '../../libs/engine/src/request/authorise.js';

export const SHOP = catalogueOf({ paidOrders: 'restrict' });

/** Every action with who may: writes, reads, sessions, and what the engine itself offers. */
export const ACTIONS: readonly ActionDefinition[] = [
  ...[...SHOP.operations].filter(({ kind }) => SHOP.clientKinds.includes(kind)).map(actionOf),
  ...READS,
  ...SESSION_ACTIONS,
  ...ENGINE_ACTIONS,
];
