import { setTimeout as pause } from 'node:timers/promises';
import { Controller, Get, Req, Res } from '@nestjs/common';
import { ApiExtraModels, ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { OpsSummary } from '@turnpike/protocol';
import { verifyAgain } from '../request/authorise.js';
import { EventStreams } from '../http/event-streams.js';
import type { Reply, Request } from '../http/write-route.js';
import { Allows } from '../request/route-actions.js';
import { Summary } from './summary.js';

/** Milliseconds between two summaries. */
const EVERY_MS = 1000;

@ApiTags('operators')
@Controller('v1/ops/live')
export class LiveController {
  constructor(
    private readonly streams: EventStreams,
    private readonly summary: Summary,
  ) {}

  /** The summary again and again, as server-sent events of the type `summary`; ends with the session. */
  @Get()
  @Allows('ops.read')
  @ApiExtraModels(OpsSummary)
  @ApiOkResponse({
    description: 'Events with an OpsSummary as their data.',
    content: { 'text/event-stream': { schema: { type: 'string' } } },
  })
  live(@Req() request: Request, @Res() reply: Reply): void {
    const stream = this.streams.begin(request, reply);
    const send = async (): Promise<void> => {
      while (!stream.closed.aborted) {
        await verifyAgain(request);
        stream.send('summary', await this.summary.now());
        await pause(EVERY_MS, undefined, { signal: stream.closed });
      }
    };
    // The client connects again, and is told by that answer what is the matter.
    send().catch(() => stream.end());
  }
}
