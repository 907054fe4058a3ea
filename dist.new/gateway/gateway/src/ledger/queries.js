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
Object.defineProperty(exports, "__esModule", { value: true });
exports.LedgerQueries = void 0;
exports.firstOf = firstOf;
exports.listed = listed;
const common_1 = require("@nestjs/common");
const contracts_1 = require("../../../libs/contracts/src/index.js");
const service_1 = require("../../../libs/service/src/index.js");
const class_validator_1 = require("class-validator");
const typeorm_1 = require("typeorm");
const causes_js_1 = require("./causes.js");
const gathered_js_1 = require("./gathered.js");
const lane_entity_js_1 = require("./lane.entity.js");
const operation_entity_js_1 = require("./operation.entity.js");
const seals_js_1 = require("./seals.js");
const sql_js_1 = require("./sql.js");
const states_js_1 = require("./states.js");
const views_js_1 = require("./views.js");
/** Reads of the ledger. None of them decides anything. */
let LedgerQueries = class LedgerQueries {
    constructor(database, seals) {
        this.database = database;
        this.seals = seals;
        this.operations = (0, gathered_js_1.gathered)((ids) => this.readOperations(ids));
        this.lanes = (0, gathered_js_1.gathered)((userIds) => this.readLanes(userIds));
        this.heads = (0, gathered_js_1.gathered)((userIds) => this.readHeads(userIds));
        this.waits = (0, gathered_js_1.batched)((places) => this.readWaits(places));
        this.standings = (0, gathered_js_1.gathered)((userIds) => this.readStandings(userIds));
        this.lanesOfOrders = (0, gathered_js_1.gathered)((orderIds) => this.readLanesOfOrders(orderIds));
    }
    /** @returns that operation with its steps, or null */
    operation(id) {
        return this.operations(id);
    }
    /** @returns those operations that there are, by their ids */
    async readOperations(ids) {
        if (ids.length === 0)
            return new Map();
        const rows = await this.database.manager
            .createQueryBuilder(operation_entity_js_1.Operation, 'o')
            .where('o.id = any(:ids)', { ids })
            .getMany();
        const opened = await Promise.all(rows.map((row) => this.opened(row)));
        return new Map(opened.map((operation) => [operation.id, operation]));
    }
    /** @returns what that write holds, or null where it was erased */
    payloadOf({ userId, id, payload }) {
        return this.seals.open({ userId, operationId: id, field: 'payload' }, payload);
    }
    /** Operations in the caller's lane or asked for by the caller, newest first. */
    async operationsOf(callerId, query) {
        const builder = listed(this.database)
            .where(new typeorm_1.Brackets((own) => own.where('o.userId = :callerId').orWhere('o.actorId = :callerId and o.actorId <> o.userId')))
            .setParameters({ callerId });
        if (query.state)
            builder.andWhere('o.state = :state', { state: query.state });
        if (query.kind)
            builder.andWhere('o.kind = :kind', { kind: query.kind });
        return (0, service_1.pageOf)(query, {
            read: (cursor, count) => {
                const page = builder.clone().orderBy('o.id', 'DESC').limit(count);
                return (cursor === undefined ? page : page.andWhere('o.id < :after', { after: positionOf(cursor) })).getMany();
            },
            open: (rows) => this.viewsOf(rows),
            cursorOf: ({ id }) => (0, contracts_1.encodeCursor)([id]),
        });
    }
    /** @returns the operations as clients see them */
    async viewsOf(operations) {
        return (await Promise.all(operations.map((operation) => this.opened(operation)))).map(views_js_1.toView);
    }
    lane(userId) {
        return this.lanes(userId);
    }
    /** @returns what decides whether a user's tokens are accepted, or null where there is no lane */
    standing(userId) {
        return this.standings(userId);
    }
    /** @returns whose lane that order's writes go to, or null */
    laneOfOrder(orderId) {
        return this.lanesOfOrders(orderId);
    }
    /** @returns the place of the lane's first write that has not ended; beyond all places where all have */
    async firstUnfinished(userId) {
        return (await this.heads(userId)) ?? Infinity;
    }
    /** @returns the newest write that repeats that one, or null */
    async repetitionOf(id) {
        const rows = await this.database.query('select id from operations where retry_of = $1 order by id desc limit 1', [id]);
        return rows[0]?.id ?? null;
    }
    /** @returns the write that repeats that one, or the same as that one, and is under way or has succeeded; or null */
    async standingRepetition(failed) {
        const [row] = await this.database.query(`select id from operations where repeats = $1 and state not in ${sql_js_1.UNREPEATED}`, [firstOf(failed)]);
        return row ? this.operation(row.id) : null;
    }
    /** @returns why that operation has to wait, or null if it does not */
    async waiting(operation) {
        if ((0, states_js_1.isEnded)(operation.state) || operation.state === 'running')
            return null;
        const waiting = await this.waits(operation);
        return waiting && (0, views_js_1.waitingView)(operation, waiting);
    }
    /** @returns the same with its result and its cause in clear */
    async opened(operation) {
        const { userId, id: operationId, result, cause } = operation;
        return {
            ...operation,
            result: await this.seals.open({ userId, operationId, field: 'result' }, result),
            cause: await (0, causes_js_1.openCause)(this.seals, { userId, operationId }, cause),
        };
    }
    async readStandings(userIds) {
        const rows = await this.database.query(`select user_id as "userId", admission, sessions_valid_from as "sessionsValidFrom",
         deleted_at as "deletedAt", decided_at as "decidedAt"
       from lanes where user_id = any($1)`, [userIds]);
        return new Map(rows.map((row) => [row.userId, row]));
    }
    async readLanes(userIds) {
        const lanes = this.database.manager.createQueryBuilder(lane_entity_js_1.Lane, 'l');
        const rows = await lanes.where('l.userId = any(:userIds)', { userIds }).getMany();
        return new Map(rows.map((lane) => [lane.userId, lane]));
    }
    async readHeads(userIds) {
        const rows = await this.database.query(`select l.user_id as "userId", head.seq from lanes l,
         lateral (select seq from operations where ${(0, sql_js_1.unfinishedIn)('l')} order by seq limit 1) head
       where l.user_id = any($1)`, [userIds]);
        return new Map(rows.map(({ userId, seq }) => [userId, seq]));
    }
    async readWaits(places) {
        const rows = await this.database.query(`select place.number::integer, l.execution, b.position, b.behind
       from unnest($1::uuid[], $2::integer[]) with ordinality as place (user_id, seq, number)
       join lanes l using (user_id), lateral (${(0, sql_js_1.positionBefore)('place.user_id', 'place.seq')}) b`, [places.map(({ userId }) => userId), places.map(({ seq }) => seq)]);
        const found = new Map(rows.map(({ number, ...waiting }) => [number, waiting]));
        return places.map((_, index) => found.get(index + 1) ?? null);
    }
    async readLanesOfOrders(orderIds) {
        const rows = await this.database.query('select order_id as "orderId", user_id as "userId" from order_lanes where order_id = any($1)', [orderIds]);
        return new Map(rows.map(({ orderId, userId }) => [orderId, userId]));
    }
};
exports.LedgerQueries = LedgerQueries;
exports.LedgerQueries = LedgerQueries = __decorate([
    (0, common_1.Injectable)(),
    __metadata("design:paramtypes", [service_1.Database,
        seals_js_1.Seals])
], LedgerQueries);
/** @returns the first write of the chain of repetitions that this one is in */
function firstOf({ id, retryOf, repeats }) {
    return repeats ?? retryOf ?? id;
}
/**
 * @returns a query of operations as lists show them: without what they hold, which may be 256 KB of each and is read for
 *   nothing
 */
function listed({ manager }) {
    const { columns } = manager.connection.getMetadata(operation_entity_js_1.Operation);
    const shown = columns.filter(({ propertyName }) => propertyName !== 'payload');
    return manager
        .createQueryBuilder(operation_entity_js_1.Operation, 'o')
        .select(shown.map(({ propertyName }) => `o.${propertyName}`));
}
function positionOf(cursor) {
    const [id] = (0, contracts_1.decodeCursor)(cursor, 1) ?? [];
    if (!(0, class_validator_1.isUUID)(id))
        throw (0, service_1.invalidRequest)([{ path: 'cursor', message: 'cursor is not one of a page' }]);
    return id;
}
//# sourceMappingURL=queries.js.map