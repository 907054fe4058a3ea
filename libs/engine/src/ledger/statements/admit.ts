import type { Role } from '@turnpike/protocol';
import type { Statements } from '@turnpike/service';
import { type AccessEnding, type EndingOf, letsIn } from '../access-endings.js';
import { passageOf } from './change-numbers.js';
import { type ClientKey, isExpired } from './idempotency-keys.js';
import type { Content, Stored } from '../../encryption/payload-encryption.js';
import {
  holdsUp,
  isClosing,
  isRegistering,
  LOCKED,
  positionBefore,
  unfinishedBeside,
  unfinishedIn,
  UNREPEATED,
} from './fragments.js';
import type { Admission, EffectOnLane, Execution } from '../states.js';

/*
 * Admission: the key, the place in the lane and the operation, in one statement. What all statements keep to stands
 * in fragments.ts.
 */

/** What the definition of an operation says of it, as far as the ledger has to know. */
export interface OperationFacts extends EffectOnLane {
  /**
   * It is carried out beside its lane: it has its place there, but waits for nothing that the lane waits for, since what
   * takes access away from somebody must not depend on a lane that this person can fill or an operator can pause. It
   * touches columns that nothing in line touches; among themselves these keep their order.
   */
  beside?: boolean;
  /** It sets the roles of the lane's user, who may do less afterwards. */
  changesRoles?: boolean;
  /** What its acceptance does to the access of the lane's user; left out where it never does anything. */
  endsAccess?: EndingOf;
}

export interface NewOperation extends OperationFacts {
  id: string;
  userId: string;
  kind: string;
  actorId: string | null;
  /** The role that let the actor in; null where the actor needed none, or is the system. */
  byRole?: Role | null;
  target: { type: string; id: string };
  /** Whether the target is made by it: later writes of the target find their lane by it. */
  creates?: boolean;
  payload: Content;
  ifMatch: string | null;
  steps: readonly PlannedStep[];
  traceparent: string | null;
  /** The request that it is accepted with; left out, the one that is being answered. */
  requestId?: string | null;
  /** The failed operation that this one repeats. */
  retryOf?: string;
  /** The first of the chain of repetitions that it would be in. Of them one is under way, or has succeeded. */
  repeats?: string;
}

export interface PlannedStep {
  name: string;
  service: string;
}

/** What a write needs of its lane to get a place in it. */
export interface Terms {
  /** The lane's admission must be one of these. */
  in: readonly Admission[];
  /** What the acceptance makes of it, where it is `from`. */
  moves?: { from: Admission; to: Admission };
  /** How many writes may be in the lane before; null for kinds that are exempt. */
  maxDepth: number | null;
  /** Of a purge: how long the user must have been deleted. */
  deletedForMs?: number;
}

/** How many writes of a lane `l` are carried out beside it and have not ended: of most lanes none. */
const BESIDE = `(select count(*)::integer from operations where ${unfinishedBeside('l')})`;

/** How many writes `asked`, the newest of a lane `l`, has to wait for. */
const POSITION = `case
  when asked.beside then ${BESIDE} + ${isRegistering('l.user_id')}::integer
  when ${isClosing('asked')} then l.depth - 1
  else l.depth - 1 - ${BESIDE} end`;

/** Whether the session that is to go on has access still: what it asks for may have taken long. */
const SPARED_GOES_ON = letsIn('l', { id: 'asked.spares', epoch: 'asked.spares_epoch' });

/** A write that asks for a place. */
export interface Applicant {
  operation: NewOperation;
  /** The operation's, as it is stored; without one there is no place. */
  payload: Stored | null;
  clientKey: ClientKey | null;
  terms: Terms;
  ending: AccessEnding | null;
}

/** How many writes of the lane have to end before one, and the last of those. */
export interface Position {
  position: number;
  behind: string | null;
}

/** What there is to tell of a write that has just got the last place of its lane, beside the write itself. */
export interface Acceptance extends Position {
  createdAt: Date;
  /** Of the lane; of a write that is carried out beside it always 'running'. */
  execution: Execution;
}

/** The lane's place of a new operation. */
export interface Place {
  seq: number;
  acceptance: Acceptance;
}

/** What has become of applicants, by the ids of their operations. */
export interface Placed {
  places: Map<string, Place>;
  /** Whose key is theirs now. Who has a key and is not among them has asked before. */
  bound: Set<string>;
}

/**
 * Binds the keys of writes, takes a place in each one's lane, and writes the operations down. The guards decide in the
 * part that raises last_seq, so a refused write leaves no gap; a write that could not be sealed is refused. A key that
 * stands for another operation already, and has not expired, refuses its write before that; for a rival that is about
 * to commit the same key it waits, in the order of the keys, as everybody does. A head is released with it: its job is
 * added after the commit.
 */
export async function takePlaces(tx: Statements, applicants: readonly Applicant[]): Promise<Placed> {
  const rows = await tx.query<PlacedRow>(ADMIT, [JSON.stringify(applicants.map(rowOf))]);
  const isPlaced = (row: PlacedRow): boolean => row.seq !== null;
  return {
    places: new Map(rows.filter(isPlaced).map((row) => [row.id, placeOf(row)])),
    bound: new Set(rows.filter((row) => !isPlaced(row)).map(({ id }) => id)),
  };
}

/** Whether the write `asked` ends the access of the lane's user: see AccessEnding. */
const ENDS_ACCESS = `(asked.may_end_access and (asked.unless_roles_since is null or exists (
  select 1 from operations newer where newer.user_id = asked.user_id and newer.seq > asked.unless_roles_since
    and newer.changes_roles)))`;

const ADMIT = `/* ledger.admit */ with asked as materialized (
     select asked.*, ${ENDS_ACCESS} as ends_access from jsonb_to_recordset($1) as asked (
       user_id uuid, id uuid, kind text, effect text, actor_id uuid, by_role text, target_type text, target_id uuid, payload jsonb, if_match text,
       traceparent text, request_id uuid, retry_of uuid, repeats uuid, steps jsonb, scope text, key text, fingerprint text,
       admissions text[], max_depth integer, moves_from text, moves_to text, deleted_for_ms float8,
       creates boolean, beside boolean, changes_roles boolean, reports_deletion boolean, may_end_access boolean, spares uuid, spares_epoch integer, unless_roles_since integer)
     where user_id = any(${LOCKED})
   ), bound as (
     insert into idempotency_keys as known (scope, key, fingerprint, user_id, operation_id)
     select scope, key, fingerprint, user_id, id from asked where key is not null order by scope, key
     on conflict (scope, key) do update
       set fingerprint = excluded.fingerprint, user_id = excluded.user_id,
         operation_id = excluded.operation_id, created_at = now()
       where ${isExpired('known')}
     returning operation_id
   ), placed as (
     update lanes l set last_seq = last_seq + 1, depth = depth + 1,
       admission = case when admission = asked.moves_from then asked.moves_to else admission end,
       access_epoch = access_epoch + asked.ends_access::integer,
       access_spared = case when asked.ends_access then case when ${SPARED_GOES_ON} then asked.spares end else access_spared end
     from asked
     where l.user_id = asked.user_id
       and asked.payload is not null and (asked.key is null or asked.id in (select operation_id from bound))
       and admission = any(asked.admissions) and (asked.max_depth is null or depth < asked.max_depth
         or not ${isClosing('asked')} and depth - ${BESIDE} < asked.max_depth)
       and (asked.spares_epoch is null or ${SPARED_GOES_ON})
       and (asked.deleted_for_ms is null or deleted_at <= now() - asked.deleted_for_ms * interval '1 ms')
       and (asked.repeats is null or not exists (select 1 from operations standing
         where standing.repeats = asked.repeats and standing.state not in ${UNREPEATED}))
     returning l.last_seq as seq, l.depth - 1 as unfinished, ${POSITION} as position, l.execution, l.ended_to, asked.*
   ), appended as (
     insert into operations (user_id, seq, id, kind, effect, actor_id, by_role, target_type, target_id, payload, if_match,
       traceparent, request_id, retry_of, repeats, steps, beside, changes_roles, reports_deletion, ends_access, release, released_at, changes)
     select user_id, seq, id, kind, effect, actor_id, by_role, target_type, target_id, payload, if_match,
       traceparent, request_id, retry_of, repeats, steps, beside, changes_roles, reports_deletion, ends_access, (position = 0)::integer, case position when 0 then now() end,
       array[${passageOf('seq', 'unfinished')}]
     from placed
   ), indexed as (
     insert into target_lanes (type, id, user_id) select target_type, target_id, user_id from placed where creates
     on conflict do nothing
   )
   select id, seq, position, case when beside then 'running' else execution end as execution, now() as created_at,
     case when position > 0 then (select id from operations earlier
       where ${unfinishedIn('placed')} and ${holdsUp('earlier', 'placed')} order by seq desc limit 1) end as behind
   from placed
   union all select operation_id, null, null, null, null, null from bound`;

/** @returns the position of a write after others of its lane were withdrawn */
export async function readPosition(tx: Statements, userId: string, seq: number): Promise<Position> {
  const [row] = await tx.query<Position>(positionBefore('$1', '$2'), [userId, seq]);
  return row!;
}

/** Of a key that was bound it has the id alone. */
interface PlacedRow extends Position {
  id: string;
  seq: number;
  execution: Execution;
  created_at: Date;
}

/** @returns the steps as a row has them of which none was sent */
export function pending(steps: readonly PlannedStep[]): object[] {
  return steps.map(({ name, service }) => ({ name, service, state: 'pending', attempts: 0 }));
}

function placeOf({ seq, position, behind, execution, created_at: createdAt }: PlacedRow): Place {
  return { seq, acceptance: { createdAt, execution, position, behind } };
}

function rowOf({ operation, payload, clientKey, terms, ending }: Applicant): object {
  return {
    id: operation.id,
    user_id: operation.userId,
    kind: operation.kind,
    effect: operation.effect,
    actor_id: operation.actorId,
    by_role: operation.byRole,
    target_type: operation.target.type,
    target_id: operation.target.id,
    payload,
    if_match: operation.ifMatch,
    traceparent: operation.traceparent,
    request_id: operation.requestId,
    retry_of: operation.retryOf,
    repeats: operation.repeats,
    steps: pending(operation.steps),
    admissions: terms.in,
    max_depth: terms.maxDepth,
    deleted_for_ms: terms.deletedForMs,
    creates: operation.creates === true,
    beside: operation.beside === true,
    changes_roles: operation.changesRoles === true,
    reports_deletion: operation.reportsDeletion === true,
    moves_from: terms.moves?.from,
    moves_to: terms.moves?.to,
    may_end_access: ending !== null,
    spares: ending?.spares?.id,
    spares_epoch: ending?.spares?.epoch,
    unless_roles_since: ending?.unlessRolesSince,
    ...clientKey,
  };
}
