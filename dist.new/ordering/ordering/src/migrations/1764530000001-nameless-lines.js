"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.NamelessLines1764530000001 = void 0;
/** Orders of one statement, some ten milliseconds. */
const BATCH = 1000;
/**
 * The names in an erased order's lines go: they are what somebody typed. The trigger takes them away where a process of
 * the version before erases an order; of users who are purged already they are taken here. Nothing writes to such an
 * order any more, so nothing waits for these rows.
 */
class NamelessLines1764530000001 {
    constructor() {
        this.name = 'NamelessLines1764530000001';
    }
    async up(runner) {
        await runner.query(`
      create function nameless(lines jsonb) returns jsonb language sql immutable parallel safe
      return (select coalesce(jsonb_agg(line || '{"name": "erased"}' order by place), '[]')
        from jsonb_array_elements(lines) with ordinality as given (line, place))`);
        await runner.query(`
      create function take_names() returns trigger language plpgsql as $$
      begin
        new.lines := nameless(new.lines);
        return new;
      end $$`);
        await runner.query(`
      create trigger take_names before update of erased_at on orders for each row
        when (new.erased_at is not null) execute function take_names()`);
        await takeNames(runner, '00000000-0000-0000-0000-000000000000');
    }
    /** The names are not to be had again. */
    async down(runner) {
        await runner.query('drop trigger take_names on orders');
        await runner.query('drop function take_names, nameless');
    }
}
exports.NamelessLines1764530000001 = NamelessLines1764530000001;
/** Page by page in the order of the ids, to the end. */
async function takeNames(runner, after) {
    const sql = `with page as materialized (
      select id from orders where id > $1 order by id limit ${BATCH}
    ), taken as (
      update orders o set lines = nameless(lines), version = version + 1 from page
      where o.id = page.id and erased_at is not null and updated_at <= erased_at
    )
    select (array_agg(id order by id desc))[1] as last from page`;
    for (let last = after; last !== null;) {
        [{ last }] = (await runner.query(sql, [last]));
    }
}
//# sourceMappingURL=1764530000001-nameless-lines.js.map