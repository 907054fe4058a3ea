import { Controller, Get, Inject } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Problem } from './problem.js';
import { Public } from './public.js';
import { isStopping } from './stop-signals.js';

/** What a process needs to do its work; each entry says whether it is there now. */
export type ReadinessChecks = Readonly<Record<string, () => boolean | Promise<boolean>>>;
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
  constructor(@Inject(READINESS_CHECKS) private readonly checks: ReadinessChecks) {}

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
    const entries = await Promise.all(
      Object.entries(this.checks).map(async ([name, check]) => [name, await check()] as const),
    );
    if (isStopping()) entries.push(['serving', false]);
    const checks = Object.fromEntries(entries);
    const missing = entries.filter(([, ready]) => !ready).map(([name]) => name);
    if (missing.length > 0) {
      throw new Problem(
        'unavailable',
        isStopping() ? 'The process was told to stop.' : `Waiting for ${missing.join(', ')}.`,
        { checks },
        { 'retry-after': '1' },
      );
    }
    return { status: 'ready', checks };
  }
}
