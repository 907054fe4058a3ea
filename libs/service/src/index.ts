export * from './environment.js';
export * from './development-keys.js';
export * from './personal-columns.js';
export * from './problem.js';
export * from './validation.js';
export * from './logging.js';
export * from './database.js';
export { PATIENT, SessionClient, type SessionConfig, type SessionSettings } from './session-client.js';
export { type Statements, Transaction } from './transaction.js';
export * from './fence.js';
export * from './inbox.migration.js';
export * from './beside.migration.js';
export { forgetAnswers, RecordedAnswer, type StepCall } from './inbox.js';
export * from './outbox.migration.js';
export { Outbox } from './outbox.js';
export * from './marks.migration.js';
export { grantRuntimeRole, readRuntimeRole, type RuntimeRole } from './runtime-role.js';
export { Retention, type Trim, trimAll, type Trimmed, trimOldest, walkOver } from './retention.js';
export * from './steps.js';
export * from './step-call.js';
export * from './if-match.js';
export * from './settle.controller.js';
export * from './events.controller.js';
export * from './bearer.js';
export { ClockWatch } from './clock.js';
export * from './remote-keys.js';
export { keysOf, type KeySource, PinnedKeys, readVerifyKeys, requirePinned } from './pinned-keys.js';
export { type GatewayTrust, readGatewayTrust } from './gateway-trust.js';
export { isLoopback } from './server-address.js';
export { guessBitsOf, MIN_GUESS_BITS, withoutKnown } from './strength.js';
export { readServerTls, readTrustedCa, type ServerTls, trustingCa } from './tls.js';
export * from './service-token.js';
export * from './verified-tokens.js';
export * from './http.js';
export { inTime } from './in-time.js';
export {
  currentOwner,
  FairQueue,
  type FairQueueOptions,
  onBehalfOf,
  onBehalfOfAll,
  type Owner,
} from './fair-queue.js';
export { type Listing, pageOf, PagesInTurn } from './page-of.js';
export { sharedFor } from './shared-for.js';
export { type MetricsPort } from './metrics.js';
export * from './public.js';
export * from './health.js';
export * from './openapi.js';
export * from './start.js';
export { runMain } from './run-main.js';
export { isStopping } from './stop-signals.js';
export * from './tracing.js';
export { activeRequestId, identify, nameAddress } from './request-context.js';
export { endSpanOf, givenTraceparent } from './request-spans.js';
export { SECURITY_EVENTS, type SecurityEvent, securityEvent } from './security-log.js';
export * from './service-parts.js';
