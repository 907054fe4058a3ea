import { Controller, Get, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import {
  type FailureGroup,
  FailuresQuery,
  LanesQuery,
  type LaneView,
  OpsOperationsQuery,
  type OpsSummary,
  type OperationView,
  type Page,
  type Sample,
  SamplesQuery,
} from '@turnpike/contracts';
import { Allows } from '../entry/routes.js';
import { OperationList } from '../ledger/operation-list.js';
import { Samples } from '../ledger/samples.js';
import { LaneSearch } from './lane-search.js';
import { Summary } from './summary.js';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** What operators see of the whole. */
@ApiTags('operators')
@Controller('v1/ops')
export class OverviewController {
  constructor(
    private readonly overview: Summary,
    private readonly pastSamples: Samples,
    private readonly laneSearch: LaneSearch,
    private readonly operationList: OperationList,
  ) {}

  /** Everything at a glance; at most a second old. */
  @Get('summary')
  @Allows('ops')
  summary(): Promise<OpsSummary> {
    return this.overview.now();
  }

  /** How it was, every five seconds: the last hour, or since `from`, at most a day ago. */
  @Get('samples')
  @Allows('ops')
  async samples(@Query() { from }: SamplesQuery): Promise<{ items: Sample[] }> {
    return { items: await this.pastSamples.since(since(from, HOUR_MS)) };
  }

  /** Lanes, the deepest or the oldest first. */
  @Get('lanes')
  @Allows('ops')
  lanes(@Query() query: LanesQuery): Promise<Page<LaneView>> {
    return this.laneSearch.page(query);
  }

  /** Operations of all lanes, the newest first. */
  @Get('operations')
  @Allows('ops')
  operations(@Query() query: OpsOperationsQuery): Promise<Page<OperationView>> {
    return this.operationList.page(query);
  }

  /** Writes that failed, by their problem and the service that refused them. */
  @Get('failures')
  @Allows('ops')
  async failures(@Query() { from }: FailuresQuery): Promise<{ items: FailureGroup[] }> {
    return { items: await this.operationList.failures(since(from, DAY_MS)) };
  }
}

/** @returns that time, or the one that many milliseconds ago */
function since(from: string | undefined, agoMs: number): Date {
  return from ? new Date(from) : new Date(Date.now() - agoMs);
}
