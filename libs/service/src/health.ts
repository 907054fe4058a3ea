import { Controller, Get, Inject } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Problem } from './problem.js';
import { Public } from './public.js';
import { Readiness, type ReadinessChecks } from './readiness.js';
import { isStopping } from './stop-signals.js';

export type { ReadinessChecks } from './readiness.js';

export const READINESS_CHECKS = Symbol('READINESS_CHECKS');

const CHECKS_SCHEMA = { type: 'object', additionalProperties: { type: 'boolean' } };

/** Written by hand, since the build reads no types in this file. */
function answerSchema(status: string, more: Record<string, object> = {}): object {
  const properties = { status: { type: 'string', enum: [status] }, ...more };
  return { type: 'object', required: Object.keys(properties), properties, additionalProperties: false };
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
  @ApiOkResponse({ description: 'It is there.', schema: answerSchema('ready', { checks: CHECKS_SCHEMA }) })
  async ready(): Promise<{ status: 'ready'; checks: Record<string, boolean> }> {
    const checks = { ...(await this.readiness.now()), ...(isStopping() && { serving: false }) };
    if (Object.values(checks).includes(false)) {
      const waiting = `Waiting for ${this.readiness.missing().join(', ')}.`;
      const detail = isStopping() ? 'The process was told to stop.' : waiting;
      throw new Problem('unavailable', detail, { checks }, { 'retry-after': '1' });
    }
    return { status: 'ready', checks };
  }
}
