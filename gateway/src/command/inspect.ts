import type { LaneView } from '@turnpike/contracts';
import { Operation } from '../ledger/operation.entity.js';
import { isEnded } from '../ledger/states.js';
import { assertKeys, contentsOf } from './contents.js';
import type { OpenLedger } from './open-ledger.js';

/** Operations that are shown. */
const LAST = 20;

/**
 * Tells in words how a lane stands.
 * @param reason why what people have written is to be shown, too; null where it is not
 * @returns null where there is no such lane
 */
export async function inspectLane(
  open: OpenLedger,
  userId: string,
  reason: string | null,
): Promise<string | null> {
  const [lane, counts] = await Promise.all([open.lanes.find(userId), open.queries.lane(userId)]);
  if (!lane || !counts) return null;
  const operations = await open.database.manager.find(Operation, {
    where: { userId },
    order: { seq: 'DESC' },
    take: LAST,
  });
  const head = lane.head && (await open.database.manager.findOneBy(Operation, { id: lane.head.id }));
  const succeeded = lane.lastSeq - lane.depth - counts.failed - counts.cancelled - counts.rejected;
  const lines = [
    `Lane of ${userId}: ${lane.state}${lane.paused ? ', paused' : ''}`,
    `  places given: ${lane.lastSeq}; waiting or under way: ${lane.depth}; succeeded: ${succeeded}, ` +
      `failed: ${counts.failed}, cancelled: ${counts.cancelled}, rejected: ${counts.rejected}`,
    ...whyItStands(lane, head),
    '',
    `The last ${operations.length} operations, the newest first`,
    ...table(operations),
  ];
  if (reason !== null) lines.push('', ...(await revealed(open, userId, operations, reason)));
  return `${lines.join('\n')}\n`;
}

function whyItStands(
  { lastSeq, paused, pausedBy, reason, state }: LaneView,
  head: Operation | null,
): string[] {
  const stands =
    paused || state === 'halted'
      ? [
          `  ${state === 'halted' ? 'halted' : 'paused'}${pausedBy ? ` by ${pausedBy}` : ''}: ${reason ?? 'no reason was given'}`,
        ]
      : [];
  if (!head) return [...stands, `  nothing waits${lastSeq === 0 ? ', and nothing ever has' : ''}`];
  const problem = head.problem ? `, because of ${head.problem.code}` : '';
  const next = head.nextAttemptAt ? `, next attempt ${head.nextAttemptAt.toISOString()}` : '';
  const lease = head.leaseUntil ? `, by ${head.worker} until ${head.leaseUntil.toISOString()}` : '';
  const tries = head.attempts > 0 ? ` after ${head.attempts} attempts` : '';
  return [
    ...stands,
    `  head: place ${head.seq}, ${head.kind}, ${head.state}${tries}${problem}${next}${lease}, since ${head.createdAt.toISOString()}`,
    `  id of the head: ${head.id}`,
  ];
}

const TITLES = ['place', 'kind', 'state', 'attempts', 'accepted', 'ended', 'problem', 'id'];

function table(operations: readonly Operation[]): string[] {
  const rows = [TITLES, ...operations.map(cellsOf)];
  const widths = TITLES.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows.map((row) =>
    `  ${row.map((cell, column) => cell.padEnd(widths[column]!)).join('  ')}`.trimEnd(),
  );
}

function cellsOf(operation: Operation): string[] {
  const { seq, kind, state, attempts, createdAt, finishedAt, problem, id } = operation;
  const ended = isEnded(state) && finishedAt ? finishedAt.toISOString() : '–';
  return [
    String(seq),
    kind,
    state,
    String(attempts),
    createdAt.toISOString(),
    ended,
    problem?.code ?? '–',
    id,
  ];
}

async function revealed(
  open: OpenLedger,
  userId: string,
  operations: readonly Operation[],
  reason: string,
): Promise<string[]> {
  await assertKeys(open);
  await open.trail.append({ action: 'operation.reveal', userId, operationId: null, actorId: null, reason });
  const contents = await Promise.all(operations.map((operation) => contentsOf(open, operation)));
  return operations.map(({ seq }, index) => `  place ${seq}: ${JSON.stringify(contents[index])}`);
}
