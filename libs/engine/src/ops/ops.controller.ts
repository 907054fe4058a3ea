import { Body, Controller, Get, HttpCode, Post, Req } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import {
  type LaneView,
  type OperationView,
  type OpsOperationView,
  Reason,
  ReleaseLane,
  type RevealedOperation,
  StatedReason,
} from '@turnpike/protocol';
import { ApiProblems } from '@turnpike/service';
import { type Caller, CurrentCaller } from '../request/authorise.js';
import type { Request } from '../http/write-route.js';
import { Id } from '../request/request-headers.js';
import { Allows } from '../request/route-actions.js';
import { Actions } from './operator-actions.js';
import { CloserLook } from './operation-detail.js';
import { Repetitions } from './repetitions.js';

/** What operators do: look at a lane, stop it and let it go on, withdraw or repeat a write. */
@ApiTags('operators')
@Controller('v1/ops')
export class OpsController {
  constructor(
    private readonly actions: Actions,
    private readonly closerLook: CloserLook,
    private readonly repetitions: Repetitions,
  ) {}

  /** One lane: whether it takes writes, whether it carries them out, and its head. */
  @Get('lanes/:userId')
  @Allows('ops.read')
  lane(@Id('userId') userId: string): Promise<LaneView> {
    return this.actions.lane(userId);
  }

  /** Nothing more of the lane begins, a deletion neither; what runs goes on. */
  @Post('lanes/:userId/pause')
  @Allows('ops.act', 'lane.act')
  @HttpCode(200)
  pause(
    @Id('userId') userId: string,
    @Body() { reason }: Reason,
    @CurrentCaller() caller: Caller,
  ): Promise<LaneView> {
    return this.actions.pause(userId, caller, reason ?? null);
  }

  /** A paused lane goes on. */
  @Post('lanes/:userId/resume')
  @Allows('ops.act', 'lane.act')
  @HttpCode(200)
  resume(
    @Id('userId') userId: string,
    @Body() { reason }: Reason,
    @CurrentCaller() caller: Caller,
  ): Promise<LaneView> {
    return this.actions.resume(userId, caller, reason ?? null);
  }

  /** A halted lane goes on; `action` says what becomes of the write at which it halted. */
  @Post('lanes/:userId/release')
  @Allows('ops.act', 'lane.act')
  @ApiProblems('lane-not-halted', 'operation-not-cancellable')
  @HttpCode(200)
  release(
    @Id('userId') userId: string,
    @Body() release: ReleaseLane,
    @CurrentCaller() caller: Caller,
  ): Promise<LaneView> {
    return this.actions.release(userId, caller, release);
  }

  /** One write in full; what people have written into it is hidden. */
  @Get('operations/:id')
  @Allows('ops.read')
  operation(@Id('id') id: string): Promise<OpsOperationView> {
    return this.closerLook.at(id);
  }

  /** Shows what is hidden of a write; the audit trail tells of it. */
  @Post('operations/:id/reveal')
  @Allows('ops.reveal')
  @HttpCode(200)
  reveal(
    @Id('id') id: string,
    @Body() { reason }: StatedReason,
    @CurrentCaller() caller: Caller,
  ): Promise<RevealedOperation> {
    return this.closerLook.reveal(id, caller.userId, reason);
  }

  /** A failed write once more: a new operation at the end of the lane, because its successors may have run. */
  @Post('operations/:id/retry')
  @Allows('ops.act', 'lane.act', 'operation.repeat-privileged')
  @ApiProblems('user-deleting', 'user-deleted', 'lane-full')
  @HttpCode(200)
  retry(
    @Id('id') id: string,
    @Body() { reason }: Reason,
    @CurrentCaller() caller: Caller,
    @Req() request: Request,
  ): Promise<OperationView> {
    return this.repetitions.retry(id, { by: caller, reason: reason ?? null, request });
  }

  /** Withdraws a write that has not begun, or that waits for a retry and turns out not to be applied. */
  @Post('operations/:id/cancel')
  @Allows('ops.act', 'lane.act')
  @ApiProblems('operation-not-cancellable')
  @HttpCode(200)
  cancel(
    @Id('id') id: string,
    @Body() { reason }: Reason,
    @CurrentCaller() caller: Caller,
  ): Promise<OperationView> {
    return this.actions.cancel(id, caller, reason ?? null);
  }
}
