"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.takePlaces = takePlaces;
exports.readPosition = readPosition;
const changes_js_1 = require("./changes.js");
const keys_js_1 = require("./keys.js");
const sql_js_1 = require("./sql.js");
/**
 * Binds the keys of writes, takes a place in each one's lane, and writes the operations down. The guards decide in the
 * part that raises last_seq, so a refused write leaves no gap; a write that could not be sealed is refused. A key that stands for another operation already, and
 * has not expired, refuses its write before that; for a rival that is about to commit the same key it waits, in
 * the order of the keys, as everybody does. A head is released with it: its job is added after the commit.
 */
async function takePlaces(tx, applicants) {
    const rows = await tx.query(`/* ledger.admit */ with asked as materialized (
       select * from jsonb_to_recordset($1) as asked (
         user_id uuid, id uuid, kind text, actor_id uuid, target_type text, target_id uuid, payload jsonb, if_match text,
         traceparent text, retry_of uuid, repeats uuid, steps jsonb, scope text, key text, fingerprint text,
         admissions text[], max_depth integer, moves_from text, moves_to text, deleted_for_ms float8)
       where user_id = any(${sql_js_1.LOCKED})
     ), bound as (
       insert into idempotency_keys as known (scope, key, fingerprint, user_id, operation_id)
       select scope, key, fingerprint, user_id, id from asked where key is not null order by scope, key
       on conflict (scope, key) do update
         set fingerprint = excluded.fingerprint, user_id = excluded.user_id,
           operation_id = excluded.operation_id, created_at = now()
         where ${(0, keys_js_1.isExpired)('known')}
       returning operation_id
     ), placed as (
       update lanes l set last_seq = last_seq + 1, depth = depth + 1,
         admission = case when admission = asked.moves_from then asked.moves_to else admission end
       from asked
       where l.user_id = asked.user_id
         and asked.payload is not null and (asked.key is null or asked.id in (select operation_id from bound))
         and admission = any(asked.admissions) and (asked.max_depth is null or depth < asked.max_depth)
         and (asked.deleted_for_ms is null or deleted_at <= now() - asked.deleted_for_ms * interval '1 ms')
         and (asked.repeats is null or not exists (select 1 from operations standing
           where standing.repeats = asked.repeats and standing.state not in ${sql_js_1.UNREPEATED}))
       returning l.last_seq as seq, l.depth - 1 as position, l.execution, l.ended_to, asked.*
     ), appended as (
       insert into operations (user_id, seq, id, kind, actor_id, target_type, target_id, payload, if_match,
         traceparent, retry_of, repeats, steps, release, released_at, changes)
       select user_id, seq, id, kind, actor_id, target_type, target_id, payload, if_match,
         traceparent, retry_of, repeats, steps, (position = 0)::integer, case position when 0 then now() end,
         array[${(0, changes_js_1.passageOf)('seq', 'position')}]
       from placed
     ), indexed as (
       insert into order_lanes (order_id, user_id) select target_id, user_id from placed where kind = 'order.place'
       on conflict do nothing
     )
     select id, seq, position, execution, now() as created_at, case when position > 0 then
       (select id from operations where ${(0, sql_js_1.unfinishedIn)('placed')} order by seq desc limit 1) end as behind
     from placed
     union all select operation_id, null, null, null, null, null from bound`, [JSON.stringify(applicants.map(rowOf))]);
    const isPlaced = (row) => row.seq !== null;
    return {
        places: new Map(rows.filter(isPlaced).map((row) => [row.id, placeOf(row)])),
        bound: new Set(rows.filter((row) => !isPlaced(row)).map(({ id }) => id)),
    };
}
/** @returns the position of a write after others of its lane were withdrawn */
async function readPosition(tx, userId, seq) {
    const [row] = await tx.query((0, sql_js_1.positionBefore)('$1', '$2'), [userId, seq]);
    return row;
}
function placeOf({ seq, position, behind, execution, created_at: createdAt }) {
    return { seq, acceptance: { createdAt, execution, position, behind } };
}
function rowOf({ operation, payload, clientKey, terms }) {
    return {
        id: operation.id,
        user_id: operation.userId,
        kind: operation.kind,
        actor_id: operation.actorId,
        target_type: operation.target.type,
        target_id: operation.target.id,
        payload,
        if_match: operation.ifMatch,
        traceparent: operation.traceparent,
        retry_of: operation.retryOf,
        repeats: operation.repeats,
        steps: operation.steps.map(({ name, service }) => ({ name, service, state: 'pending', attempts: 0 })),
        admissions: terms.in,
        max_depth: terms.maxDepth,
        deleted_for_ms: terms.deletedForMs,
        moves_from: terms.moves?.from,
        moves_to: terms.moves?.to,
        ...clientKey,
    };
}
//# sourceMappingURL=admission-statements.js.map