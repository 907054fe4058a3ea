import { Body, Controller, HttpCode, Post, Req } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { type LaneView, ROLES, StatedReason } from '@turnpike/protocol';
import { Problem } from '@turnpike/service';
import { authorise, type Caller, CurrentCaller, verifyAdministrator } from '../request/authorise.js';
import type { Request } from '../http/write-route.js';
import { AccessListener, Administrators } from '../ports/subject-access.js';
import { Id } from '../request/request-headers.js';
import { Allows } from '../request/route-actions.js';
import { Suspensions } from '../ledger/suspensions.js';
import { FormerActors } from '../queue/former-actors.js';
import { Subjects } from '../ports/subjects.js';
import { Actions } from './operator-actions.js';

/** What operators do to users, at once and beside their lanes. */
@ApiTags('operators')
@Controller('v1/ops/users')
export class SuspensionController {
  constructor(
    private readonly suspensions: Suspensions,
    private readonly administrators: Administrators,
    private readonly access: AccessListener,
    private readonly former: FormerActors,
    private readonly actions: Actions,
    private readonly subjects: Subjects,
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
    await this.assertMay('user.suspend', caller, userId);
    const act = { userId, actorId: caller.userId, reason };
    const suspend = (): Promise<boolean> => this.suspensions.suspend(act);
    const isThere = await this.administrators.guard(
      { caller, userId, verifyAgain: () => verifyAdministrator(request) },
      suspend,
    );
    if (isThere) void this.access.tellSoon(userId);
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
    await this.assertMay('user.reinstate', caller, userId);
    await this.suspensions.reinstate({ userId, actorId: caller.userId, reason });
    return this.actions.lane(userId);
  }

  /**
   * Operators are kept in check by administrators alone: one of them must not shut the others out.
   * @throws Problem 403, or 503 where nobody says whether the user has a role
   */
  private async assertMay(
    action: 'user.suspend' | 'user.reinstate',
    caller: Caller,
    userId: string,
  ): Promise<void> {
    authorise(action, caller, userId);
    if (caller.roles.includes('admin')) return;
    const { roles } = await this.subjects.rolesOf(userId);
    if (roles.length > 0) throw new Problem('forbidden', 'The user has a role: this needs the role admin.');
  }
}
