export * from './process/environment.js';
export * from './auth/development-keys.js';
export * from './database/personal-columns.js';
export * from './problems/problem.js';
export { isStorable, MAX_TEXT } from './http/body.js';
export { validationPipe } from './http/validation.js';
export * from './process/logging.js';
export * from './database/database.js';
export { SessionClient, type SessionConfig } from './database/connections.js';
export { PATIENT, type SessionSettings } from './database/session-settings.js';
export { type Statements, Transaction } from './database/transaction.js';
export * from './protocol/fence.js';
export * from './steps/inbox.migration.js';
export * from './steps/beside.migration.js';
export { forgetAnswers, RecordedAnswer, type StepCall } from './steps/inbox.js';
export * from './steps/outbox.migration.js';
export { Outbox } from './steps/outbox.js';
export * from './steps/marks.migration.js';
export { sqlMigration } from './database/sql-migration.js';
export { grantRuntimeRole, readRuntimeRole, type RuntimeRole } from './database/runtime-role.js';
export { Retention, type Trim, trimAll, type Trimmed, trimOldest, walkOver } from './database/retention.js';
export { declareSteps } from './protocol/declared-steps.js';
export * from './steps/steps.js';
export * from './steps/step-call.js';
export * from './steps/if-match.js';
export * from './steps/settle.controller.js';
export * from './steps/events.controller.js';
export * from './auth/bearer.js';
export { ClockWatch } from './auth/clock.js';
export * from './auth/remote-keys.js';
export { keysOf, type KeySource, PinnedKeys, readVerifyKeys, requirePinned } from './auth/pinned-keys.js';
export { type GatewayTrust, readGatewayTrust } from './auth/gateway-trust.js';
export { isLoopback } from './process/server-address.js';
export { guessBitsOf, MIN_GUESS_BITS, withoutKnown } from './process/strength.js';
export { readServerTls, readTrustedCa, type ServerTls, trustingCa } from './process/tls.js';
export * from './auth/service-token.js';
export * from './http/http.js';
export { inTime } from './process/in-time.js';
export {
  currentOwner,
  FairQueue,
  type FairQueueOptions,
  onBehalfOf,
  onBehalfOfAll,
  type Owner,
} from './process/fair-queue.js';
export { type Listing, pageOf, PagesInTurn } from './http/page-of.js';
export { sharedFor } from './process/shared-for.js';
export { type MetricsPort } from './process/metrics.js';
export * from './http/public.js';
export * from './http/health.js';
export * from './http/openapi.js';
export * from './http/start.js';
export { runMain } from './process/run-main.js';
export * from './process/tracing.js';
export { activeRequestId, givenTraceparent, identify, nameAddress } from './process/request-context.js';
export { endSpanOf } from './process/request-spans.js';
export { SECURITY_EVENTS, type SecurityEvent, securityEvent } from './process/security-log.js';
export * from './steps/service.module.js';
export { STEP_MIGRATIONS } from './steps/migrations.js';
export { manifestOf } from './manifest/manifest.js';
export type {
  ReadRequest,
  ServiceDefinition,
  StepRequest,
  StepResult,
  UndoRequest,
} from './declared/definition.js';
export { defineService, type Service } from './declared/service.js';
export { checkOf } from './shapes/check-of-shape.js';
export { type CompileSchema, schemaCompiler } from './shapes/compile-schema.js';
export { memberOf, trailOf, valueAt, withNullAt } from './shapes/json-pointers.js';
export { fieldErrorsOf } from './shapes/schema-errors.js';
