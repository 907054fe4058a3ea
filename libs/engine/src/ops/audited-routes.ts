import type { FastifyRequest } from 'fastify';

/** What the audit trail is told of a request that was let in by a role. */
export type Told =
  /** Somebody's data was shown. */
  | { reads: string; inClear: boolean; unless?: Exception }
  /** Something was done of which nothing else tells; `once` where the same request does nothing when it comes again. */
  | { acts: string; once?: true; unless?: Exception }
  /** It was done, and the trail is told by the transaction, or at the end of the write. */
  | 'by the act'
  /** Sealed data was shown in clear, and the trail was told before that, with the reason. */
  | 'by the reveal'
  /** There is nothing about a person in the answer. */
  | 'nothing';

/** @returns whether a request is about nothing that has to be told */
type Exception = (request: FastifyRequest) => boolean;

const NOTHING_SEARCHED: Exception = ({ query }) => !(query as { search?: string }).search;
const ONLY_COUNTED: Exception = ({ body }) => (body as { dryRun?: boolean }).dryRun === true;

/**
 * Every route of the engine that a role alone can let somebody in to; `test/docs.test.ts` holds it to the routes. Of an
 * application's the definitions say it: a write is told of by its end, a read that shows somebody's data when it does.
 */
export const TRAIL: Readonly<Record<string, Told>> = {
  'GET /v1/operations/:id': { reads: 'operation.read', inClear: false },
  'GET /v1/operations/:id/events': { reads: 'operation.read', inClear: false },
  'DELETE /v1/operations/:id': { acts: 'operation.cancel', once: true },
  'GET /ops/session': 'nothing',
  'GET /ops/queues': 'nothing',
  'GET /ops/queues/*': 'nothing',
  'GET /v1/ops/summary': 'nothing',
  'GET /v1/ops/services': 'nothing',
  'GET /v1/ops/samples': 'nothing',
  'GET /v1/ops/live': 'nothing',
  'GET /v1/ops/failures': 'nothing',
  'GET /v1/ops/lanes': { reads: 'lane.search', inClear: false, unless: NOTHING_SEARCHED },
  'GET /v1/ops/lanes/:userId': 'nothing',
  'POST /v1/ops/lanes/:userId/pause': 'by the act',
  'POST /v1/ops/lanes/:userId/resume': 'by the act',
  'POST /v1/ops/lanes/:userId/release': 'by the act',
  'POST /v1/ops/users/:id/suspend': 'by the act',
  'POST /v1/ops/users/:id/reinstate': 'by the act',
  'GET /v1/ops/operations': 'nothing',
  'GET /v1/ops/operations/:id': { reads: 'operation.read', inClear: false },
  'POST /v1/ops/operations/:id/reveal': 'by the reveal',
  'POST /v1/ops/operations/:id/retry': 'by the act',
  'POST /v1/ops/operations/:id/cancel': 'by the act',
  'GET /v1/ops/audit': { reads: 'audit.read', inClear: false },
  'POST /v1/ops/audit/:id/reveal': 'by the reveal',
  'GET /v1/ops/bulk': 'nothing',
  'GET /v1/ops/bulk/:id': 'nothing',
  'POST /v1/ops/bulk': { acts: 'bulk.begin', unless: ONLY_COUNTED },
  'POST /v1/ops/bulk/:id/abort': { acts: 'bulk.abort', once: true },
  'GET /v1/ops/integrity/runs': 'nothing',
  'GET /v1/ops/integrity/runs/:id': 'nothing',
  'POST /v1/ops/integrity/runs': { acts: 'integrity.run' },
  'POST /v1/ops/integrity/runs/:id/repair': { acts: 'integrity.repair' },
  'GET /v1/ops/webhooks': 'nothing',
  'GET /v1/ops/webhooks/:id': 'nothing',
  'GET /v1/ops/webhooks/:id/deliveries': 'nothing',
  'POST /v1/ops/webhooks': 'by the act',
  'PATCH /v1/ops/webhooks/:id': 'by the act',
  'DELETE /v1/ops/webhooks/:id': 'by the act',
  'POST /v1/ops/webhooks/:id/rotate-secret': 'by the act',
  'POST /v1/ops/webhooks/:id/test': 'by the act',
  'POST /v1/ops/webhooks/:id/replay': 'by the act',
  'POST /v1/ops/webhooks/:id/deliveries/:deliveryId/replay': 'by the act',
};
