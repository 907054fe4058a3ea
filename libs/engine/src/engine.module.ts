import { HttpModule } from '@nestjs/axios';
import { type DynamicModule, type InjectionToken, Module, type Provider, type Type } from '@nestjs/common';
import { APP_GUARD, APP_INTERCEPTOR, DiscoveryModule } from '@nestjs/core';
import {
  Database,
  HealthController,
  READINESS_CHECKS,
  type ReadinessChecks,
  Retention,
  ServiceTokenSigner,
  type Trim,
} from '@turnpike/service';
import { learn } from '@turnpike/protocol';
import { AuditTrail } from './audit/audit-trail.js';
import { Bulk } from './bulk/bulk-actions.js';
import { BulkController } from './bulk/bulk.controller.js';
import { BulkRuns } from './bulk/run-store.js';
import { GatewayConfig } from './config.js';
import { DataKeys, Seals } from './encryption/payload-encryption.js';
import { RootKey } from './encryption/root-key.js';
import { Authority } from './execution/authority.js';
import { Breakers } from './execution/circuit-breakers.js';
import { Executor } from './execution/executor.js';
import { keptConnections } from './execution/http-adapter.js';
import { Leases } from './execution/leases.js';
import { Services } from './execution/service-client.js';
import { ServiceProbe } from './execution/service-probe.js';
import { CallerGuard } from './http/authentication.guard.js';
import { Reads } from './http/consistent-reads.js';
import { DeclaredReads, DeclaredWrites, LaneOfRequest } from './http/declared-routes.js';
import { EventStreams } from './http/event-streams.js';
import { OperationAccess } from './http/operation-access.js';
import { OperationEventsController } from './http/operation-events.controller.js';
import { OperationStreams } from './http/operation-streams.js';
import { OperationTokens } from './http/operation-token.js';
import { OperationsController } from './http/operations.controller.js';
import { PublicController } from './http/public.controller.js';
import { Acceptances, Admission } from './http/submit-write.js';
import { Answers } from './http/write-responses.js';
import { IntegrityController } from './integrity/integrity.controller.js';
import { Integrity } from './integrity/integrity.js';
import { Confirmation } from './integrity/recheck.js';
import { SourcePages } from './integrity/row-reader.js';
import { IntegrityRuns } from './integrity/run-store.js';
import { AccessEndings } from './ledger/access-endings.js';
import { Actors } from './ledger/actor-standings.js';
import { Announcer } from './ledger/batching/batched-transactions.js';
import { databaseOptions } from './ledger/database.js';
import { LaneControl } from './ledger/lane-control.js';
import { Ledger } from './ledger/ledger.js';
import { WaysOut } from './ledger/resolve-halt.js';
import { Suspensions } from './ledger/suspensions.js';
import { DuePurges } from './lifecycle/due-purges.js';
import { Purge } from './lifecycle/purge-scheduler.js';
import { ledgerRetention } from './lifecycle/retention.js';
import { ClientPlaces } from './limits/client-address.js';
import { limitProviders } from './limits/limits.js';
import { RateWindows } from './limits/rate-windows.js';
import { Replays } from './limits/replay-pace.js';
import { ApplicationRoutes, CompiledIn } from './manifests/compiled-in.js';
import { ManifestJudge } from './manifests/manifest-judge.js';
import { ManifestReader } from './manifests/manifest-reader.js';
import { DeclaredController } from './manifests/routes/declared.controller.js';
import { RouteTable } from './manifests/routes/route-table.js';
import { ManifestStore } from './manifests/manifest-store.js';
import { Endings } from './notify/operation-watcher.js';
import { CookieSessions } from './ops-page/cookie-sessions.js';
import { PageFiles } from './ops-page/page-files.js';
import { PageController } from './ops-page/page.controller.js';
import { QueuesController } from './ops-page/queues.controller.js';
import { DashboardSessionController } from './ops-page/session.controller.js';
import { AuditController } from './ops/audit.controller.js';
import { OperatorsTrail } from './ops/audited-requests.interceptor.js';
import { Gauges } from './ops/gauges.js';
import { LaneSearch } from './ops/lane-search.js';
import { LiveController } from './ops/live.controller.js';
import { CloserLook } from './ops/operation-detail.js';
import { Actions } from './ops/operator-actions.js';
import { OpsController } from './ops/ops.controller.js';
import { OverviewController } from './ops/overview.controller.js';
import { Repetitions } from './ops/repetitions.js';
import { LaneRelease } from './ops/resolve-halt.js';
import { Sampler } from './ops/sampler.js';
import { ServiceStandings } from './ops/service-standings.js';
import { Summary } from './ops/summary.js';
import { SuspensionController } from './ops/suspension.controller.js';
import { Heartbeat } from './processes/heartbeat.js';
import { Processes } from './processes/process-registry.js';
import { LaneChanges } from './queries/change-feed.js';
import { Samples } from './queries/history.js';
import { LaneStandings } from './queries/lane-standings.js';
import { LaneViews } from './queries/lanes.js';
import { OperationList } from './queries/operation-list.js';
import { LedgerQueries } from './queries/operations.js';
import { ServiceBacklogs } from './queries/service-backlog.js';
import { LedgerCounts } from './queries/totals.js';
import { publishUnder } from './queries/views.js';
import { QueueBoard } from './queue/bull-board.js';
import { Withdrawal } from './queue/cancellation.js';
import { Releaser } from './queue/enqueue.js';
import { FormerActors } from './queue/former-actors.js';
import { Hurry } from './queue/hurry.js';
import { SystemWrites } from './queue/internal-writes.js';
import { PartitionViews } from './queue/partition-views.js';
import { NameClaim } from './queue/proof/name-claim.js';
import { QueueProof } from './queue/proof/queue-proof.js';
import { QueueLifecycle } from './queue/queue-lifecycle.js';
import { Reconciler } from './queue/reconciler.js';
import { Maintenance } from './queue/scheduled-tasks.js';
import { QueueWorker } from './queue/worker.js';
import { DueRepairs } from './recovery/due-repairs.js';
import { FenceWalks } from './recovery/fence-walks.js';
import { GoingBack } from './recovery/going-back.js';
import { Reapplication } from './recovery/reapplication.js';
import { ServiceMarks } from './recovery/service-marks.js';
import { EventInbox } from './relay/outbox-relay.js';
import { ReceivedEvents } from './relay/received-events.js';
import { Fingerprints } from './request/fingerprints.js';
import { RouteCheck, routesOf } from './request/route-actions.js';
import { Addresses } from './webhooks/address-guard.js';
import { ForgettingDeliveries } from './webhooks/delivery-cleanup.js';
import { WebhookDeliveries } from './webhooks/delivery-store.js';
import { Courier } from './webhooks/dispatcher.js';
import { WebhookGauges } from './webhooks/metrics.js';
import { Bell } from './webhooks/wake-up.js';
import { WebhookAdmin } from './webhooks/webhook-admin.js';
import { Webhooks } from './webhooks/webhook-store.js';
import { WebhooksController } from './webhooks/webhooks.controller.js';
import { Catalogue } from './definitions/catalogue.js';
import { Authenticator } from './ports/authenticator.js';
import { CookieTokens } from './ports/cookie-tokens.js';
import { OperatorSignIn } from './ports/operator-sign-in.js';
import { AccessListener, Administrators } from './ports/subject-access.js';
import { Subjects } from './ports/subjects.js';

/** What an application adds to the engine. */
export interface Application {
  /** The operations that it is compiled with; manifests add theirs. */
  catalogue: Catalogue;
  /** Who carries out what the engine asks of it; each is one of `providers`. */
  authenticator: Type<Authenticator>;
  operatorSignIn: Type<OperatorSignIn>;
  accessListener: Type<AccessListener>;
  administrators: Type<Administrators>;
  subjects: Type<Subjects>;
  providers: Provider[];
  controllers: Type[];
  /** What it keeps in the ledger's database for a time. */
  trims: readonly Trim[];
  /** What has to hold before requests are sent to the process. */
  readiness: { inject: InjectionToken[]; checks: (...parts: never[]) => ReadinessChecks };
}

const providers = [
  RouteCheck,
  Fingerprints,
  CallerGuard,
  OperationTokens,
  OperationAccess,
  Acceptances,
  Admission,
  LaneOfRequest,
  DeclaredReads,
  DeclaredWrites,
  Answers,
  EventStreams,
  OperationStreams,
  Reads,
  ClientPlaces,
  Replays,
  RateWindows,
  RootKey,
  DataKeys,
  Seals,
  Announcer,
  Ledger,
  Actors,
  LaneControl,
  Suspensions,
  AccessEndings,
  WaysOut,
  LedgerQueries,
  LaneChanges,
  LaneViews,
  OperationList,
  LedgerCounts,
  ServiceBacklogs,
  Samples,
  LaneStandings,
  Endings,
  AuditTrail,
  SystemWrites,
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
  Executor,
  Authority,
  Leases,
  Breakers,
  Services,
  ServiceProbe,
  CompiledIn,
  ManifestStore,
  ManifestJudge,
  ManifestReader,
  Processes,
  Heartbeat,
  ServiceMarks,
  DueRepairs,
  FenceWalks,
  GoingBack,
  Reapplication,
  ReceivedEvents,
  EventInbox,
  DuePurges,
  Purge,
  IntegrityRuns,
  SourcePages,
  Confirmation,
  Integrity,
  Webhooks,
  WebhookDeliveries,
  WebhookAdmin,
  Bell,
  Courier,
  ForgettingDeliveries,
  WebhookGauges,
  BulkRuns,
  Bulk,
  Summary,
  ServiceStandings,
  Sampler,
  Gauges,
  LaneSearch,
  CloserLook,
  LaneRelease,
  Actions,
  Repetitions,
  CookieSessions,
];

const controllers = [
  OperationsController,
  OperationEventsController,
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
  DeclaredController,
];

/** The engine with an application: one module, whose providers stand in the order in which a write meets them. */
@Module({})
export class TurnpikeModule {
  static forRoot(config: GatewayConfig, application: Application): DynamicModule {
    publishUnder(config.publicUrl);
    learn(application.catalogue.words(Object.keys(config.services)));
    return {
      module: TurnpikeModule,
      imports: [
        DiscoveryModule,
        HttpModule.register({ adapter: keptConnections(undefined, config.trustedCa) }),
      ],
      controllers: [HealthController, ...(config.api ? [...controllers, ...application.controllers] : [])],
      providers: [
        ...foundations(config, application),
        ...providers,
        ...application.providers,
        ...portsOf(application),
        ...(config.api ? edge(config) : []),
        readinessOf(application),
      ],
    };
  }
}

function foundations(config: GatewayConfig, { trims }: Application): Provider[] {
  return [
    { provide: GatewayConfig, useValue: config },
    { provide: ServiceTokenSigner, useValue: new ServiceTokenSigner(config.serviceSigningKey) },
    {
      provide: Database,
      useFactory: () => new Database({ ...databaseOptions(config), production: config.production }),
    },
    {
      provide: Retention,
      inject: [Database],
      useFactory: (database: Database) =>
        new Retention(database, config.worker ? ledgerRetention(config.retention, trims) : []),
    },
    {
      provide: Addresses,
      useFactory: () => new Addresses(config.webhookPrivateNetworks, config.production),
    },
  ];
}

function portsOf(application: Application): Provider[] {
  return [
    { provide: Catalogue, useValue: application.catalogue },
    { provide: ApplicationRoutes, useValue: new ApplicationRoutes(ownRoutesOf(application)) },
    { provide: Authenticator, useExisting: application.authenticator },
    { provide: OperatorSignIn, useExisting: application.operatorSignIn },
    { provide: AccessListener, useExisting: application.accessListener },
    { provide: Administrators, useExisting: application.administrators },
    { provide: Subjects, useExisting: application.subjects },
    { provide: CookieTokens, useExisting: CookieSessions },
  ];
}

/** Of the application and of the engine, whatever the role of the process: manifests are judged by workers, too. */
function ownRoutesOf(application: Application): { method: string; path: string }[] {
  return [...controllers, ...application.controllers].flatMap(routesOf).map(({ address }) => {
    const [method, path] = address.split(' ') as [string, string];
    return { method, path };
  });
}

/** @returns the routes that services declare, as long as the process runs */
export function routeTableOf(application: Application): RouteTable {
  return new RouteTable(application.catalogue, ownRoutesOf(application));
}

/** What every request of a client passes. */
function edge(config: GatewayConfig): Provider[] {
  return [
    PageFiles,
    { provide: APP_GUARD, useExisting: CallerGuard },
    { provide: APP_INTERCEPTOR, useClass: OperatorsTrail },
    ...limitProviders(config),
  ];
}

function readinessOf({ readiness }: Application): Provider {
  return {
    provide: READINESS_CHECKS,
    inject: [Database, RootKey, QueueProof, ServiceProbe, ManifestStore, NameClaim, ...readiness.inject],
    useFactory: (
      database: Database,
      root: RootKey,
      proof: QueueProof,
      services: ServiceProbe,
      manifests: ManifestStore,
      name: NameClaim,
      ...parts: never[]
    ) => ({
      database: () => database.isReady(),
      keys: () => root.isOpen,
      queue: () => proof.queueWorks,
      installation: () => name.isOurs,
      claims: () => proof.claimsWork,
      tokens: () => services.isAccepted,
      manifests: () => manifests.isLoaded,
      ...readiness.checks(...parts),
    }),
  };
}
