import { Controller, Get, HttpCode, Post, Query, Res } from '@nestjs/common';
import { ApiAcceptedResponse, ApiTags } from '@nestjs/swagger';
import { IntegrityRun, type Page, PageQuery, Repair } from '@turnpike/protocol';
import { ApiPage } from '@turnpike/service';
import type { FastifyReply } from 'fastify';
import { type Caller, CurrentCaller } from '../request/authorise.js';
import { Id } from '../request/request-headers.js';
import { Costly } from '../limits/user-limit.guard.js';
import { Allows } from '../request/route-actions.js';
import { Integrity } from './integrity.js';

const PATH = 'v1/ops/integrity/runs';

/** Comparisons of the services' data, and the repair of what they find. */
@ApiTags('operators')
@Controller(PATH)
export class IntegrityController {
  constructor(private readonly integrity: Integrity) {}

  /** Begins a run; while one is under way, it is that one. */
  @Post()
  @Costly()
  @Allows('ops.act')
  @HttpCode(202)
  @ApiAcceptedResponse({
    type: IntegrityRun,
    description: 'The run, which goes on.',
    headers: { Location: { description: 'Where to read it', required: true, schema: { type: 'string' } } },
  })
  async begin(
    @CurrentCaller() caller: Caller,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<IntegrityRun> {
    const run = await this.integrity.begin(caller.userId);
    void reply.header('location', `/${PATH}/${run.id}`);
    return run;
  }

  /** The runs, newest first. */
  @Get()
  @Allows('ops.read')
  @ApiPage(IntegrityRun)
  list(@Query() query: PageQuery): Promise<Page<IntegrityRun>> {
    return this.integrity.list(query);
  }

  /** One run and what it has found so far. */
  @Get(':id')
  @Allows('ops.read')
  run(@Id('id') id: string): Promise<IntegrityRun> {
    return this.integrity.run(id);
  }

  /** Mends what the run has found, through the lanes; asked again, it answers with the same writes. */
  @Post(':id/repair')
  @Costly()
  @Allows('ops.act')
  @HttpCode(200)
  async repair(@Id('id') id: string, @CurrentCaller() caller: Caller): Promise<Repair> {
    return { items: await this.integrity.repair(id, caller) };
  }
}
