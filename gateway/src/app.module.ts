import { HttpModule } from '@nestjs/axios';
import { type DynamicModule, Module, type Type } from '@nestjs/common';
import { APP_GUARD, APP_INTERCEPTOR, DiscoveryModule } from '@nestjs/core';
import {
  Database,
  HealthController,
  READINESS_CHECKS,
  Retention,
  ServiceTokenSigner,
} from '@turnpike/service';
import { GatewayConfig } from '../../libs/engine/src/config.js';
import { databaseOptions } from '../../libs/engine/src/ledger/database.js';
import { PageController } from '../../libs/engine/src/ops-page/page.controller.js';
import { PageFiles } from '../../libs/engine/src/ops-page/page-files.js';
import { QueuesController } from '../../libs/engine/src/ops-page/queues.controller.js';
import { DashboardSessionController } from '../../libs/engine/src/ops-page/session.controller.js';
import { Acceptances } from '../../libs/engine/src/http/acceptances.js';
import { AccessTokens } from './sign-in/access-tokens.js';
import { Admission } from '../../libs/engine/src/http/submit-write.js';
import { Answers } from '../../libs/engine/src/http/write-responses.js';
import { CallerGuard } from '../../libs/engine/src/http/authentication.guard.js';
import { ClientPlaces } from '../../libs/engine/src/limits/client-address.js';
import { CookieSessions } from '../../libs/engine/src/ops-page/cookie-sessions.js';
import { CustomersController } from './api/customers.controller.js';
import { EventStreams } from '../../libs/engine/src/http/event-streams.js';
import { IdentityTold } from './sign-in/identity-told.js';
import { LastAdministrator } from './sign-in/last-administrator.js';
import { Fingerprints } from '../../libs/engine/src/request/fingerprints.js';
import { FirstAdministrator } from './sign-in/first-administrator.js';
import { InvoicesController } from './api/invoices.controller.js';
import { limitProviders } from '../../libs/engine/src/limits/limits.js';
import { MeController } from './api/me.controller.js';
import { OperationAccess } from '../../libs/engine/src/http/operation-access.js';
import { OperationEventsController } from '../../libs/engine/src/http/operation-events.controller.js';
import { OperationStreams } from '../../libs/engine/src/http/operation-streams.js';
import { OperationTokens } from '../../libs/engine/src/http/operation-token.js';
import { OperationsController } from '../../libs/engine/src/http/operations.controller.js';
import { OperatorsTrail } from '../../libs/engine/src/ops/audited-requests.interceptor.js';
import { OrdersController } from './api/orders.controller.js';
import { Passwords } from './sign-in/passwords.js';
import { PasswordTurns } from './sign-in/password-turns.js';
import { PublicController } from '../../libs/engine/src/http/public.controller.js';
import { Reads } from '../../libs/engine/src/http/consistent-reads.js';
import { Registered } from './sign-in/registered.js';
import { Replays } from '../../libs/engine/src/limits/replay-pace.js';
import { Revocations } from './sign-in/revocations.js';
import { RouteCheck } from '../../libs/engine/src/request/route-actions.js';
import { SigningIn } from './sign-in/signing-in.js';
import { SessionsController } from './sign-in/sessions.controller.js';
import { SignInThrottle } from './sign-in/sign-in-throttle.js';
import { SystemWrites } from '../../libs/engine/src/queue/internal-writes.js';
import { UserSessionsController } from './sign-in/user-sessions.controller.js';
import { UsersController } from './api/users.controller.js';
import { Addresses } from '../../libs/engine/src/webhooks/address-guard.js';
import { Bell } from '../../libs/engine/src/webhooks/wake-up.js';
import { Courier } from '../../libs/engine/src/webhooks/dispatcher.js';
import { ForgettingDeliveries } from '../../libs/engine/src/webhooks/delivery-cleanup.js';
import { WebhookGauges } from '../../libs/engine/src/webhooks/metrics.js';
import { WebhookAdmin } from '../../libs/engine/src/webhooks/webhook-admin.js';
import { WebhooksController } from '../../libs/engine/src/webhooks/webhooks.controller.js';
import { Actors } from '../../libs/engine/src/ledger/actor-standings.js';
import { Announcer } from '../../libs/engine/src/ledger/change-notifier.js';
import { AccessEndings } from '../../libs/engine/src/ledger/access-endings.js';
import { AuditTrail } from '../../libs/engine/src/audit/audit-trail.js';
import { DataKeys } from '../../libs/engine/src/encryption/data-keys.js';
import { DuePurges } from '../../libs/engine/src/lifecycle/due-purges.js';
import { DueRepairs } from '../../libs/engine/src/recovery/due-repairs.js';
import { Endings } from '../../libs/engine/src/notify/operation-watcher.js';
import { FirstAdministrators } from './sign-in/first-administrators.js';
import { FenceWalks } from '../../libs/engine/src/recovery/fence-walks.js';
import { IntegrityRuns } from '../../libs/engine/src/integrity/run-store.js';
import { LaneStandings } from '../../libs/engine/src/queries/lane-standings.js';
import { BulkRuns } from '../../libs/engine/src/bulk/run-store.js';
import { LedgerCounts } from '../../libs/engine/src/queries/totals.js';
import { LaneChanges } from '../../libs/engine/src/queries/change-feed.js';
import { LaneControl } from '../../libs/engine/src/ledger/lane-control.js';
import { LaneViews } from '../../libs/engine/src/queries/lanes.js';
import { Ledger } from '../../libs/engine/src/ledger/ledger.js';
import { OperationList } from '../../libs/engine/src/queries/operation-list.js';
import { Processes } from '../../libs/engine/src/processes/process-registry.js';
import { Samples } from '../../libs/engine/src/queries/history.js';
import { publishUnder } from '../../libs/engine/src/support/links.js';
import { LedgerQueries } from '../../libs/engine/src/queries/operations.js';
import { RateWindows } from '../../libs/engine/src/limits/rate-windows.js';
import { ReceivedEvents } from '../../libs/engine/src/relay/received-events.js';
import { ledgerRetention } from '../../libs/engine/src/lifecycle/retention.js';
import { RootKey } from '../../libs/engine/src/encryption/root-key.js';
import { Seals } from '../../libs/engine/src/encryption/payload-encryption.js';
import { ServiceMarks } from '../../libs/engine/src/recovery/service-marks.js';
import { SignInPlaces } from './sign-in/known-origins.js';
import { Suspensions } from '../../libs/engine/src/ledger/suspensions.js';
import { QueueBoard } from '../../libs/engine/src/queue/bull-board.js';
import { WebhookDeliveries } from '../../libs/engine/src/webhooks/delivery-store.js';
import { WaysOut } from '../../libs/engine/src/ledger/resolve-halt.js';
import { Webhooks } from '../../libs/engine/src/webhooks/webhook-store.js';
import { FormerActors } from '../../libs/engine/src/queue/former-actors.js';
import { Hurry } from '../../libs/engine/src/queue/hurry.js';
import { Maintenance } from '../../libs/engine/src/queue/scheduled-tasks.js';
import { NameClaim } from '../../libs/engine/src/queue/proof/name-claim.js';
import { PartitionViews } from '../../libs/engine/src/queue/partition-views.js';
import { QueueLifecycle } from '../../libs/engine/src/queue/queue-lifecycle.js';
import { QueueProof } from '../../libs/engine/src/queue/proof/queue-proof.js';
import { Reconciler } from '../../libs/engine/src/queue/reconciler.js';
import { Releaser } from '../../libs/engine/src/queue/enqueue.js';
import { Withdrawal } from '../../libs/engine/src/queue/cancellation.js';
import { QueueWorker } from '../../libs/engine/src/queue/worker.js';
import { Authority } from '../../libs/engine/src/execution/authority.js';
import { Breakers } from '../../libs/engine/src/execution/circuit-breakers.js';
import { Executor } from '../../libs/engine/src/execution/executor.js';
import { Heartbeat } from '../../libs/engine/src/processes/heartbeat.js';
import { Leases } from '../../libs/engine/src/execution/leases.js';
import { ServiceProbe } from '../../libs/engine/src/execution/service-probe.js';
import { Services } from '../../libs/engine/src/execution/service-client.js';
import { keptConnections } from '../../libs/engine/src/execution/http-adapter.js';
import { Actions } from '../../libs/engine/src/ops/operator-actions.js';
import { AuditController } from '../../libs/engine/src/ops/audit.controller.js';
import { Bulk } from '../../libs/engine/src/bulk/bulk-actions.js';
import { BulkController } from '../../libs/engine/src/bulk/bulk.controller.js';
import { CloserLook } from '../../libs/engine/src/ops/operation-detail.js';
import { Confirmation } from '../../libs/engine/src/integrity/recheck.js';
import { EventInbox } from '../../libs/engine/src/relay/outbox-relay.js';
import { GoingBack } from '../../libs/engine/src/recovery/going-back.js';
import { Gauges } from '../../libs/engine/src/ops/gauges.js';
import { Integrity } from '../../libs/engine/src/integrity/integrity.js';
import { IntegrityController } from '../../libs/engine/src/integrity/integrity.controller.js';
import { LaneSearch } from '../../libs/engine/src/ops/lane-search.js';
import { LiveController } from '../../libs/engine/src/ops/live.controller.js';
import { OpsController } from '../../libs/engine/src/ops/ops.controller.js';
import { OverviewController } from '../../libs/engine/src/ops/overview.controller.js';
import { Purge } from '../../libs/engine/src/lifecycle/purge-scheduler.js';
import { Reapplication } from '../../libs/engine/src/recovery/reapplication.js';
import { Repetitions } from '../../libs/engine/src/ops/repetitions.js';
import { LaneRelease } from '../../libs/engine/src/ops/resolve-halt.js';
import { Sampler } from '../../libs/engine/src/ops/sampler.js';
import { SourcePages } from '../../libs/engine/src/integrity/row-reader.js';
import { SuspensionController } from '../../libs/engine/src/ops/suspension.controller.js';
import { Summary } from '../../libs/engine/src/ops/summary.js';

const entry = [
  RouteCheck,
  CallerGuard,
  CookieSessions,
  AccessTokens,
  Revocations,
  Fingerprints,
  ClientPlaces,
  PasswordTurns,
  SignInThrottle,
  Passwords,
  OperationTokens,
  OperationAccess,
  Acceptances,
  Admission,
  Answers,
  EventStreams,
  OperationStreams,
  Replays,
  Reads,
  FirstAdministrator,
  SystemWrites,
  Registered,
  SigningIn,
  IdentityTold,
  LastAdministrator,
];
const ledger = [
  RootKey,
  DataKeys,
  Seals,
  Announcer,
  Ledger,
  Actors,
  LaneControl,
  Suspensions,
  AccessEndings,
  FirstAdministrators,
  WaysOut,
  LedgerQueries,
  LaneChanges,
  LaneViews,
  OperationList,
  LedgerCounts,
  BulkRuns,
  Samples,
  Processes,
  Endings,
  AuditTrail,
  ReceivedEvents,
  DuePurges,
  ServiceMarks,
  DueRepairs,
  FenceWalks,
  IntegrityRuns,
  LaneStandings,
  RateWindows,
  SignInPlaces,
  Webhooks,
  WebhookDeliveries,
];
const queue = [
  Releaser,
  PartitionViews,
  QueueBoard,
  Withdrawal,
  QueueWorker,
  Reconciler,
  Hurry,
  Maintenance,
  FormerActors,
  NameClaim,
  QueueProof,
  QueueLifecycle,
];
const run = [Executor, Authority, Leases, Breakers, Services, ServiceProbe, Heartbeat];
const watch = [
  Summary,
  Sampler,
  Gauges,
  LaneSearch,
  CloserLook,
  Bulk,
  LaneRelease,
  Actions,
  Repetitions,
  EventInbox,
  GoingBack,
  Reapplication,
  Purge,
  SourcePages,
  Confirmation,
  Integrity,
];
const hooks = [WebhookAdmin, Bell, Courier, ForgettingDeliveries, WebhookGauges];

const api = [
  UsersController,
  CustomersController,
  OrdersController,
  OperationsController,
  OperationEventsController,
  SessionsController,
  UserSessionsController,
  MeController,
  PublicController,
  OverviewController,
  LiveController,
  BulkController,
  OpsController,
  SuspensionController,
  AuditController,
  IntegrityController,
  WebhooksController,
  DashboardSessionController,
  QueuesController,
  PageController,
];

/** Services that join bring routes of their own. */
function apiOf({ services }: GatewayConfig): Type[] {
  return services.billing ? [...api, InvoicesController] : api;
}

/** The gateway process; its providers stand in the order in which a write meets them. */
@Module({})
export class AppModule {
  static for(config: GatewayConfig): DynamicModule {
    publishUnder(config.publicUrl);
    return {
      module: AppModule,
      imports: [
        DiscoveryModule,
        HttpModule.register({ adapter: keptConnections(undefined, config.trustedCa) }),
      ],
      controllers: [HealthController, ...(config.api ? apiOf(config) : [])],
      providers: [
        { provide: GatewayConfig, useValue: config },
        { provide: ServiceTokenSigner, useValue: new ServiceTokenSigner(config.serviceSigningKey) },
        {
          provide: Database,
          useFactory: () => new Database({ ...databaseOptions(config), production: config.production }),
        },
        ...entry,
        ...ledger,
        ...queue,
        ...run,
        ...watch,
        {
          provide: Retention,
          inject: [Database],
          useFactory: (database: Database) =>
            new Retention(database, config.worker ? ledgerRetention(config.retention, [trimSignInPlaces]) : []),
        },
        {
          provide: Addresses,
          useFactory: () => new Addresses(config.webhookPrivateNetworks, config.production),
        },
        ...hooks,
        ...(config.api
          ? [
              PageFiles,
              { provide: APP_GUARD, useExisting: CallerGuard },
              { provide: APP_INTERCEPTOR, useClass: OperatorsTrail },
              ...limitProviders(config),
            ]
          : []),
        {
          provide: READINESS_CHECKS,
          inject: [Database, RootKey, QueueProof, ServiceProbe, NameClaim, FirstAdministrator, Revocations],
          useFactory: (
            database: Database,
            root: RootKey,
            proof: QueueProof,
            services: ServiceProbe,
            name: NameClaim,
            administrator: FirstAdministrator,
            revocations: Revocations,
          ) => ({
            database: () => database.isReady(),
            keys: () => root.isOpen,
            queue: () => proof.queueWorks,
            installation: () => name.isOurs,
            claims: () => proof.claimsWork,
            tokens: () => services.isAccepted,
            ...(config.api && { identity: () => revocations.readiness }),
            ...(config.api && config.admin && { administrator: () => administrator.isReady }),
          }),
        },
      ],
    };
  }
}
