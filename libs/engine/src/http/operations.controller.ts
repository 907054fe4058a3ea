import { Controller, Delete, Get, Query, Req, Res } from '@nestjs/common';
import { ApiHeader, ApiTags } from '@nestjs/swagger';
import { HEADERS, OperationsQuery, OperationView, type Page } from '@turnpike/protocol';
import { ApiPage, ApiProblems, Problem } from '@turnpike/service';
import type { OperationRead } from '../ledger/operation.entity.js';
import { LedgerQueries } from '../queries/operations.js';
import { Withdrawal } from '../queue/cancellation.js';
import { Answers } from './write-responses.js';
import { authorise, type Caller, CurrentCaller } from '../request/authorise.js';
import { AcceptsIfNoneMatch, type Reply, type Request, TakesNoBody } from './write-route.js';
import { authoriseFor, OperationAccess, seenBy } from './operation-access.js';
import { sendResource } from './consistent-reads.js';
import { Id, preferredWait } from '../request/request-headers.js';
import { Allows } from '../request/route-actions.js';
import { clientGone } from '../limits/concurrent-requests.js';

/** What became of the writes. */
@ApiTags('operations')
@Controller('v1/operations')
export class OperationsController {
  constructor(
    private readonly queries: LedgerQueries,
    private readonly answers: Answers,
    private readonly withdrawal: Withdrawal,
    private readonly access: OperationAccess,
  ) {}

  /** The operations in the caller's lane or asked for by the caller, newest first. */
  @Get()
  @Allows('operation.list')
  @ApiPage(OperationView)
  async list(@Query() query: OperationsQuery, @CurrentCaller() caller: Caller): Promise<Page<OperationView>> {
    const { items, nextCursor } = await this.queries.operationsOf(caller.userId, query);
    return { items: items.map((view) => seenBy(caller, view)), nextCursor };
  }

  /** One operation; with `Prefer: wait=N` once it has ended, or after N seconds. */
  @Get(':id')
  @Allows('operation.read')
  @ApiHeader({ name: 'Operation-Token', required: false, description: 'From the 202 of a registration' })
  @ApiHeader({ name: 'Prefer', required: false, description: '`wait=N`: answer at its end, in N ≤ 30 s' })
  @AcceptsIfNoneMatch(OperationView)
  async read(
    @Id('id') id: string,
    @Req() request: Request,
    @Res({ passthrough: true }) reply: Reply,
  ): Promise<OperationView> {
    const sight = await this.access.sightOf(id, request);
    const wait = preferredWait(request);
    const operation = await this.answers.get(id, wait ?? 0, clientGone(request));
    if (wait !== null) await this.access.assertStillSeen(operation, request);
    if (wait !== null) void reply.header(HEADERS.preferenceApplied, `wait=${wait}`);
    return sendResource(sight(await this.answers.view(operation)), request, reply) as OperationView;
  }

  /**
   * Withdraws a write that has not begun, or that waits for a retry and turns out not to be applied. What somebody
   * else asked for, and what is in the lane of somebody else, only operators withdraw, and nobody in the own lane.
   */
  @Delete(':id')
  @Allows('operation.cancel', 'operation.cancel-anothers')
  @ApiProblems('operation-not-cancellable')
  @TakesNoBody()
  async cancel(@Id('id') id: string, @CurrentCaller() caller: Caller): Promise<OperationView> {
    const operation = authoriseFor('operation.cancel', await this.queries.operation(id), caller);
    if (!isOwn(operation, caller)) authorise('operation.cancel-anothers', caller, operation.userId);
    if (!(await this.withdrawal.cancel(operation.userId, id))) throw new Problem('operation-not-cancellable');
    return this.answers.view(await this.answers.get(id));
  }
}

function isOwn({ userId, actorId }: OperationRead, caller: Caller): boolean {
  return userId === caller.userId && actorId === caller.userId;
}
