/*
 * What the audit trail calls that which is done beside the writes of users. Nothing is imported here.
 */

/** What an operator does to a user, to a lane or to a write in it. */
export const INTERVENTIONS = [
  'lane.pause',
  'lane.resume',
  'lane.release',
  'operation.retry',
  'operation.cancel',
  'operation.reveal',
  'user.suspend',
  'user.reinstate',
  'user.grant-admin',
] as const;
export type InterventionAction = (typeof INTERVENTIONS)[number];

/** What an operator does beside that, and what becomes of it is told elsewhere. */
export const ACTS = [
  'user.end-sessions',
  'bulk.begin',
  'bulk.abort',
  'integrity.run',
  'integrity.repair',
  'audit.reveal',
] as const;
export type ActAction = (typeof ACTS)[number];

/** What operators read all day to do their work; the trail lists it only for whoever asks for it. */
export const ROUTINE_READS = ['operation.read', 'lane.search', 'audit.read'] as const;
export type RoutineRead = (typeof ROUTINE_READS)[number];

/** What is done to webhooks; the system itself disables one. */
export const WEBHOOK_ACTIONS = [
  'webhook.create',
  'webhook.change',
  'webhook.delete',
  'webhook.disable',
  'webhook.rotate-secret',
  'webhook.test',
  'webhook.replay',
] as const;
export type WebhookAction = (typeof WEBHOOK_ACTIONS)[number];

/** What the system notices by itself: a database that was put back as it was before. */
export const NOTICES = ['service.went-back', 'ledger.went-back'] as const;
export type NoticeAction = (typeof NOTICES)[number];
