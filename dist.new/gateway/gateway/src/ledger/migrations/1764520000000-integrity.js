"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.Integrity1764520000000 = void 0;
/** Why a run of the comparison failed. A version that does not write it down leaves it null. */
class Integrity1764520000000 {
    constructor() {
        this.name = 'Integrity1764520000000';
    }
    async up(runner) {
        await runner.query(`
      alter table integrity_runs
        add column problem jsonb,
        add constraint only_failed_has_problem check (problem is null or state = 'failed')`);
    }
    async down(runner) {
        await runner.query('alter table integrity_runs drop column problem');
    }
}
exports.Integrity1764520000000 = Integrity1764520000000;
//# sourceMappingURL=1764520000000-integrity.js.map