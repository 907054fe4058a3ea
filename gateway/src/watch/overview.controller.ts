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
import { authorise, type Caller } from '../entry/authorise.js';
import { CurrentCaller } from '../entry/caller.js';
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
  summary(@CurrentCaller() caller: Caller): Promise<OpsSummary> {
    authorise('ops', caller, null);
    return this.overview.now();
  }

  /** How it was, every five seconds: the last hour, or since `from`, at most a day ago. */
  @Get('samples')
  async samples(
    @Query() { from }: SamplesQuery,
    @CurrentCaller() caller: Caller,
  ): Promise<{ items: Sample[] }> {
    authorise('ops', caller, null);
    return { items: await this.pastSamples.since(since(from, HOUR_MS)) };
  }

  /** Lanes, the deepest or the oldest first. */
  @Get('lanes')
  lanes(@Query() query: LanesQuery, @CurrentCaller() caller: Caller): Promise<Page<LaneView>> {
    authorise('ops', caller, null);
    return this.laneSearch.page(query);
  }

  /** Operations of all lanes, the newest first. */
  @Get('operations')
  operations(
    @Query() query: OpsOperationsQuery,
    @CurrentCaller() caller: Caller,
  ): Promise<Page<OperationView>> {
    authorise('ops', caller, null);
    return this.operationList.page(query);
  }

  /** Writes that failed, by their problem and the service that refused them. */
  @Get('failures')
  async failures(
    @Query() { from }: FailuresQuery,
    @CurrentCaller() caller: Caller,
  ): Promise<{ items: FailureGroup[] }> {
    authorise('ops', caller, null);
    return { items: await this.operationList.failures(since(from, DAY_MS)) };
  }
}

/** @returns that time, or the one that many milliseconds ago */
function since(from: string | undefined, agoMs: number): Date {
  return from ? new Date(from) : new Date(Date.now() - agoMs);
}
