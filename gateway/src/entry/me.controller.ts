import { Controller, Get, Req } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import {
  type CustomerView,
  Me,
  type MePart,
  OperationsQuery,
  type OrderView,
  type Page,
  type UserView,
} from '@turnpike/contracts';
import { LedgerQueries } from '../ledger/queries.js';
import { Services } from '../run/services.js';
import type { Caller } from './authorise.js';
import { CurrentCaller } from './caller.js';
import { AcceptsReadAfter, type Request } from './http.js';
import { Reads } from './reads.js';
import { Allows } from './routes.js';

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

  /** The caller's user, customer, newest orders and newest operations, asked for in parallel. */
  @Get()
  @Allows('me.read')
  @AcceptsReadAfter()
  async read(@CurrentCaller() caller: Caller, @Req() request: Request): Promise<Me> {
    const { userId } = caller;
    await this.reads.after(request, caller, userId);
    const parts = {
      user: this.ask<UserView>('identity', `/internal/users/${userId}`),
      customer: this.ask<CustomerView>('ordering', `/internal/customers/${userId}`),
      orders: this.ask<Page<OrderView>>('ordering', '/internal/orders', { userId }).then(
        ({ items }) => items,
      ),
      operations: this.queries.operationsOf(userId, new OperationsQuery()).then(({ items }) => items),
    };
    const settled = await Promise.all(
      Object.entries(parts).map(async ([name, part]) => {
        const value = await (part as Promise<unknown>).catch(() => undefined);
        return [name, value] as const;
      }),
    );
    const missing = settled.filter(([, value]) => value === undefined).map(([name]) => name as MePart);
    return { ...Object.fromEntries(settled), missing };
  }

  private ask<Body>(service: 'identity' | 'ordering', path: string, query?: object): Promise<Body> {
    return this.services.ask(service, { method: 'GET', path, query, timeoutMs: PART_TIMEOUT_MS });
  }
}
