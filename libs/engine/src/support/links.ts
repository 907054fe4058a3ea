import type { OperationLinks } from '@turnpike/protocol';

/**
 * What links begin with: nothing, or PUBLIC_URL. The process says it once, before it answers anything; as a parameter it
 * would go through every reader of an operation, none of which has to do with it.
 */
let publicUrl = '';

export function publishUnder(url: string | null): void {
  publicUrl = url ?? '';
}

/** @returns where an operation is read and followed */
export function linksOf(operationId: string): OperationLinks {
  const self = `${publicUrl}/v1/operations/${operationId}`;
  return { self, events: `${self}/events` };
}
