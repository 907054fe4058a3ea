import type { LaneView } from '@turnpike/protocol';
import { IsNull } from 'typeorm';
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
  const beside = await open.database.manager.find(Operation, {
    where: { userId, beside: true, finishedAt: IsNull() },
    order: { seq: 'ASC' },
    take: LAST,
  });
  const succeeded = lane.lastSeq - lane.depth - counts.failed - counts.cancelled - counts.rejected;
  const lines = [
    `Lane of ${userId}: ${lane.state}${lane.paused ? ', paused' : ''}`,
    `  places given: ${lane.lastSeq}; waiting or under way: ${lane.depth}; succeeded: ${succeeded}, ` +
      `failed: ${counts.failed}, cancelled: ${counts.cancelled}, rejected: ${counts.rejected}`,
    ...whyItStands(lane, head),
    ...beside.flatMap((operation) => waiterOf('beside the lane', operation)),
    '',
    `The last ${operations.length} operations, the newest first`,
    ...table(operations),
  ];
  if (reason !== null) lines.push('', ...(await revealed(open, userId, operations, reason)));
  return `${lines.join('\n')}\n`;
}

function whyItStands(lane: LaneView, head: Operation | null): string[] {
  const waits = head ? waiterOf('head', head) : ['  nothing waits in line'];
  return [...standstillOf(lane), ...waits];
}

/** Who stopped the lane, and why. */
function standstillOf({ paused, pausedBy, reason, state }: LaneView): string[] {
  const isHalted = state === 'halted';
  if (!paused && !isHalted) return [];
  const by = pausedBy ? ` by ${pausedBy}` : '';
  return [`  ${isHalted ? 'halted' : 'paused'}${by}: ${reason ?? 'no reason was given'}`];
}

/** What the lane waits for, or what is carried out beside it. */
function waiterOf(what: string, operation: Operation): string[] {
  const { id, seq, kind, state, attempts, problem, nextAttemptAt, leaseUntil, worker, createdAt } = operation;
  return [
    `  ${what}: place ${seq}, ${kind}, ${state}, ${id}`,
    `    accepted ${createdAt.toISOString()}, ${attempts} attempts`,
    ...(problem ? [`    because of ${problem.code}`] : []),
    ...(nextAttemptAt ? [`    next attempt ${nextAttemptAt.toISOString()}`] : []),
    ...(leaseUntil ? [`    carried out by ${worker}, until ${leaseUntil.toISOString()} at least`] : []),
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
