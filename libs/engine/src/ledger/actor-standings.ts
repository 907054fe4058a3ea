import { Injectable } from '@nestjs/common';
import { problemBody, type Role } from '@turnpike/protocol';
import { Database, type Statements } from '@turnpike/service';
import { lockLane } from './statements/lane-lock.js';
import { leaveLanes, rejectOf } from './statements/cancel.js';
import { type Release, releaseHeads } from './statements/enqueue.js';
import { UNFINISHED } from './statements/fragments.js';
import { admissionAtEnd, type EffectOnLane } from './states.js';

/*
 * What the ledger knows of those who ask for writes by a role. The role itself is identity's; the ledger knows whether
 * the actor's own lane is open, whether a change of the roles is under way in it, and what waits by the role elsewhere.
 */

/** Of an actor, as far as it decides whether a role still counts. */
export interface ActorStanding {
  /** Whether the user's lane is open, and the user not suspended. */
  isOpen: boolean;
  /** Whether a change that may take roles was accepted and has not ended. */
  rolesChange: boolean;
  /** Grows with every write that the lane takes, a change of roles among them. */
  lastSeq: number;
}

/** An actor with writes that wait in lanes of others, and the role that let the actor in. */
export interface WaitingActor {
  actorId: string;
  byRole: Role;
}

/** Lanes of one look. */
const PAGE = 100;

/** What a write ends with whose actor may no longer. */
export const NO_LONGER = problemBody(
  'forbidden',
  'Whoever asked for this no longer has the role that it needs.',
);

@Injectable()
export class Actors {
  constructor(private readonly database: Database) {}

  /**
   * @param before a write of the actor's, where it is about one: changes of roles that stand behind it in its own lane
   *   do not count, since they may be waiting for it
   * @returns null where the actor has no lane, and so was never a user
   */
  async standing(actorId: string, before?: { userId: string; seq: number }): Promise<ActorStanding | null> {
    const [row] = await this.database.query<ActorStanding>(
      `select l.admission = 'open' and l.suspended_at is null as "isOpen", l.last_seq as "lastSeq",
         exists (select 1 from operations o
           where o.user_id = l.user_id and o.seq > l.ended_to and o.state in ${UNFINISHED}
             and o.changes_roles and o.ends_access
             and ($2::uuid is null or o.user_id <> $2 or o.seq < $3)) as "rolesChange"
       from lanes l where l.user_id = $1`,
      [actorId, before?.userId ?? null, before?.seq ?? null],
    );
    return row ?? null;
  }

  /** @returns everybody who has something waiting by a role, once for each role */
  waiting(): Promise<WaitingActor[]> {
    return this.database.query<WaitingActor>(
      `select distinct actor_id as "actorId", by_role as "byRole" from operations
       where by_role is not null and state = 'queued' and user_id <> actor_id`,
    );
  }

  /**
   * Ends as rejected what an actor has waiting in lanes of others by one of those roles: it would be rejected at its
   * turn. Each lane is a transaction of its own under its lock, with an entry in the audit trail for each write; what
   * is under way by then goes on. What is in retry is tried at once where the actor's lane is not open any more: that try
   * rejects it. Done again, it finds what came meanwhile.
   * @returns what is to be queued next
   */
  async withdrawFor(actorId: string, roles: readonly Role[]): Promise<Release[]> {
    const releases: Release[] = [];
    let after = '00000000-0000-0000-0000-000000000000';
    for (;;) {
      const lanes = await this.lanesOf(actorId, roles, after);
      for (const userId of lanes) releases.push(...(await this.rejectIn(userId, actorId, roles)));
      if (lanes.length < PAGE) return [...releases, ...(await this.hurry(actorId, roles))];
      after = lanes.at(-1)!;
    }
  }

  private async lanesOf(actorId: string, roles: readonly Role[], after: string): Promise<string[]> {
    const rows = await this.database.query<{ user_id: string }>(
      `select distinct user_id from operations
       where actor_id = $1 and by_role = any($2) and by_role is not null and state = 'queued'
         and user_id <> actor_id and user_id > $3
       order by user_id limit ${PAGE}`,
      [actorId, roles, after],
    );
    return rows.map(({ user_id }) => user_id);
  }

  /** Lets what is in retry be due now; it locks no lane, and passes by what waits in one that an operator holds. */
  private async hurry(actorId: string, roles: readonly Role[]): Promise<Release[]> {
    const rows = await this.database.query<Omit<Release, 'delayMs'>>(
      `with waiting as materialized (
         select o.user_id, o.id from operations o join lanes l using (user_id), lanes a
         where o.actor_id = $1 and o.by_role = any($2) and o.by_role is not null and o.state = 'retrying'
           and o.user_id <> o.actor_id and o.next_attempt_at > now() + interval '1 s'
           and (o.beside or l.execution = 'running')
           and a.user_id = $1 and not (a.admission = 'open' and a.suspended_at is null)
         for update of o skip locked
       )
       update operations o set next_attempt_at = now(), release = release + 1, released_at = now()
       from waiting where o.user_id = waiting.user_id and o.id = waiting.id
       returning o.user_id as "userId", o.id as "operationId", o.release`,
      [actorId, roles],
    );
    return rows.map((row) => ({ ...row, delayMs: 0 }));
  }

  private rejectIn(userId: string, actorId: string, roles: readonly Role[]): Promise<Release[]> {
    return this.database.statements(async (tx) => {
      await lockLane(tx, userId);
      const rejected = await rejectOf(tx, { userId, actorId, roles, problem: NO_LONGER });
      if (rejected.length === 0) return [];
      await leaveAfter(tx, userId, rejected);
      return releaseHeads(tx, userId);
    });
  }
}

/** A deletion that is not carried out opens its lane again. */
async function leaveAfter(tx: Statements, userId: string, rejected: readonly EffectOnLane[]): Promise<void> {
  const moves = rejected.map((write) => admissionAtEnd(write, 'rejected'));
  const move = moves.find((one) => one !== null) ?? null;
  await leaveLanes(tx, [{ userId, state: 'rejected', count: rejected.length, move }]);
}
