import { applyDecorators, Controller, Get, Req, Res } from '@nestjs/common';
import { ApiExtraModels, ApiHeader, ApiOkResponse, ApiResponse, ApiTags } from '@nestjs/swagger';
import { OperationView } from '@turnpike/protocol';
import { ApiProblems } from '@turnpike/service';
import { type Caller, CurrentCaller } from '../request/authorise.js';
import type { Reply, Request } from './write-route.js';
import { OperationAccess } from './operation-access.js';
import { OperationStreams } from './operation-streams.js';
import { Id } from '../request/request-headers.js';
import { Allows } from '../request/route-actions.js';

/** A route that answers with a stream which the client may resume. */
function StreamsOperations(): MethodDecorator {
  return applyDecorators(
    ApiHeader({
      name: 'Last-Event-ID',
      required: false,
      description:
        'The id of the last event that the client has had, of either stream: those after it follow',
    }),
    ApiExtraModels(OperationView),
    ApiOkResponse({
      description:
        'Events of the type `operation`, one for each change, with an OperationView as their data. Their ids grow within a user.',
      content: { 'text/event-stream': { schema: { type: 'string' } } },
    }),
    ApiProblems('rate-limited', 'invalid-request'),
  );
}

/** What becomes of writes, as server-sent events. */
@ApiTags('operations')
@Controller('v1')
export class OperationEventsController {
  constructor(
    private readonly access: OperationAccess,
    private readonly streams: OperationStreams,
  ) {}

  /** The changes of all operations in the caller's lane, from now on; ends with the session. */
  @Get('events')
  @Allows('operation.list')
  @StreamsOperations()
  events(@CurrentCaller() caller: Caller, @Req() request: Request, @Res() reply: Reply): Promise<void> {
    return this.streams.ofLane(caller.userId, request, reply);
  }

  /** One operation: what it is now, and then each of its changes; ends when it is over. */
  @Get('operations/:id/events')
  @Allows('operation.read')
  @ApiHeader({ name: 'Operation-Token', required: false, description: 'From the 202 of a registration' })
  @StreamsOperations()
  @ApiResponse({ status: 204, description: 'It is over, and the client has had all of its events.' })
  async eventsOfOne(@Id('id') id: string, @Req() request: Request, @Res() reply: Reply): Promise<void> {
    const sight = await this.access.sightOf(id, request);
    await this.streams.ofOperation(id, sight, request, reply);
  }
}
