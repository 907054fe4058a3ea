import { Injectable } from '@nestjs/common';
import { HEADERS } from '@turnpike/protocol';
import { invalidRequest, Problem } from '@turnpike/service';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Endings } from '../notify/operation-watcher.js';
import { type Change, changesOf, LaneChanges } from '../queries/change-feed.js';
import type { OperationRead } from '../ledger/operation.entity.js';
import { LedgerQueries } from '../queries/operations.js';
import { isEnded } from '../ledger/states.js';
import { toView } from '../queries/views.js';
import { type EventStream, EventStreams } from './event-streams.js';
import { OperationAccess, type Sight, WHOLE } from './operation-access.js';
import { Replays } from '../limits/replay-pace.js';

/** A number of the ledger's: 63 bits. */
const EVENT_ID = /^\d{1,18}$/;

/**
 * Streams of what becomes of writes. An event's id is the number of the change in its lane, so that every process gives
 * the same, and one stream may resume another. A stream subscribes before it looks, and looks again from where it has
 * come to: what is announced twice is told once, and what is not announced is told with the next.
 */
@Injectable()
export class OperationStreams {
  constructor(
    private readonly streams: EventStreams,
    private readonly endings: Endings,
    private readonly changes: LaneChanges,
    private readonly queries: LedgerQueries,
    private readonly access: OperationAccess,
    private readonly replays: Replays,
  ) {}

  /** Tells of all operations in a lane, from `Last-Event-ID` or from now on. */
  async ofLane(userId: string, request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const known = lastEventIdOf(request);
    const latest = await this.changes.latest(userId);
    const from = known === null ? latest : earlier(known, latest);
    const stream = this.streams.begin(request, reply);
    stream.beginAfter(String(from));
    this.run(stream, () => this.followLane(stream, userId, { from, isBehind: known !== null }));
  }

  /**
   * Tells of one operation, beginning with what it is now, or after `Last-Event-ID`, until it is over. Who has had all
   * of it is answered 204, which tells browsers not to come again.
   */
  async ofOperation(id: string, sight: Sight, request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const known = lastEventIdOf(request);
    const operation = await this.queries.operation(id);
    if (!operation) throw new Problem('not-found');
    const from = known === null ? null : earlier(known, await this.changes.latest(operation.userId));
    if (from !== null && isEnded(operation.state) && changesOf(operation, from).length === 0) {
      void reply.status(204).send();
      return;
    }
    const verify = (): Promise<void> => this.access.assertStillReadable(id, request);
    const stream = this.streams.begin(request, reply, { holder: `holder ${id}`, verify });
    this.run(stream, () => this.followOperation(stream, operation, from, sight));
  }

  /** Whatever goes wrong ends the stream: the client comes again, and is told by that answer what is the matter. */
  private run(stream: EventStream, follow: () => Promise<void>): void {
    follow().then(
      () => stream.end(),
      () => stream.end(),
    );
  }

  /** @param isBehind whether there may be older changes to tell, which takes a turn of the user's replays */
  private async followLane(
    stream: EventStream,
    userId: string,
    { from, isBehind }: { from: bigint; isBehind: boolean },
  ): Promise<void> {
    let told = from;
    await this.endings.follow(userId, stream.closed, async () => {
      do {
        if (isBehind) await this.replays.turn(userId, stream.closed);
        if (stream.closed.aborted) return false;
        const page = await this.changes.after(userId, told);
        await tell(stream, page.changes, WHOLE);
        told = page.upTo;
        isBehind = !page.isLast;
      } while (isBehind);
      return true;
    });
  }

  private async followOperation(
    stream: EventStream,
    { id, userId }: OperationRead,
    from: bigint | null,
    sight: Sight,
  ): Promise<void> {
    let told = from;
    await this.endings.follow(userId, stream.closed, async () => {
      const operation = await this.queries.operation(id);
      if (!operation) return false;
      if (told === null) tellNow(stream, sight, operation);
      else await tell(stream, changesOf(operation, told), sight);
      told = BigInt(operation.changes.at(-1) ?? 0);
      return !isEnded(operation.state);
    });
  }
}

/** No faster than they are taken: a page of large results would cut off a client that reads. */
async function tell(stream: EventStream, changes: readonly Change[], sight: Sight): Promise<void> {
  for (const { number, operation } of changes) {
    stream.send('operation', sight(operation), String(number));
    await stream.taken();
  }
}

/** One that is older than the numbers of changes has none. */
function tellNow(stream: EventStream, sight: Sight, operation: OperationRead): void {
  stream.send('operation', sight(toView(operation)), operation.changes.at(-1));
}

/** @returns the event after which the client wants to go on, or null. @throws Problem 400 where it is none of ours */
function lastEventIdOf({ headers }: FastifyRequest): bigint | null {
  const id = headers[HEADERS.lastEventId];
  if (id === undefined) return null;
  if (typeof id !== 'string' || !EVENT_ID.test(id)) {
    throw invalidRequest([
      { path: 'Last-Event-ID', message: 'must be the id of an event of this interface' },
    ]);
  }
  return BigInt(id);
}

/** One that is still to come, of another ledger say, would keep back all before it. */
function earlier(known: bigint, latest: bigint): bigint {
  return known < latest ? known : latest;
}
