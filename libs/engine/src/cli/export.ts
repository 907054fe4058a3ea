import { once } from 'node:events';
import type { Writable } from 'node:stream';
import { Operation } from '../ledger/operation.entity.js';
import { assertKeys, contentsOf } from './contents.js';
import type { OpenLedger } from './open-ledger.js';

/** Operations of one statement. */
const PAGE = 500;

export interface ExportTerms {
  /** Whose alone; null for all users'. */
  userId: string | null;
  /** Why what people have written is exported, too; null where it is not. */
  reason: string | null;
}

/**
 * Writes operations down, one JSON object a line, in the order of users and places, page by page: what is accepted or
 * ends meanwhile may be in it or not, and nothing is in it twice.
 * @returns how many
 */
export async function exportOperations(open: OpenLedger, to: Writable, terms: ExportTerms): Promise<number> {
  if (terms.reason !== null) await assertKeys(open);
  let count = 0;
  let last: Operation | undefined;
  do {
    const page = await pageAfter(open, last, terms.userId);
    if (terms.reason !== null) await tellOf(open, page, last?.userId, terms.reason);
    for (const operation of page) {
      const contents = terms.reason !== null && (await contentsOf(open, operation));
      await write(to, { ...lineOf(operation), ...(contents && { ...contents, problem: operation.problem }) });
    }
    count += page.length;
    last = page.length === PAGE ? page.at(-1) : undefined;
  } while (last);
  return count;
}

function pageAfter(
  { database }: OpenLedger,
  last: Operation | undefined,
  userId: string | null,
): Promise<Operation[]> {
  const builder = database.manager.createQueryBuilder(Operation, 'o');
  if (userId) builder.andWhere('o.userId = :userId', { userId });
  if (last) {
    builder.andWhere('(o.userId, o.seq) > (:lastUser, :lastSeq)', {
      lastUser: last.userId,
      lastSeq: last.seq,
    });
  }
  return builder.orderBy('o.userId').addOrderBy('o.seq').limit(PAGE).getMany();
}

/** Of each user once, and before anything of the user is written. */
async function tellOf(
  { trail }: OpenLedger,
  page: readonly Operation[],
  told: string | undefined,
  reason: string,
): Promise<void> {
  const userIds = new Set(page.map(({ userId }) => userId));
  if (told) userIds.delete(told);
  for (const userId of userIds) {
    await trail.append({ action: 'operation.reveal', userId, operationId: null, actorId: null, reason });
  }
}

/** Ids, states and times; of a problem its code, since its words may name somebody. */
function lineOf(operation: Operation): object {
  const { id, userId, seq, kind, state, beside, actorId, targetType, targetId, attempts, steps } = operation;
  const { createdAt, startedAt, finishedAt, nextAttemptAt, retryOf, followsId, problem } = operation;
  return {
    ...{ id, userId, seq, kind, state, beside, actorId, target: { type: targetType, id: targetId } },
    ...{ attempts, createdAt, startedAt, finishedAt, nextAttemptAt, retryOf, follows: followsId, steps },
    problem: problem && { code: problem.code, status: problem.status },
  };
}

/** Whoever reads slowly is waited for. */
async function write(to: Writable, line: object): Promise<void> {
  if (!to.write(`${JSON.stringify(line)}\n`)) await once(to, 'drain');
}
