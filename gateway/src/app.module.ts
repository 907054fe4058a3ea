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
import { GatewayConfig } from './config.js';
import { databaseOptions } from './database.js';
import { PageController } from './dashboard/page.controller.js';
import { PageFiles } from './dashboard/page-files.js';
import { QueuesController } from './dashboard/queues.controller.js';
import { DashboardSessionController } from './dashboard/session.controller.js';
import { Acceptances } from './entry/acceptances.js';
import { AccessTokens } from './entry/access-tokens.js';
import { Admission } from './entry/admit.js';
import { Answers } from './entry/answers.js';
import { CallerGuard } from './entry/caller.js';
import { ClientPlaces } from './entry/client-places.js';
import { CookieSessions } from './entry/cookie-sessions.js';
import { CustomersController } from './entry/customers.controller.js';
import { EventStreams } from './entry/event-streams.js';
import { IdentityTold } from './entry/identity-told.js';
import { LastAdministrator } from './entry/last-administrator.js';
import { Fingerprints } from './entry/fingerprint.js';
import { FirstAdministrator } from './entry/first-administrator.js';
import { InvoicesController } from './entry/invoices.controller.js';
import { limitProviders } from './entry/limits.js';
import { MeController } from './entry/me.controller.js';
import { OperationAccess } from './entry/operation-access.js';
import { OperationEventsController } from './entry/operation-events.controller.js';
import { OperationStreams } from './entry/operation-streams.js';
import { OperationTokens } from './entry/operation-token.js';
import { OperationsController } from './entry/operations.controller.js';
import { OperatorsTrail } from './entry/operators-trail.js';
import { OrdersController } from './entry/orders.controller.js';
import { Passwords } from './entry/passwords.js';
import { PasswordTurns } from './entry/password-turns.js';
import { PublicController } from './entry/public.controller.js';
import { Reads } from './entry/reads.js';
import { Registered } from './entry/registered.js';
import { Replays } from './entry/replays.js';
import { Revocations } from './entry/revocations.js';
import { RouteCheck } from './entry/routes.js';
import { SigningIn } from './entry/signing-in.js';
import { SessionsController } from './entry/sessions.controller.js';
import { SignInThrottle } from './entry/sign-in-throttle.js';
import { SystemWrites } from './entry/system-writes.js';
import { UserSessionsController } from './entry/user-sessions.controller.js';
import { UsersController } from './entry/users.controller.js';
import { Addresses } from './hooks/addresses.js';
import { Bell } from './hooks/bell.js';
import { Courier } from './hooks/courier.js';
import { ForgettingDeliveries } from './hooks/forgetting-deliveries.js';
import { WebhookGauges } from './hooks/metrics.js';
import { WebhookAdmin } from './hooks/webhook-admin.js';
import { WebhooksController } from './hooks/webhooks.controller.js';
import { Actors } from './ledger/actors.js';
import { Announcer } from './ledger/announcer.js';
import { AccessEndings } from './ledger/access-endings.js';
import { AuditTrail } from './ledger/audit-trail.js';
import { DataKeys } from './ledger/data-keys.js';
import { DuePurges } from './ledger/due-purges.js';
import { DueRepairs } from './ledger/due-repairs.js';
import { Endings } from './ledger/endings.js';
import { FirstAdministrators } from './ledger/first-administrators.js';
import { FenceWalks } from './ledger/fence-walks.js';
import { IntegrityRuns } from './ledger/integrity-runs.js';
import { LaneStandings } from './ledger/lane-standings.js';
import { BulkRuns } from './ledger/bulk-runs.js';
import { LedgerCounts } from './ledger/counts.js';
import { LaneChanges } from './ledger/lane-changes.js';
import { LaneControl } from './ledger/lane-control.js';
import { LaneViews } from './ledger/lane-views.js';
import { Ledger } from './ledger/ledger.js';
import { OperationList } from './ledger/operation-list.js';
import { Processes } from './ledger/processes.js';
import { Samples } from './ledger/samples.js';
import { publishUnder } from './ledger/links.js';
import { LedgerQueries } from './ledger/queries.js';
import { RateWindows } from './ledger/rate-windows.js';
import { ReceivedEvents } from './ledger/received-events.js';
import { ledgerRetention } from './ledger/retention.js';
import { RootKey } from './ledger/root-key.js';
import { Seals } from './ledger/seals.js';
import { ServiceMarks } from './ledger/service-marks.js';
import { SignInPlaces } from './ledger/sign-in-places.js';
import { Suspensions } from './ledger/suspensions.js';
import { QueueBoard } from './queue/board.js';
import { WebhookDeliveries } from './ledger/webhook-deliveries.js';
import { WaysOut } from './ledger/ways-out.js';
import { Webhooks } from './ledger/webhooks.js';
import { FormerActors } from './queue/former-actors.js';
import { Hurry } from './queue/hurry.js';
import { Maintenance } from './queue/maintenance.js';
import { NameClaim } from './queue/name-claim.js';
import { PartitionViews } from './queue/partition-views.js';
import { QueueLifecycle } from './queue/queue.js';
import { QueueProof } from './queue/queue-proof.js';
import { Reconciler } from './queue/reconciler.js';
import { Releaser } from './queue/release.js';
import { Withdrawal } from './queue/withdrawal.js';
import { QueueWorker } from './queue/worker.js';
import { Authority } from './run/authority.js';
import { Breakers } from './run/breakers.js';
import { Executor } from './run/executor.js';
import { Heartbeat } from './run/heartbeat.js';
import { Leases } from './run/leases.js';
import { ServiceProbe } from './run/service-probe.js';
import { Services } from './run/services.js';
import { keptConnections } from './run/transport.js';
import { Actions } from './watch/actions.js';
import { AuditController } from './watch/audit.controller.js';
import { Bulk } from './watch/bulk.js';
import { BulkController } from './watch/bulk.controller.js';
import { CloserLook } from './watch/closer-look.js';
import { Confirmation } from './watch/confirmation.js';
import { EventInbox } from './watch/events.js';
import { GoingBack } from './watch/going-back.js';
import { Gauges } from './watch/gauges.js';
import { Integrity } from './watch/integrity.js';
import { IntegrityController } from './watch/integrity.controller.js';
import { LaneSearch } from './watch/lane-search.js';
import { LiveController } from './watch/live.controller.js';
import { OpsController } from './watch/ops.controller.js';
import { OverviewController } from './watch/overview.controller.js';
import { Purge } from './watch/purge.js';
import { Reapplication } from './watch/reapplication.js';
import { Repetitions } from './watch/repetitions.js';
import { LaneRelease } from './watch/release.js';
import { Sampler } from './watch/sampler.js';
import { SourcePages } from './watch/source-pages.js';
import { SuspensionController } from './watch/suspension.controller.js';
import { Summary } from './watch/summary.js';

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
            new Retention(database, config.worker ? ledgerRetention(config.retention) : []),
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
