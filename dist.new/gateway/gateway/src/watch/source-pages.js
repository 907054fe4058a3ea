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
exports.SourcePages = void 0;
const common_1 = require("@nestjs/common");
const contracts_1 = require("../../../libs/contracts/src/index.js");
const service_1 = require("../../../libs/service/src/index.js");
const cockatiel_1 = require("cockatiel");
const services_js_1 = require("../run/services.js");
/** A comparison outlives the restart of a service: a page that is not answered is asked for again for so many seconds. */
const asking = (0, cockatiel_1.retry)((0, cockatiel_1.handleWhen)((error) => (0, service_1.problemOf)(error).code === 'unavailable'), { maxAttempts: 10, backoff: new cockatiel_1.ConstantBackoff(1000) });
/** The rows that the services list for a comparison, page by page. */
let SourcePages = class SourcePages {
    constructor(services) {
        this.services = services;
    }
    users(range) {
        return this.pages({ service: 'identity', name: 'users' }, range);
    }
    rows(source, range) {
        return this.pages(source, range);
    }
    async *pages({ service, name }, range) {
        let { after } = range;
        do {
            const query = { ...range, after, limit: contracts_1.INTEGRITY_ROWS_PER_PAGE };
            const call = { method: 'GET', path: `${contracts_1.INTEGRITY_PATH}/${name}`, query };
            const items = await asking
                .execute(() => this.services.ask(service, call))
                .then(itemsOf)
                .catch((error) => {
                throw unreadable(service, name, error);
            });
            if (items.length > 0)
                yield items;
            after = items.length === contracts_1.INTEGRITY_ROWS_PER_PAGE ? items.at(-1).id : undefined;
        } while (after !== undefined);
    }
};
exports.SourcePages = SourcePages;
exports.SourcePages = SourcePages = __decorate([
    (0, common_1.Injectable)(),
    __metadata("design:paramtypes", [services_js_1.Services])
], SourcePages);
/** A proxy on the way may answer with anything. */
function itemsOf(answer) {
    if (Array.isArray(answer.items))
        return answer.items;
    throw new service_1.Problem('internal-error', 'Its answer is no list of rows.');
}
/** @returns why that table could not be compared, as operators are told */
function unreadable(service, table, error) {
    const { code, body } = (0, service_1.problemOf)(error);
    const said = body.detail ?? body.title;
    const answer = code === 'unavailable' || code === 'internal-error'
        ? said
        : `It answered ${body.status} ${code}: ${said}`;
    return new service_1.Problem(code, `The table ${table} of ${service} could not be compared. ${answer}`, {
        service,
        table,
    });
}
//# sourceMappingURL=source-pages.js.map