"use strict";
var __decorate = (this && this.__decorate) || function (decorators, target, key, desc) {
    var c = arguments.length, r = c < 3 ? target : desc === null ? desc = Object.getOwnPropertyDescriptor(target, key) : desc, d;
    if (typeof Reflect === "object" && typeof Reflect.decorate === "function") r = Reflect.decorate(decorators, target, key, desc);
    else for (var i = decorators.length - 1; i >= 0; i--) if (d = decorators[i]) r = (c < 3 ? d(r) : c > 3 ? d(target, key, r) : d(target, key)) || r;
    return c > 3 && r && Object.defineProperty(target, key, r), r;
};
var __metadata = (this && this.__metadata) || function (k, v) {
    if (typeof Reflect === "object" && typeof Reflect.metadata === "function") return Reflect.metadata(k, v);
};
var Integrity_1;
Object.defineProperty(exports, "__esModule", { value: true });
exports.Integrity = void 0;
const node_crypto_1 = require("node:crypto");
const common_1 = require("@nestjs/common");
const contracts_1 = require("../../../libs/contracts/src/index.js");
const service_1 = require("../../../libs/service/src/index.js");
const config_js_1 = require("../config.js");
const system_writes_js_1 = require("../entry/system-writes.js");
const integrity_runs_js_1 = require("../ledger/integrity-runs.js");
const lane_standings_js_1 = require("../ledger/lane-standings.js");
const queries_js_1 = require("../ledger/queries.js");
const views_js_1 = require("../ledger/views.js");
const maintenance_js_1 = require("../queue/maintenance.js");
const confirmation_js_1 = require("./confirmation.js");
const source_pages_js_1 = require("./source-pages.js");
const comparison_js_1 = require("./comparison.js");
/*
 * Compares the services' data and mends it. A run finds what stands against the declared relations while nothing is
 * under way for that user, so that writes in flight are never a finding; a repair is a write in the user's lane,
 * which reads the user at its turn and makes the other services agree.
 *
 * A run is a job in a worker. If that dies, or a service stays away, the run has failed, says why and keeps what it has
 * found; the next one begins anew. Of users whom the ledger has deleted and the services have again, the run itself
 * asks for the repair: what was deleted stays deleted, and nobody has to ask for that.
 */
/** Milliseconds between two signs of life: a run is given up after several missing ones. */
const HEARTBEAT_MS = 5000;
let Integrity = Integrity_1 = class Integrity {
    constructor(runs, pages, confirmation, lanes, queries, writes, maintenance, config) {
        this.runs = runs;
        this.pages = pages;
        this.confirmation = confirmation;
        this.lanes = lanes;
        this.queries = queries;
        this.writes = writes;
        this.maintenance = maintenance;
        this.config = config;
        this.logger = new common_1.Logger(Integrity_1.name);
        this.worker = (0, node_crypto_1.randomUUID)();
    }
    onModuleInit() {
        const perform = (stopped) => this.perform(stopped);
        this.maintenance.define({
            name: 'integrity',
            everyMs: this.config.integrityEveryMs,
            run: async (stopped) => {
                await this.runs.begin(null);
                await perform(stopped);
            },
        });
        this.maintenance.define({ name: REQUESTED, everyMs: 0, run: perform });
    }
    /** Begins a run. @returns it, or the one that is under way already */
    async begin(requestedBy) {
        const id = await this.runs.begin(requestedBy);
        this.maintenance.request(REQUESTED);
        return this.run(id);
    }
    list(query) {
        return this.runs.page(query);
    }
    /** @throws Problem 404 where there is no such run */
    async run(id) {
        const run = await this.runs.find(id);
        if (!run)
            throw new service_1.Problem('not-found');
        return run;
    }
    /**
     * Asks for the writes that mend what the run has found, one for each user. Asked again, or after a death half-way,
     * it answers with the same ones.
     */
    async repair(id, actorId) {
        await this.run(id);
        const repairs = [];
        for (const { userId, repairedBy } of await this.runs.usersToRepair(id)) {
            const operationId = repairedBy ?? (await this.repairUser(id, userId, actorId));
            const operation = operationId && (await this.queries.operation(operationId));
            if (operation)
                repairs.push((0, views_js_1.toView)(operation));
        }
        return repairs;
    }
    /** @param actorId the operator who asks; left out, the run itself */
    async repairUser(id, userId, actorId) {
        const key = `repair ${id} ${userId}`;
        const operationId = await this.writes.submit({ kind: 'repair.user', userId, key, actorId });
        if (operationId)
            await this.runs.markRepaired(id, userId, operationId);
        return operationId;
    }
    /** Does the run that nobody does yet, if there is one. */
    async perform(stopped) {
        const claim = await this.runs.claim(this.worker);
        if (!claim)
            return;
        const comparison = new comparison_js_1.Comparison(this.pages, this.lanes, this.config.relations);
        const lost = new AbortController();
        const heartbeat = setInterval(() => {
            this.runs.heartbeat(claim, comparison.checked).then((alive) => alive || lost.abort(new Error('the run was given up')), (error) => this.logger.warn(`The run ${claim.id} gave no sign of life: ${error.message}`));
        }, HEARTBEAT_MS);
        try {
            await this.search(claim, comparison, AbortSignal.any([stopped, lost.signal]));
            await this.runs.end(claim, comparison.checked, null);
        }
        catch (error) {
            this.logger.warn(`The run ${claim.id} failed: ${error.message}`);
            await this.runs.end(claim, comparison.checked, stopped.aborted ? STOPPED : problemOfRun(error));
        }
        finally {
            clearInterval(heartbeat);
        }
    }
    /** What is remembered of the users who were looked at grows with the faults, not with the data. */
    async search(claim, comparison, signal) {
        const looked = new Set();
        for await (const batch of comparison.suspects()) {
            signal.throwIfAborted();
            const suspects = batch.filter((userId) => !looked.has(userId));
            const findings = await this.confirmation.confirm(suspects, signal);
            if (findings.length > 0)
                await this.runs.addFindings(claim, findings);
            await this.deleteAgain(claim, findings);
            for (const userId of suspects)
                looked.add(userId);
        }
    }
    /** By the same key as an operator's repair of the run: whoever asks first, there is one write. */
    async deleteAgain({ id }, findings) {
        const back = findings.filter(({ kind }) => kind === 'resurrected').map(({ userId }) => userId);
        for (const userId of new Set(back)) {
            const operationId = await this.repairUser(id, userId);
            if (!operationId)
                this.logger.warn(`The lane of ${userId}, who is deleted and is back, took no repair.`);
        }
    }
};
exports.Integrity = Integrity;
exports.Integrity = Integrity = Integrity_1 = __decorate([
    (0, common_1.Injectable)(),
    __metadata("design:paramtypes", [integrity_runs_js_1.IntegrityRuns,
        source_pages_js_1.SourcePages,
        confirmation_js_1.Confirmation,
        lane_standings_js_1.LaneStandings,
        queries_js_1.LedgerQueries,
        system_writes_js_1.SystemWrites,
        maintenance_js_1.Maintenance,
        config_js_1.GatewayConfig])
], Integrity);
/** @returns what operators are told of it; what nobody foresaw may hold anything, and is in the log alone */
function problemOfRun(error) {
    const { body } = (0, service_1.problemOf)(error);
    return {
        ...body,
        detail: body.detail ?? 'It ended in a way that nobody foresaw. The log of its worker tells of it.',
    };
}
const STOPPED = (0, contracts_1.problemBody)('unavailable', 'The process that compared was stopped. Begin another run, or wait for the next.');
/** The task of a run that somebody asked for. */
const REQUESTED = 'integrity-requested';
//# sourceMappingURL=integrity.js.map