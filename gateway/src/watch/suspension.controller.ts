import { Body, Controller, HttpCode, Post, Req } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { type LaneView, ROLES, StatedReason } from '@turnpike/contracts';
import { authorise, type Caller } from '../entry/authorise.js';
import { CurrentCaller } from '../entry/caller.js';
import type { Request } from '../entry/http.js';
import { IdentityTold } from '../entry/identity-told.js';
import { LastAdministrator } from '../entry/last-administrator.js';
import { Id } from '../entry/request.js';
import { Allows } from '../entry/routes.js';
import { Suspensions } from '../ledger/suspensions.js';
import { FormerActors } from '../queue/former-actors.js';
import { Actions } from './actions.js';

/** What operators do to users, at once and beside their lanes. */
@ApiTags('operators')
@Controller('v1/ops/users')
export class SuspensionController {
  constructor(
    private readonly suspensions: Suspensions,
    private readonly administrators: LastAdministrator,
    private readonly identity: IdentityTold,
    private readonly former: FormerActors,
    private readonly actions: Actions,
  ) {}

  /** Nobody is let in as that user: all sessions end at once, and none begins. The lane goes on for what others ask. */
  @Post(':id/suspend')
  @Allows('user.suspend')
  @HttpCode(200)
  async suspend(
    @Id('id') userId: string,
    @Body() { reason }: StatedReason,
    @CurrentCaller() caller: Caller,
    @Req() request: Request,
  ): Promise<LaneView> {
    authorise('user.suspend', caller, userId);
    const act = { userId, actorId: caller.userId, reason };
    const suspend = (): Promise<boolean> => this.suspensions.suspend(act);
    const isThere = await this.administrators.guard({ caller, userId, request }, suspend);
    if (isThere) this.identity.tellSoon(userId);
    if (isThere) this.former.withdraw(userId, ROLES);
    return this.actions.lane(userId);
  }

  /** The user may sign in again. */
  @Post(':id/reinstate')
  @Allows('user.reinstate')
  @HttpCode(200)
  async reinstate(
    @Id('id') userId: string,
    @Body() { reason }: StatedReason,
    @CurrentCaller() caller: Caller,
  ): Promise<LaneView> {
    authorise('user.reinstate', caller, userId);
    await this.suspensions.reinstate({ userId, actorId: caller.userId, reason });
    return this.actions.lane(userId);
  }
}
