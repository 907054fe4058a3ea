"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.Marks1764500000001 = void 0;
/** The table of Marks, the same in every service: one row, the newest mark of the gateway. */
class Marks1764500000001 {
    constructor() {
        this.name = 'Marks1764500000001';
    }
    async up(runner) {
        await runner.query(`
      create table gateway_mark (
        only_one boolean primary key default true check (only_one),
        number bigint not null,
        token uuid not null,
        at timestamptz not null
      )`);
    }
    async down(runner) {
        await runner.query('drop table gateway_mark');
    }
}
exports.Marks1764500000001 = Marks1764500000001;
//# sourceMappingURL=marks.migration.js.map