"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.Retention1764420000001 = void 0;
/** Sessions that have run out are found without a look at the others. */
class Retention1764420000001 {
    constructor() {
        this.name = 'Retention1764420000001';
    }
    async up(runner) {
        await runner.query('create index sessions_by_expiry on sessions (expires_at)');
    }
    async down(runner) {
        await runner.query('drop index sessions_by_expiry');
    }
}
exports.Retention1764420000001 = Retention1764420000001;
//# sourceMappingURL=1764420000001-retention.js.map