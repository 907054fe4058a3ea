import { Controller, Get, Inject } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Problem } from '../problems/problem.js';
import { Public } from './public.js';
import { Readiness, type ReadinessChecks } from '../process/readiness.js';
import { stopping } from '../process/stop-signals.js';

export type { ReadinessChecks } from '../process/readiness.js';

export const READINESS_CHECKS = Symbol('READINESS_CHECKS');

const NAMES_SCHEMA = { type: 'array', items: { type: 'string' } };
const CHECKS_SCHEMA = { type: 'object', additionalProperties: { type: 'boolean' } };

/** Written by hand, since the build reads no types in this file. */
function answerSchema(
  status: string,
  more: Record<string, object> = {},
  optional: Record<string, object> = {},
): object {
  const properties = { status: { type: 'string', enum: [status] }, ...more };
  return {
    type: 'object',
    required: Object.keys(properties),
    properties: { ...properties, ...optional },
    additionalProperties: false,
  };
}

interface Ready {
  status: 'ready';
  checks: Record<string, boolean>;
  degraded?: string[];
}

/** For orchestrators: `live` says that the process works, `ready` that it can be sent requests. */
@Public()
@ApiTags('health')
@Controller('health')
export class HealthController {
  private readonly readiness: Readiness;

  constructor(@Inject(READINESS_CHECKS) checks: ReadinessChecks) {
    this.readiness = new Readiness(checks);
  }

  @Get('live')
  @ApiOperation({ summary: 'The process is alive.' })
  @ApiOkResponse({ description: 'It is.', schema: answerSchema('live') })
  live(): { status: 'live' } {
    return { status: 'live' };
  }

  @Get('ready')
  @ApiOperation({
    summary:
      'Everything that the process needs is there; else 503, which names what is missing. One that stops is not ready.',
  })
  @ApiOkResponse({
    description: 'It is there. `degraded` names what is missing as yet without harm.',
    schema: answerSchema('ready', { checks: CHECKS_SCHEMA }, { degraded: NAMES_SCHEMA }),
  })
  async ready(): Promise<Ready> {
    const parts = Object.entries(await this.readiness.now());
    const there = Object.fromEntries(parts.map(([name, presence]) => [name, presence !== false]));
    const degraded = parts.filter(([, presence]) => presence === 'degraded').map(([name]) => name);
    const checks: Record<string, boolean> = { ...there, ...(stopping.aborted && { serving: false }) };
    if (Object.values(checks).includes(false)) {
      const waiting = `Waiting for ${this.readiness.missing().join(', ')}.`;
      const detail = stopping.aborted ? 'The process was told to stop.' : waiting;
      throw new Problem('unavailable', detail, { checks }, { 'retry-after': '1' });
    }
    return { status: 'ready', checks, ...(degraded.length > 0 && { degraded }) };
  }
}
