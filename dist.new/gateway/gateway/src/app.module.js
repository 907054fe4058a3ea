"use strict";
var __decorate = (this && this.__decorate) || function (decorators, target, key, desc) {
    var c = arguments.length, r = c < 3 ? target : desc === null ? desc = Object.getOwnPropertyDescriptor(target, key) : desc, d;
    if (typeof Reflect === "object" && typeof Reflect.decorate === "function") r = Reflect.decorate(decorators, target, key, desc);
    else for (var i = decorators.length - 1; i >= 0; i--) if (d = decorators[i]) r = (c < 3 ? d(r) : c > 3 ? d(target, key, r) : d(target, key)) || r;
    return c > 3 && r && Object.defineProperty(target, key, r), r;
};
var AppModule_1;
Object.defineProperty(exports, "__esModule", { value: true });
exports.AppModule = void 0;
const axios_1 = require("@nestjs/axios");
const common_1 = require("@nestjs/common");
const core_1 = require("@nestjs/core");
const service_1 = require("../../libs/service/src/index.js");
const config_js_1 = require("./config.js");
const database_js_1 = require("./database.js");
const page_controller_js_1 = require("./dashboard/page.controller.js");
const page_files_js_1 = require("./dashboard/page-files.js");
const queues_controller_js_1 = require("./dashboard/queues.controller.js");
const session_controller_js_1 = require("./dashboard/session.controller.js");
const access_tokens_js_1 = require("./entry/access-tokens.js");
const admit_js_1 = require("./entry/admit.js");
const answers_js_1 = require("./entry/answers.js");
const caller_js_1 = require("./entry/caller.js");
const client_places_js_1 = require("./entry/client-places.js");
const cookie_sessions_js_1 = require("./entry/cookie-sessions.js");
const customers_controller_js_1 = require("./entry/customers.controller.js");
const event_streams_js_1 = require("./entry/event-streams.js");
const fingerprint_js_1 = require("./entry/fingerprint.js");
const first_administrator_js_1 = require("./entry/first-administrator.js");
const invoices_controller_js_1 = require("./entry/invoices.controller.js");
const limits_js_1 = require("./entry/limits.js");
const me_controller_js_1 = require("./entry/me.controller.js");
const operation_access_js_1 = require("./entry/operation-access.js");
const operation_events_controller_js_1 = require("./entry/operation-events.controller.js");
const operation_streams_js_1 = require("./entry/operation-streams.js");
const operation_token_js_1 = require("./entry/operation-token.js");
const operations_controller_js_1 = require("./entry/operations.controller.js");
const orders_controller_js_1 = require("./entry/orders.controller.js");
const public_controller_js_1 = require("./entry/public.controller.js");
const reads_js_1 = require("./entry/reads.js");
const registered_js_1 = require("./entry/registered.js");
const replays_js_1 = require("./entry/replays.js");
const revocations_js_1 = require("./entry/revocations.js");
const routes_js_1 = require("./entry/routes.js");
const sessions_controller_js_1 = require("./entry/sessions.controller.js");
const sign_in_throttle_js_1 = require("./entry/sign-in-throttle.js");
const system_writes_js_1 = require("./entry/system-writes.js");
const users_controller_js_1 = require("./entry/users.controller.js");
const addresses_js_1 = require("./hooks/addresses.js");
const bell_js_1 = require("./hooks/bell.js");
const courier_js_1 = require("./hooks/courier.js");
const forgetting_deliveries_js_1 = require("./hooks/forgetting-deliveries.js");
const metrics_js_1 = require("./hooks/metrics.js");
const webhook_admin_js_1 = require("./hooks/webhook-admin.js");
const webhooks_controller_js_1 = require("./hooks/webhooks.controller.js");
const announcer_js_1 = require("./ledger/announcer.js");
const audit_trail_js_1 = require("./ledger/audit-trail.js");
const data_keys_js_1 = require("./ledger/data-keys.js");
const due_purges_js_1 = require("./ledger/due-purges.js");
const due_repairs_js_1 = require("./ledger/due-repairs.js");
const endings_js_1 = require("./ledger/endings.js");
const fence_walks_js_1 = require("./ledger/fence-walks.js");
const integrity_runs_js_1 = require("./ledger/integrity-runs.js");
const lane_standings_js_1 = require("./ledger/lane-standings.js");
const bulk_runs_js_1 = require("./ledger/bulk-runs.js");
const counts_js_1 = require("./ledger/counts.js");
const lane_changes_js_1 = require("./ledger/lane-changes.js");
const lane_control_js_1 = require("./ledger/lane-control.js");
const lane_views_js_1 = require("./ledger/lane-views.js");
const ledger_js_1 = require("./ledger/ledger.js");
const operation_list_js_1 = require("./ledger/operation-list.js");
const processes_js_1 = require("./ledger/processes.js");
const samples_js_1 = require("./ledger/samples.js");
const links_js_1 = require("./ledger/links.js");
const queries_js_1 = require("./ledger/queries.js");
const rate_windows_js_1 = require("./ledger/rate-windows.js");
const received_events_js_1 = require("./ledger/received-events.js");
const retention_js_1 = require("./ledger/retention.js");
const root_key_js_1 = require("./ledger/root-key.js");
const seals_js_1 = require("./ledger/seals.js");
const service_marks_js_1 = require("./ledger/service-marks.js");
const sign_in_places_js_1 = require("./ledger/sign-in-places.js");
const board_js_1 = require("./queue/board.js");
const webhook_deliveries_js_1 = require("./ledger/webhook-deliveries.js");
const ways_out_js_1 = require("./ledger/ways-out.js");
const webhooks_js_1 = require("./ledger/webhooks.js");
const hurry_js_1 = require("./queue/hurry.js");
const maintenance_js_1 = require("./queue/maintenance.js");
const name_claim_js_1 = require("./queue/name-claim.js");
const partition_views_js_1 = require("./queue/partition-views.js");
const queue_js_1 = require("./queue/queue.js");
const queue_proof_js_1 = require("./queue/queue-proof.js");
const reconciler_js_1 = require("./queue/reconciler.js");
const release_js_1 = require("./queue/release.js");
const withdrawal_js_1 = require("./queue/withdrawal.js");
const worker_js_1 = require("./queue/worker.js");
const breakers_js_1 = require("./run/breakers.js");
const executor_js_1 = require("./run/executor.js");
const heartbeat_js_1 = require("./run/heartbeat.js");
const leases_js_1 = require("./run/leases.js");
const service_probe_js_1 = require("./run/service-probe.js");
const services_js_1 = require("./run/services.js");
const transport_js_1 = require("./run/transport.js");
const actions_js_1 = require("./watch/actions.js");
const audit_controller_js_1 = require("./watch/audit.controller.js");
const bulk_js_1 = require("./watch/bulk.js");
const bulk_controller_js_1 = require("./watch/bulk.controller.js");
const closer_look_js_1 = require("./watch/closer-look.js");
const confirmation_js_1 = require("./watch/confirmation.js");
const events_js_1 = require("./watch/events.js");
const going_back_js_1 = require("./watch/going-back.js");
const gauges_js_1 = require("./watch/gauges.js");
const integrity_js_1 = require("./watch/integrity.js");
const integrity_controller_js_1 = require("./watch/integrity.controller.js");
const lane_search_js_1 = require("./watch/lane-search.js");
const live_controller_js_1 = require("./watch/live.controller.js");
const ops_controller_js_1 = require("./watch/ops.controller.js");
const overview_controller_js_1 = require("./watch/overview.controller.js");
const purge_js_1 = require("./watch/purge.js");
const reapplication_js_1 = require("./watch/reapplication.js");
const release_js_2 = require("./watch/release.js");
const sampler_js_1 = require("./watch/sampler.js");
const source_pages_js_1 = require("./watch/source-pages.js");
const summary_js_1 = require("./watch/summary.js");
const entry = [
    routes_js_1.RouteCheck,
    caller_js_1.CallerGuard,
    cookie_sessions_js_1.CookieSessions,
    access_tokens_js_1.AccessTokens,
    revocations_js_1.Revocations,
    fingerprint_js_1.Fingerprints,
    client_places_js_1.ClientPlaces,
    sign_in_throttle_js_1.SignInThrottle,
    operation_token_js_1.OperationTokens,
    operation_access_js_1.OperationAccess,
    admit_js_1.Admission,
    answers_js_1.Answers,
    event_streams_js_1.EventStreams,
    operation_streams_js_1.OperationStreams,
    replays_js_1.Replays,
    reads_js_1.Reads,
    first_administrator_js_1.FirstAdministrator,
    system_writes_js_1.SystemWrites,
    registered_js_1.Registered,
];
const ledger = [
    root_key_js_1.RootKey,
    data_keys_js_1.DataKeys,
    seals_js_1.Seals,
    announcer_js_1.Announcer,
    ledger_js_1.Ledger,
    lane_control_js_1.LaneControl,
    ways_out_js_1.WaysOut,
    queries_js_1.LedgerQueries,
    lane_changes_js_1.LaneChanges,
    lane_views_js_1.LaneViews,
    operation_list_js_1.OperationList,
    counts_js_1.LedgerCounts,
    bulk_runs_js_1.BulkRuns,
    samples_js_1.Samples,
    processes_js_1.Processes,
    endings_js_1.Endings,
    audit_trail_js_1.AuditTrail,
    received_events_js_1.ReceivedEvents,
    due_purges_js_1.DuePurges,
    service_marks_js_1.ServiceMarks,
    due_repairs_js_1.DueRepairs,
    fence_walks_js_1.FenceWalks,
    integrity_runs_js_1.IntegrityRuns,
    lane_standings_js_1.LaneStandings,
    rate_windows_js_1.RateWindows,
    sign_in_places_js_1.SignInPlaces,
    webhooks_js_1.Webhooks,
    webhook_deliveries_js_1.WebhookDeliveries,
];
const queue = [
    release_js_1.Releaser,
    partition_views_js_1.PartitionViews,
    board_js_1.QueueBoard,
    withdrawal_js_1.Withdrawal,
    worker_js_1.QueueWorker,
    reconciler_js_1.Reconciler,
    hurry_js_1.Hurry,
    maintenance_js_1.Maintenance,
    name_claim_js_1.NameClaim,
    queue_proof_js_1.QueueProof,
    queue_js_1.QueueLifecycle,
];
const run = [executor_js_1.Executor, leases_js_1.Leases, breakers_js_1.Breakers, services_js_1.Services, service_probe_js_1.ServiceProbe, heartbeat_js_1.Heartbeat];
const watch = [
    summary_js_1.Summary,
    sampler_js_1.Sampler,
    gauges_js_1.Gauges,
    lane_search_js_1.LaneSearch,
    closer_look_js_1.CloserLook,
    bulk_js_1.Bulk,
    release_js_2.LaneRelease,
    actions_js_1.Actions,
    events_js_1.EventInbox,
    going_back_js_1.GoingBack,
    reapplication_js_1.Reapplication,
    purge_js_1.Purge,
    source_pages_js_1.SourcePages,
    confirmation_js_1.Confirmation,
    integrity_js_1.Integrity,
];
const hooks = [webhook_admin_js_1.WebhookAdmin, bell_js_1.Bell, courier_js_1.Courier, forgetting_deliveries_js_1.ForgettingDeliveries, metrics_js_1.WebhookGauges];
const api = [
    users_controller_js_1.UsersController,
    customers_controller_js_1.CustomersController,
    orders_controller_js_1.OrdersController,
    operations_controller_js_1.OperationsController,
    operation_events_controller_js_1.OperationEventsController,
    sessions_controller_js_1.SessionsController,
    me_controller_js_1.MeController,
    public_controller_js_1.PublicController,
    overview_controller_js_1.OverviewController,
    live_controller_js_1.LiveController,
    bulk_controller_js_1.BulkController,
    ops_controller_js_1.OpsController,
    audit_controller_js_1.AuditController,
    integrity_controller_js_1.IntegrityController,
    webhooks_controller_js_1.WebhooksController,
    session_controller_js_1.DashboardSessionController,
    queues_controller_js_1.QueuesController,
    page_controller_js_1.PageController,
];
/** Services that join bring routes of their own. */
function apiOf({ services }) {
    return services.billing ? [...api, invoices_controller_js_1.InvoicesController] : api;
}
/** The gateway process; its providers stand in the order in which a write meets them. */
let AppModule = AppModule_1 = class AppModule {
    static for(config) {
        (0, links_js_1.publishUnder)(config.publicUrl);
        return {
            module: AppModule_1,
            imports: [core_1.DiscoveryModule, axios_1.HttpModule.register({ adapter: (0, transport_js_1.keptConnections)() })],
            controllers: [service_1.HealthController, ...(config.api ? apiOf(config) : [])],
            providers: [
                { provide: config_js_1.GatewayConfig, useValue: config },
                { provide: service_1.ServiceTokenSigner, useValue: new service_1.ServiceTokenSigner(config.serviceSigningKey) },
                { provide: service_1.Database, useFactory: () => new service_1.Database((0, database_js_1.databaseOptions)(config)) },
                ...entry,
                ...ledger,
                ...queue,
                ...run,
                ...watch,
                {
                    provide: service_1.Retention,
                    inject: [service_1.Database],
                    useFactory: (database) => new service_1.Retention(database, config.worker ? (0, retention_js_1.ledgerRetention)(config.retention) : []),
                },
                {
                    provide: addresses_js_1.Addresses,
                    useFactory: () => new addresses_js_1.Addresses(config.webhookPrivateNetworks, config.production),
                },
                ...hooks,
                ...(config.api
                    ? [page_files_js_1.PageFiles, { provide: core_1.APP_GUARD, useExisting: caller_js_1.CallerGuard }, ...(0, limits_js_1.limitProviders)(config)]
                    : []),
                {
                    provide: service_1.READINESS_CHECKS,
                    inject: [service_1.Database, root_key_js_1.RootKey, queue_proof_js_1.QueueProof, service_probe_js_1.ServiceProbe, name_claim_js_1.NameClaim, first_administrator_js_1.FirstAdministrator],
                    useFactory: (database, root, proof, services, name, administrator) => ({
                        database: () => database.isReady(),
                        keys: () => root.isOpen,
                        queue: () => proof.queueWorks,
                        installation: () => name.isOurs,
                        claims: () => proof.claimsWork,
                        tokens: () => services.isAccepted,
                        ...(config.api && config.admin && { administrator: () => administrator.isReady }),
                    }),
                },
            ],
        };
    }
};
exports.AppModule = AppModule;
exports.AppModule = AppModule = AppModule_1 = __decorate([
    (0, common_1.Module)({})
], AppModule);
//# sourceMappingURL=app.module.js.map