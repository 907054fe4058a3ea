import type { Operation } from '../ledger/operation.entity.js';
import type { Content } from '../encryption/payload-encryption.js';
import type { OpenLedger } from './open-ledger.js';

/** What people have written into an operation, and what they were answered; null where it was erased. */
export interface Contents {
  payload: Content | null;
  result: Content | null;
}

/** @throws Error where DATA_KEY is not the ledger's: before the audit trail tells of what nobody has seen */
export async function assertKeys(open: OpenLedger): Promise<void> {
  await open.openKeys().catch((error: unknown) => {
    throw new Error('DATA_KEY is not the key of this ledger.', { cause: error });
  });
}

/** Opens what is sealed of an operation; the keys are open. */
export async function contentsOf({ seals }: OpenLedger, operation: Operation): Promise<Contents> {
  const { userId, id: operationId, payload, result } = operation;
  return {
    payload: await seals.open({ userId, operationId, field: 'payload' }, payload),
    result: await seals.open({ userId, operationId, field: 'result' }, result),
  };
}
