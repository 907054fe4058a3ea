import type { OperationCause } from '@turnpike/protocol';
import type { SealedAt, Seals } from './payload-encryption.js';

/*
 * Why the last attempt of an operation failed. Whatever the operation ends with, this stays: a write that is given up is
 * settled first, and what the services say then is not why it failed.
 */

/** As a row has it: what a service said in words may name somebody, and is sealed. */
export type StoredCause = OperationCause;

/** @returns the cause as the row shall have it; without its words where the user has no key any more */
export async function sealCause(
  seals: Seals,
  at: Pick<SealedAt, 'userId' | 'operationId'>,
  cause: OperationCause | null,
): Promise<StoredCause | null> {
  if (!cause?.detail) return cause;
  const sealed = await seals.sealAlways({ ...at, field: 'cause' }, { detail: cause.detail });
  return { ...cause, detail: sealed };
}

/** @returns the cause in clear; without its words where the user's key is gone */
export async function openCause(
  seals: Seals,
  at: Pick<SealedAt, 'userId' | 'operationId'>,
  cause: StoredCause | null,
): Promise<OperationCause | null> {
  if (!cause?.detail) return cause && { ...cause, detail: null };
  const opened = await seals.open({ ...at, field: 'cause' }, cause.detail);
  return { ...cause, detail: opened && String(opened['detail']) };
}

/** @returns what failed, in a sentence without the service's own words */
export function sentenceOf({ service, step, status, code }: OperationCause): string {
  return status === null
    ? `The last attempt failed: ${service} did not answer ${step} (${code}).`
    : `The last attempt failed: ${service} answered ${status} (${code}) to ${step}.`;
}
