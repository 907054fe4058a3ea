import { Body, Controller, Headers, HttpCode, Post, UseGuards, UseInterceptors } from '@nestjs/common';
import { HEADERS, SettleStep, STEPS_PATH } from '@turnpike/protocol';
import { parseFence } from '../protocol/fence.js';
import type { RecordedAnswer } from './inbox.js';
import { ServiceTokenGuard } from '../auth/service-token.js';
import { isBesideTheLane, RecordedAnswers } from './step-call.js';
import { Steps } from './steps.js';

/** Settling is the same in every service: it concerns the key alone. */
@Controller(STEPS_PATH)
@UseGuards(ServiceTokenGuard)
@UseInterceptors(RecordedAnswers)
export class SettleController {
  constructor(private readonly steps: Steps) {}

  /** The first answer of that key; if there is none, the key is sealed and answers `step-sealed` for ever. */
  @Post('settle')
  @HttpCode(200)
  settle(
    @Body() { key, fence }: SettleStep,
    @Headers(HEADERS.laneUser) user?: string,
    @Headers(HEADERS.laneOrder) order?: string,
  ): Promise<RecordedAnswer> {
    // A caller that does not name the lane gets one of the operation's own: the key is sealed all the same.
    const userId = user ?? key.slice(0, key.indexOf('/'));
    return this.steps.settle({ key, userId, fence: parseFence(fence)!, beside: isBesideTheLane(order) });
  }
}
