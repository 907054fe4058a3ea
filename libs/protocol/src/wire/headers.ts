/** Names of the HTTP headers that cross a process border, in the lower case in which Node.js reports them. */
export const HEADERS = {
  /** Chosen by the server for every request; the `instance` of its problems. */
  requestId: 'x-request-id',
  /** Client: names a write so that sending it again does not do it again. Internal: `{operationId}/{step}`. */
  idempotencyKey: 'idempotency-key',
  idempotencyReplayed: 'idempotency-replayed',
  /** Client: `wait=N` seconds. */
  prefer: 'prefer',
  preferenceApplied: 'preference-applied',
  /** Which operation a synchronous-looking answer came from. */
  operationId: 'operation-id',
  /** Lets an anonymous client read the registration that it asked for. */
  operationToken: 'operation-token',
  readAfter: 'read-after',
  /** Client: the id of the last event that it has had of a stream. */
  lastEventId: 'last-event-id',
  ifMatch: 'if-match',
  ifNoneMatch: 'if-none-match',
  /** Internal: `{seq}.{epoch}` of the claim under which a step is sent. */
  laneFence: 'lane-fence',
  /** Internal: `beside` where the operation of a step is carried out beside its lane; left out of all others. */
  laneOrder: 'lane-order',
  /** Internal: the user whose lane a step belongs to. */
  laneUser: 'lane-user',
  /** Internal: `true` on an answer that is committed with the fence and therefore final. */
  stepRecorded: 'step-recorded',
  /** Internal: names one call; its answer repeats it, so that no other call's answer is taken for it. */
  callId: 'call-id',
  /** Internal: what of the client's a service refuses by a 401; without it the 401 is about the gateway's own token. */
  refusedCredential: 'refused-credential',
  traceparent: 'traceparent',
} as const;

/** The one value of `Lane-Order`. */
export const BESIDE_THE_LANE = 'beside';

/** @returns the ETag of a resource at that version; the services compare it with `If-Match`. */
export function etagOf(version: number): string {
  return `"${version}"`;
}
