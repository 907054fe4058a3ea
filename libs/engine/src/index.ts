export type { Change } from './audit/audit-entries.js';
export { type Asked, type Command, ledgerCommand, operator, say, Usage, withLedger } from './cli/command.js';
export { assertKeys } from './cli/contents.js';
export type { OpenLedger } from './cli/open-ledger.js';
export { GatewayConfig, readGatewayConfig, readMigrationConfig } from './config.js';
export type { ShortForm } from './support/service-addresses.js';
export { Catalogue } from './definitions/catalogue.js';
export { nameOf } from './definitions/declared-calls.js';
export {
  copySteps,
  type Declarations,
  followSaga,
  sagaOf,
  type Subject,
} from './definitions/lifecycle-sagas.js';
export type { Answers } from './definitions/outcome.js';
export type { Call, Plan } from './definitions/plan.js';
export { relationOf } from './definitions/relations.js';
export type { Definitions } from './definitions/known.js';
export { type OperationDefinition, resourceIn } from './definitions/operation.js';
export type { Content } from './encryption/payload-encryption.js';
export { type Application, routeTableOf, TurnpikeModule } from './engine.module.js';
export { descriptionOf } from './manifests/routes/describe-routes.js';
export { Breakers } from './execution/circuit-breakers.js';
export { Services } from './execution/service-client.js';
export { CallerGuard } from './http/authentication.guard.js';
export { Reads, sendResource, tag } from './http/consistent-reads.js';
export { OperationAccess } from './http/operation-access.js';
export { OperationTokens } from './http/operation-token.js';
export { Admission, type Write } from './http/submit-write.js';
export { DeclaredWrites } from './http/declared-routes.js';
export { Writes } from './http/writes.decorator.js';
export {
  AcceptsIfNoneMatch,
  AcceptsReadAfter,
  AcceptsWrite,
  type Reply,
  type Request,
  TakesNoBody,
} from './http/write-route.js';
export { AccessEndings, type EndingOf, type Told } from './ledger/access-endings.js';
export { databaseOptions } from './ledger/database.js';
export { Ledger } from './ledger/ledger.js';
export type { OperationRead } from './ledger/operation.entity.js';
export { registerOf } from './ledger/register.js';
export type { NewOperation, PlannedStep } from './ledger/statements/admit.js';
export { isEnded } from './ledger/states.js';
export { ClientPlaces } from './limits/client-address.js';
export { rateLimited } from './limits/quota.js';
export { type Hit, RateWindows } from './limits/rate-windows.js';
export { Authenticator } from './ports/authenticator.js';
export { CookieTokens } from './ports/cookie-tokens.js';
export { OperatorSignIn } from './ports/operator-sign-in.js';
export { AccessListener, Administrators, type TakingAway } from './ports/subject-access.js';
export { type RolesOfSubject, Subjects } from './ports/subjects.js';
export { LedgerQueries, type Standing } from './queries/operations.js';
export { Releaser } from './queue/enqueue.js';
export { SystemWrites } from './queue/internal-writes.js';
export { migrateQueue } from './queue/migrate.js';
export {
  type Action,
  type ActionDefinition,
  authorise,
  type Caller,
  callerOf,
  CurrentCaller,
  ENGINE_ACTIONS,
  verifyAdministrator,
  verifyAgain,
} from './request/authorise.js';
export { Fingerprints, shortened } from './request/fingerprints.js';
export { Id, isUuid } from './request/request-headers.js';
export { Allows } from './request/route-actions.js';
