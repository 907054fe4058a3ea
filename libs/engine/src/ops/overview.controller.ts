import { Controller, Get, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { ApiItems, ApiPage } from '@turnpike/service';
import {
  FailureGroup,
  FailuresQuery,
  LanesQuery,
  LaneView,
  OpsOperationsQuery,
  type OpsSummary,
  OperationView,
  type Page,
  Sample,
  SamplesQuery,
  type ServiceView,
} from '@turnpike/protocol';
import { hiddenView } from '../support/redact-payload.js';
import { Allows } from '../request/route-actions.js';
import { OperationList } from '../queries/operation-list.js';
import { Samples } from '../queries/history.js';
import { LaneSearch } from './lane-search.js';
import { ServiceStandings } from './service-standings.js';
import { Summary } from './summary.js';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** What operators see of the whole. */
@ApiTags('operators')
@Controller('v1/ops')
export class OverviewController {
  constructor(
    private readonly overview: Summary,
    private readonly standings: ServiceStandings,
    private readonly pastSamples: Samples,
    private readonly laneSearch: LaneSearch,
    private readonly operationList: OperationList,
  ) {}

  /** Everything at a glance; at most a second old. */
  @Get('summary')
  @Allows('ops.read')
  summary(): Promise<OpsSummary> {
    return this.overview.now();
  }

  /** The services that take part: what they declare, whether they answer, what waits for them; at most a second old. */
  @Get('services')
  @Allows('ops.read')
  services(): Promise<ServiceView[]> {
    return this.standings.now();
  }

  /** How it was, every five seconds: the last hour, or since `from`, at most a day ago. */
  @Get('samples')
  @Allows('ops.read')
  @ApiItems(Sample)
  async samples(@Query() { from }: SamplesQuery): Promise<{ items: Sample[] }> {
    return { items: await this.pastSamples.since(since(from, HOUR_MS)) };
  }

  /** Lanes, the deepest or the oldest first. */
  @Get('lanes')
  @Allows('ops.read')
  @ApiPage(LaneView)
  lanes(@Query() query: LanesQuery): Promise<Page<LaneView>> {
    return this.laneSearch.page(query);
  }

  /** Operations of all lanes, the newest first; what people have written into their results is hidden. */
  @Get('operations')
  @Allows('ops.read')
  @ApiPage(OperationView)
  async operations(@Query() query: OpsOperationsQuery): Promise<Page<OperationView>> {
    const { items, nextCursor } = await this.operationList.page(query);
    return { items: items.map(hiddenView), nextCursor };
  }

  /** Writes that failed, by their problem and the service that refused them. */
  @Get('failures')
  @Allows('ops.read')
  @ApiItems(FailureGroup)
  async failures(@Query() { from }: FailuresQuery): Promise<{ items: FailureGroup[] }> {
    return { items: await this.operationList.failures(since(from, DAY_MS)) };
  }
}

/** @returns that time, or the one that many milliseconds ago */
function since(from: string | undefined, agoMs: number): Date {
  return from ? new Date(from) : new Date(Date.now() - agoMs);
}
