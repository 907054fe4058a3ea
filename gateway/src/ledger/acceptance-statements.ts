import type { EntityManager } from 'typeorm';
import type { Lane } from './lane.entity.js';
import { UNFINISHED } from './sql.js';

/** What there is to tell of a write that has just got the last place of its lane, beside the write itself. */
export interface Acceptance {
  createdAt: Date;
  execution: Lane['execution'];
  /** How many writes of the lane have to end before it. */
  position: number;
  /** The last of those. */
  behind: string | null;
}

/**
 * Read in the transaction that has appended the writes, so that the answer needs no read of its own. The lane's
 * depth counts what has not ended, the new write included: nothing has to be counted.
 * @returns the acceptances by the user
 */
export async function readAcceptances(
  tx: EntityManager,
  userIds: readonly string[],
): Promise<Map<string, Acceptance>> {
  const rows = await tx.query<(Acceptance & { userId: string })[]>(
    `select l.user_id as "userId", now() as "createdAt", l.execution, l.depth - 1 as position,
       (select o.id from operations o
        where o.user_id = l.user_id and o.seq < l.last_seq and o.state in ${UNFINISHED}
        order by o.seq desc limit 1) as behind
     from lanes l where l.user_id = any($1)`,
    [userIds],
  );
  return new Map(rows.map(({ userId, ...acceptance }) => [userId, acceptance]));
}
