import { Injectable } from '@nestjs/common';
import type { OperationView } from '@turnpike/protocol';
import { Database } from '@turnpike/service';
import { batched, gathered } from '../support/batch-reads.js';
import type { OperationRead } from '../ledger/operation.entity.js';
import { LedgerQueries } from './operations.js';
import { unfinishedBeside, unfinishedInLine } from '../ledger/statements/fragments.js';
import { changedView } from './views.js';

/** A change of an operation, by its number (see changes.ts), and the operation as it was from then on. */
export interface Change {
  number: bigint;
  operation: OperationView;
}

/** The next changes of a lane, in their order. */
export interface ChangesPage {
  changes: Change[];
  /** All changes up to this number have been read. */
  upTo: bigint;
  /** Whether there were no later ones. */
  isLast: boolean;
}

/** Passages of one page: some 200 KB of events, which a client that reads takes before the next are looked for. */
const PAGE = 100;

interface Position {
  userId: string;
  after: bigint;
}

/** An operation that was carried out before what `asked` has had. */
const CARRIED_OUT = `state in ('succeeded', 'failed')
  and (cardinality(changes) = 0 or changes[cardinality(changes)] <= asked.after)`;

/** Of a request that finds nothing there is one row, without a change. */
interface FoundRow {
  /** Of the request, from 1. */
  place: number;
  number: string | null;
  id: string | null;
  is_last: boolean;
}

/** Reads the changes of operations, for as many followers as ask at the same time in one statement. */
@Injectable()
export class LaneChanges {
  private readonly pages = batched((positions: readonly Position[]) => this.readPages(positions));
  private readonly newest = gathered((userIds) => this.readNewest(userIds));

  constructor(
    private readonly database: Database,
    private readonly queries: LedgerQueries,
  ) {}

  /** The changes of a lane that follow that number, some at a time. */
  after(userId: string, number: bigint): Promise<ChangesPage> {
    return this.pages({ userId, after: number });
  }

  /** @returns the number of the newest change of a lane, 0 where there is none */
  async latest(userId: string): Promise<bigint> {
    return (await this.newest(userId)) ?? 0n;
  }

  /** The streams of one user are mostly at one position. */
  private async readPages(asked: readonly Position[]): Promise<ChangesPage[]> {
    const keyOf = ({ userId, after }: Position): string => `${userId} ${after}`;
    const distinct = [...new Map(asked.map((position) => [keyOf(position), position])).values()];
    const pages = await this.readDistinct(distinct);
    const found = new Map(distinct.map((position, index) => [keyOf(position), pages[index]!]));
    return asked.map((position) => found.get(keyOf(position))!);
  }

  private async readDistinct(positions: readonly Position[]): Promise<ChangesPage[]> {
    const rows = await this.findChanges(positions);
    const ids = [...new Set(rows.flatMap(({ id }) => id ?? []))];
    const operations = await this.queries.readOperations(ids);
    const pages = positions.map(({ after }): ChangesPage => ({ changes: [], upTo: after, isLast: true }));
    for (const { place, number, id, is_last: isLast } of rows) {
      const page = pages[place - 1]!;
      page.isLast = isLast;
      page.upTo = isLast ? BigInt(number ?? page.upTo) : endOfPage(positions[place - 1]!);
      const operation = operations.get(id ?? '');
      if (operation) page.changes.push(changeOf(operation, number!));
    }
    return pages;
  }

  /**
   * Looks at those operations of each lane only that can have a change on the page. Before an operation that was carried
   * out before that position all had ended that came before it in line; it is found downwards from half the passages,
   * since as many have come as its place says, and as many have gone. What is carried out beside the lane is looked at
   * for itself: of that, too, all had ended before the newest that was carried out before that position. So up to the
   * place before the first beside the lane that had not, all had ended. The last place is that of the latest write of
   * then, which is at most all passages less those that have gone, and as many more as the page is long.
   */
  private findChanges(positions: readonly Position[]): Promise<FoundRow[]> {
    return this.byIndexes<FoundRow>(
      `/* ledger.changes */ select asked.place::integer, found.number, found.id,
         2::bigint * l.last_seq - l.depth < asked.passages + $3 as is_last
       from (select user_id, after, after >> 32 as passages, place
         from unnest($1::uuid[], $2::bigint[]) with ordinality as asked (user_id, after, place)) asked
       join lanes l on l.user_id = asked.user_id
       left join lateral (
         select seq from operations
         where user_id = asked.user_id and seq <= asked.passages / 2 and not beside and ${CARRIED_OUT}
         order by seq desc limit 1
       ) in_line on true
       left join lateral (
         select coalesce((select seq from operations
           where user_id = asked.user_id and beside and ${CARRIED_OUT} order by seq desc limit 1), 0) as seq
       ) out_of_line on true
       left join lateral (
         select least(in_line.seq, (select seq - 1 from operations
           where user_id = asked.user_id and beside and seq > out_of_line.seq order by seq limit 1)) as seq
         where in_line.seq is not null
       ) done on true
       left join lateral (
         select o.id, change.number from operations o, unnest(o.changes) as change (number)
         where o.user_id = asked.user_id and o.seq > coalesce(done.seq, 0)
           and o.seq <= asked.passages - coalesce(done.seq, 0) + $3
           and change.number > asked.after and change.number < (asked.passages + $3) << 32
       ) found on true
       order by asked.place, found.number`,
      [positions.map(({ userId }) => userId), positions.map(({ after }) => after), PAGE],
    );
  }

  /** Between two passages it is the head that changes, and the first beside it. */
  private async readNewest(userIds: string[]): Promise<Map<string, bigint>> {
    const rows = await this.byIndexes<{ user_id: string; latest: string }>(
      `select l.user_id, greatest((2::bigint * last_seq - depth) << 32,
         (select changes[cardinality(changes)] from operations where ${unfinishedInLine('l')} order by seq limit 1),
         (select changes[cardinality(changes)] from operations where ${unfinishedBeside('l')} order by seq limit 1)
       ) as latest
       from lanes l where l.user_id = any($1)`,
      [userIds],
    );
    return new Map(rows.map(({ user_id, latest }) => [user_id, BigInt(latest)]));
  }

  /** Many lanes are looked up at once, perhaps in tables of which the planner knows nothing yet. */
  private byIndexes<Row>(sql: string, parameters: readonly unknown[]): Promise<Row[]> {
    return this.database.statements((tx) => tx.last.query<Row>(sql, parameters));
  }
}

/** @returns the changes of an operation that follow that number */
export function changesOf(operation: OperationRead, after: bigint): Change[] {
  return operation.changes
    .filter((number) => BigInt(number) > after)
    .map((number) => changeOf(operation, number));
}

function changeOf(operation: OperationRead, number: string): Change {
  return { number: BigInt(number), operation: changedView(operation, number) };
}

function endOfPage({ after }: Position): bigint {
  return (((after >> 32n) + BigInt(PAGE)) << 32n) - 1n;
}
