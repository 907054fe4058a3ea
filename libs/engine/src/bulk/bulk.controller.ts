import { Body, Controller, Get, HttpCode, Post, Query, Req, Res } from '@nestjs/common';
import { ApiAcceptedResponse, ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { BulkCount, BulkRequest, BulkRun, type Page, PageQuery } from '@turnpike/protocol';
import { ApiPage } from '@turnpike/service';
import { type Caller, CurrentCaller } from '../request/authorise.js';
import { Fingerprints } from '../request/fingerprints.js';
import type { Reply, Request } from '../http/write-route.js';
import { keyOfCaller, madeOnce, MakesOnce } from '../http/once-route.js';
import { Id } from '../request/request-headers.js';
import { Allows } from '../request/route-actions.js';
import { Bulk } from './bulk-actions.js';

const PATH = 'v1/ops/bulk';

const LOCATION = {
  Location: { description: 'Where to read it', required: true, schema: { type: 'string' } },
} as const;

/** Many writes repeated or withdrawn. */
@ApiTags('operators')
@Controller(PATH)
export class BulkController {
  constructor(
    private readonly bulk: Bulk,
    private readonly fingerprints: Fingerprints,
  ) {}

  /** Begins a run over all writes that a filter matches now; with `dryRun` it only counts them. */
  @Post()
  @Allows('ops.act')
  @MakesOnce()
  @HttpCode(202)
  @ApiAcceptedResponse({ type: BulkRun, description: 'The run, which goes on.', headers: LOCATION })
  @ApiOkResponse({ type: BulkCount, description: 'With `dryRun`' })
  async begin(
    @Body() request: BulkRequest,
    @CurrentCaller() caller: Caller,
    @Req() http: Request,
    @Res({ passthrough: true }) reply: Reply,
  ): Promise<BulkRun | BulkCount> {
    if (request.dryRun) {
      void reply.status(200);
      return this.bulk.count(request);
    }
    const clientKey = keyOfCaller(caller, http, this.fingerprints);
    const run = madeOnce(await this.bulk.begin(request, caller, clientKey), reply);
    void reply.header('location', `/${PATH}/${run.id}`);
    return run;
  }

  /** The runs, newest first. */
  @Get()
  @Allows('ops.read')
  @ApiPage(BulkRun)
  list(@Query() query: PageQuery): Promise<Page<BulkRun>> {
    return this.bulk.list(query);
  }

  /** One run and how far it has come. */
  @Get(':id')
  @Allows('ops.read')
  run(@Id('id') id: string): Promise<BulkRun> {
    return this.bulk.find(id);
  }

  /** Ends a run; what it has done stays done. */
  @Post(':id/abort')
  @Allows('ops.act')
  @HttpCode(200)
  abort(@Id('id') id: string): Promise<BulkRun> {
    return this.bulk.abort(id);
  }
}
