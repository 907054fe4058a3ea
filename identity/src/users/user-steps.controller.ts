import { Body, Controller, HttpCode, Post, UseGuards, UseInterceptors } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { ChangePasswordStep, RegisterStep, SetClaims, SetRoles, UserChanges } from '@turnpike/contracts';
import { ConfirmUserStep, PurgeUserStep, STEPS_PATH, undoneKey } from '@turnpike/protocol';
import {
  Call,
  IfMatch,
  type RecordedAnswer,
  RecordedAnswers,
  ServiceTokenGuard,
  type StepCall,
  Steps,
} from '@turnpike/service';
import { Confirmation } from './confirmation.js';
import { Deletion } from './deletion.js';
import { Purge } from './purge.js';
import { Users } from './users.js';

/** Identity's steps. Every answer that carries `Step-Recorded` is final and is given again for its key. */
@ApiTags('steps')
@Controller(STEPS_PATH)
@UseGuards(ServiceTokenGuard)
@UseInterceptors(RecordedAnswers)
export class UserStepsController {
  constructor(
    private readonly steps: Steps,
    private readonly users: Users,
    private readonly deletion: Deletion,
    private readonly purging: Purge,
    private readonly confirmation: Confirmation,
  ) {}

  /** Makes the user of the lane, with a credential that was prepared before. */
  @Post('identity.register')
  @HttpCode(200)
  register(@Call() call: StepCall, @Body() registration: RegisterStep): Promise<RecordedAnswer> {
    return this.steps.apply(call, (tx) => this.users.register(tx, call.userId, registration));
  }

  /** The user has never been: address and credential go too. */
  @Post('identity.register/undo')
  @HttpCode(200)
  undoRegister(@Call() call: StepCall): Promise<RecordedAnswer> {
    return this.steps.undo(call, undoneKey(call.key), (tx) => this.users.undoRegister(tx, call.userId));
  }

  /** Changes names and address. An address that is given up stays reserved until `identity.release-email`. */
  @Post('identity.update')
  @HttpCode(200)
  update(
    @Call() call: StepCall,
    @IfMatch() ifMatch: string | undefined,
    @Body() changes: UserChanges,
  ): Promise<RecordedAnswer> {
    const target = { userId: call.userId, ifMatch };
    return this.steps.apply(call, (tx) => this.users.update(tx, target, changes));
  }

  /** Names and address are as they were before; the version is a new one. */
  @Post('identity.update/undo')
  @HttpCode(200)
  undoUpdate(@Call() call: StepCall): Promise<RecordedAnswer> {
    return this.steps.undo(call, undoneKey(call.key), (tx, before) =>
      this.users.undoUpdate(tx, call.userId, before),
    );
  }

  /** Frees the address that `identity.update` gave up. */
  @Post('identity.release-email')
  @HttpCode(200)
  releaseEmail(@Call() call: StepCall): Promise<RecordedAnswer> {
    return this.steps.apply(call, (tx) => this.users.releaseEmail(tx, call.userId));
  }

  /** Exchanges the credential, if it is still the one that was checked, and ends the other sessions. */
  @Post('identity.change-password')
  @HttpCode(200)
  changePassword(
    @Call() call: StepCall,
    @IfMatch() ifMatch: string | undefined,
    @Body() change: ChangePasswordStep,
  ): Promise<RecordedAnswer> {
    const target = { userId: call.userId, ifMatch };
    return this.steps.apply(call, (tx) => this.users.changePassword(tx, target, change));
  }

  /** Replaces the roles. When they are others than before, the user's sessions end. */
  @Post('identity.set-roles')
  @HttpCode(200)
  setRoles(
    @Call() call: StepCall,
    @IfMatch() ifMatch: string | undefined,
    @Body() roles: SetRoles,
  ): Promise<RecordedAnswer> {
    const target = { userId: call.userId, ifMatch };
    return this.steps.apply(call, (tx) => this.users.setRoles(tx, target, roles));
  }

  /** Replaces the claims. */
  @Post('identity.set-claims')
  @HttpCode(200)
  setClaims(
    @Call() call: StepCall,
    @IfMatch() ifMatch: string | undefined,
    @Body() claims: SetClaims,
  ): Promise<RecordedAnswer> {
    const target = { userId: call.userId, ifMatch };
    return this.steps.apply(call, (tx) => this.users.setClaims(tx, target, claims));
  }

  /** Deletes the user softly and ends all sessions; from now on only a restore is carried out. */
  @Post('identity.delete')
  @HttpCode(200)
  delete(@Call() call: StepCall, @IfMatch() ifMatch: string | undefined): Promise<RecordedAnswer> {
    const target = { userId: call.userId, ifMatch };
    return this.steps.apply(call, (tx) => this.deletion.delete(tx, target), { tombstone: 'ignored' });
  }

  /** Brings a deleted user back; the sessions of before stay ended. */
  @Post('identity.restore')
  @HttpCode(200)
  restore(@Call() call: StepCall, @IfMatch() ifMatch: string | undefined): Promise<RecordedAnswer> {
    const target = { userId: call.userId, ifMatch };
    return this.steps.apply(call, (tx) => this.deletion.restore(tx, target), { tombstone: 'ignored' });
  }

  /** The user is deleted again, as of the time of the first deletion. */
  @Post('identity.restore/undo')
  @HttpCode(200)
  undoRestore(@Call() call: StepCall): Promise<RecordedAnswer> {
    return this.steps.undo(call, undoneKey(call.key), (tx, before) =>
      this.deletion.undoRestore(tx, call.userId, before),
    );
  }

  /** Nothing personal is left of a deleted user, and nobody brings one back: the answer says what was erased. */
  @Post('identity.purge')
  @HttpCode(200)
  purge(@Call() call: StepCall, @Body() body: PurgeUserStep): Promise<RecordedAnswer> {
    return this.steps.apply(call, (tx) => this.purging.purge(tx, call, body), { tombstone: 'ignored' });
  }

  /** Makes the user agree with the register, where it says something, and answers how the user is then. */
  @Post('identity.confirm')
  @HttpCode(200)
  confirm(@Call() call: StepCall, @Body() body: ConfirmUserStep): Promise<RecordedAnswer> {
    return this.steps.apply(call, (tx) => this.confirmation.confirm(tx, call, body), {
      tombstone: 'ignored',
    });
  }

  /** To have looked needs nothing taken back. */
  @Post('identity.confirm/undo')
  @HttpCode(200)
  undoConfirm(@Call() call: StepCall): Promise<RecordedAnswer> {
    return this.steps.undo(call, undoneKey(call.key), async () => ({ body: {} }));
  }
}
