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
var Gauges_1;
Object.defineProperty(exports, "__esModule", { value: true });
exports.Gauges = void 0;
const common_1 = require("@nestjs/common");
const contracts_1 = require("../../../libs/contracts/src/index.js");
const prom_client_1 = require("prom-client");
const config_js_1 = require("../config.js");
const summary_js_1 = require("./summary.js");
/**
 * The ledger as every process sees it, asked for when somebody reads the metrics. Each process tells the same: take
 * the maximum, never the sum.
 */
let Gauges = Gauges_1 = class Gauges {
    constructor(summary, config) {
        this.summary = summary;
        this.config = config;
        this.logger = new common_1.Logger(Gauges_1.name);
    }
    onModuleInit() {
        MEASURES.forEach((measure) => this.define(measure));
    }
    define(measure) {
        const { name, help, labels = [] } = measure;
        const gauge = new prom_client_1.Gauge({
            name,
            help,
            labelNames: labels,
            collect: () => this.fill(gauge, measure),
        });
    }
    async fill(gauge, measure) {
        const values = await this.valuesOf(measure);
        clear(gauge, measure);
        for (const [labels, value] of values)
            gauge.set(labels, value);
    }
    async valuesOf({ values, unknown }) {
        try {
            return values(await this.summary.now(), this.config);
        }
        catch (error) {
            this.logger.debug(`The ledger is not known: ${error.message}`);
            return unknown === undefined ? [] : [[NONE, unknown]];
        }
    }
};
exports.Gauges = Gauges;
exports.Gauges = Gauges = Gauges_1 = __decorate([
    (0, common_1.Injectable)(),
    __metadata("design:paramtypes", [summary_js_1.Summary,
        config_js_1.GatewayConfig])
], Gauges);
/** The library resets a gauge without labels to 0, which is a number like any other: no write waits. */
function clear(gauge, { labels }) {
    if (labels)
        gauge.reset();
    else
        gauge.remove();
}
const NONE = {};
/** @returns the values of a measure with one label */
function labelled(label, entries) {
    return entries.map(([key, value]) => [{ [label]: key }, value]);
}
/** Zeros too, or an alert could not tell nothing found from not looked; nothing at all before the first look. */
function findingsIn({ integrity }, { relations }) {
    const none = integrity.lastSuccessAt === null ? [] : [contracts_1.USERS, ...relations.map(({ name }) => name)];
    const zeros = none.flatMap((relation) => contracts_1.FINDING_KINDS.map((kind) => ({ relation, kind, count: 0 })));
    return [...zeros, ...integrity.findings].map(({ relation, kind, count }) => [{ relation, kind }, count]);
}
const MEASURES = [
    {
        name: 'turnpike_ledger_up',
        help: 'Whether this process can read the ledger: 1, or 0, and then the other numbers of the ledger are not told.',
        values: () => [[NONE, 1]],
        unknown: 0,
    },
    {
        name: 'turnpike_operations',
        help: 'Operations by their state, since the ledger began.',
        labels: ['state'],
        values: ({ operations }) => labelled('state', Object.entries(operations)),
    },
    {
        name: 'turnpike_lanes',
        help: 'Lanes by their state; busy are those in which something waits or runs.',
        labels: ['state'],
        values: ({ lanes }) => labelled('state', Object.entries(lanes)),
    },
    {
        name: 'turnpike_oldest_waiting_seconds',
        help: 'How long the oldest write that has not begun, or is in retry, has been there.',
        values: ({ oldestWaitingMs }) => [[NONE, (oldestWaitingMs ?? 0) / 1000]],
    },
    {
        name: 'turnpike_partition_jobs',
        help: 'Jobs that wait, run or are delayed in a partition of the queue.',
        labels: ['partition'],
        values: ({ partitions }) => labelled('partition', (partitions ?? []).map(({ name, waiting, active, delayed }) => [name, waiting + active + delayed])),
    },
    {
        name: 'turnpike_workers',
        help: 'Processes that carry writes out.',
        values: ({ workers }) => [[NONE, workers.length]],
    },
    {
        name: 'turnpike_breaker_state',
        help: 'The worst that any process has found of a service: 0 closed, 1 half-open, 2 open.',
        labels: ['service'],
        values: ({ services }) => labelled('service', services.flatMap(({ name, breaker }) => breaker ? [[name, contracts_1.BREAKER_STATES.indexOf(breaker)]] : [])),
    },
    {
        name: 'turnpike_integrity_findings',
        help: 'What the last integrity run that is done, and those after it, have found; told once one is done.',
        labels: ['relation', 'kind'],
        values: findingsIn,
    },
    {
        name: 'turnpike_integrity_last_success_timestamp_seconds',
        help: 'When an integrity run last compared everything; 0 before the first.',
        values: ({ integrity: { lastSuccessAt } }) => [
            [NONE, lastSuccessAt ? Date.parse(lastSuccessAt) / 1000 : 0],
        ],
    },
    {
        name: 'turnpike_integrity_interval_seconds',
        help: 'How often the services are compared; 0 is only on request.',
        values: (_summary, { integrityEveryMs }) => [[NONE, integrityEveryMs / 1000]],
    },
];
//# sourceMappingURL=gauges.js.map