import { setTimeout as pause } from 'node:timers/promises';
import { Controller, Get, Req, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { type CustomerView, Me, type MePart, type OrderView, type UserView } from '@turnpike/contracts';
import { OperationsQuery, type Page } from '@turnpike/protocol';
import {
  AcceptsIfNoneMatch,
  AcceptsReadAfter,
  Allows,
  type Caller,
  CurrentCaller,
  LedgerQueries,
  Reads,
  type Reply,
  type Request,
  sendResource,
  Services,
  tag,
} from '@turnpike/engine';
import { READ_ME } from '../operations/reads.js';

/** Milliseconds in which a part must have answered; a page that waits longer is worse than one without it. */
const PART_TIMEOUT_MS = 2000;

/** What a frontend shows first, in one answer. */
@ApiTags('me')
@Controller('v1/me')
export class MeController {
  constructor(
    private readonly services: Services,
    private readonly queries: LedgerQueries,
    private readonly reads: Reads,
  ) {}

  /**
   * The caller's user, customer, newest orders and newest operations, asked for in parallel. What is not there in time
   * is named in `missing`; such an answer is never confirmed as unchanged.
   */
  @Get()
  @Allows(READ_ME)
  @AcceptsReadAfter()
  @AcceptsIfNoneMatch(Me)
  async read(
    @CurrentCaller() caller: Caller,
    @Req() request: Request,
    @Res({ passthrough: true }) reply: Reply,
  ): Promise<Me> {
    await this.reads.after(request, caller, caller.userId);
    const me = await this.compose(caller.userId);
    if (me.missing.length === 0) return sendResource(me, request, reply) as Me;
    tag(me, reply);
    return me;
  }

  private async compose(userId: string): Promise<Me> {
    const parts = {
      user: this.ask<UserView>('identity', `/internal/users/${userId}`),
      customer: this.ask<CustomerView>('ordering', `/internal/customers/${userId}`),
      orders: this.ask<Page<OrderView>>('ordering', '/internal/orders', { userId }).then(
        ({ items }) => items,
      ),
      operations: this.queries.operationsOf(userId, new OperationsQuery()).then(({ items }) => items),
    };
    const settled = await Promise.all(
      Object.entries(parts).map(async ([name, part]) => [name, await inTime<unknown>(part)] as const),
    );
    const missing = settled.filter(([, value]) => value === undefined).map(([name]) => name as MePart);
    return { ...Object.fromEntries(settled), missing };
  }

  private ask<Body>(service: 'identity' | 'ordering', path: string, query?: object): Promise<Body> {
    const isPage = query !== undefined;
    return this.services.ask(service, { method: 'GET', path, query, isPage, timeoutMs: PART_TIMEOUT_MS });
  }
}

/** @returns what there is of it in time, else nothing: the ledger's own part may be as late as a service's */
async function inTime<Part>(part: Promise<Part>): Promise<Part | undefined> {
  const timer = new AbortController();
  const late = pause(PART_TIMEOUT_MS, undefined, { signal: timer.signal });
  try {
    return await Promise.race([part, late]);
  } catch {
    return undefined;
  } finally {
    timer.abort();
    late.catch(() => undefined);
  }
}
