import { Body, Controller, Delete, Get, Patch, Post, Put, Query, Req, Res } from '@nestjs/common';
import { ApiBody, ApiTags } from '@nestjs/swagger';
import {
  ChangePassword,
  type ClientKind,
  CurrentPassword,
  DeleteUserQuery,
  RegisterUser,
  SetClaims,
  SetRoles,
  UpdateUser,
  USER_OPERATIONS,
  UsersQuery,
  UserView,
} from '@turnpike/contracts';
import type { Role, Page } from '@turnpike/protocol';
import {
  AcceptsIfNoneMatch,
  AcceptsReadAfter,
  AcceptsWrite,
  AccessEndings,
  Admission,
  Allows,
  authorise,
  type Caller,
  CurrentCaller,
  Id,
  Reads,
  type Reply,
  type Request,
  sendResource,
  Services,
  TakesNoBody,
  type TakingAway,
  verifyAdministrator,
  type Write,
} from '@turnpike/engine';
import { ApiPage, invalidRequest } from '@turnpike/service';
import { LIST_USERS, READ_USER } from '../operations/reads.js';
import { v7 as uuidv7 } from 'uuid';
import { LastAdministrator } from '../sign-in/last-administrator.js';
import { Passwords } from '../sign-in/passwords.js';
import { Registered } from '../sign-in/registered.js';

const [REGISTER, UPDATE, CHANGE_PASSWORD, SET_ROLES, SET_CLAIMS, DELETE, RESTORE] = USER_OPERATIONS;

/** Milliseconds for an answer, without which roles are taken to be taken away. */
const ROLES_WITHIN_MS = 1500;

/** Users: their data is identity's, their writes go through their lane. */
@ApiTags('users')
@Controller('v1/users')
export class UsersController {
  constructor(
    private readonly admission: Admission,
    private readonly services: Services,
    private readonly reads: Reads,
    private readonly passwords: Passwords,
    private readonly registered: Registered,
    private readonly endings: AccessEndings,
    private readonly administrators: LastAdministrator,
  ) {}

  /** Registers a user. Anybody may. The 202 carries `Operation-Token`, which lets the client read the operation. */
  @Post()
  @AcceptsWrite(REGISTER)
  register(@Body() body: RegisterUser, @Req() request: Request, @Res({ passthrough: true }) reply: Reply) {
    const { password, ...profile } = body;
    const { email } = profile;
    const write: Write = {
      ...userWrite('user.register', uuidv7(), null),
      payload: { ...profile, roles: [] },
      anonymousScope: { by: 'email', value: email },
      prepare: () => this.passwords.prepareFirst(body, request),
      confirmReplay: (before) => this.passwords.confirmReplayed(before, password, email, request),
    };
    return this.admission.submit(write, request, reply);
  }

  /**
   * Changes e-mail address or names. Who changes the own address, which one signs in with, sends `currentPassword`, or
   * has signed in within the last five minutes; a wrong one is refused at once, and counts as a failed sign-in.
   */
  @Patch(':id')
  @AcceptsWrite(UPDATE)
  update(
    @Id('id') id: string,
    @Body() { currentPassword, ...changes }: UpdateUser,
    @CurrentCaller() caller: Caller,
    @Req() request: Request,
    @Res({ passthrough: true }) reply: Reply,
  ) {
    if (Object.keys(changes).length === 0)
      throw invalidRequest([{ path: '', message: 'nothing is to be changed' }]);
    const write: Write = {
      ...userWrite('user.update', id, caller),
      payload: changes,
      ...(changes.email !== undefined && this.confirmed(caller, id, currentPassword, request, changes.email)),
    };
    return this.admission.submit(write, request, reply);
  }

  /** Changes the password. A wrong current one is refused at once, and counts as a failed sign-in. All other sessions end. */
  @Put(':id/password')
  @AcceptsWrite(CHANGE_PASSWORD)
  changePassword(
    @Id('id') id: string,
    @Body() body: ChangePassword,
    @CurrentCaller() caller: Caller,
    @Req() request: Request,
    @Res({ passthrough: true }) reply: Reply,
  ) {
    const write: Write = {
      ...userWrite('user.change-password', id, caller),
      payload: { keepSession: caller.sessionId },
      prepare: async () => ({ ...(await this.passwords.prepareChange(id, body, request)) }),
      confirmReplay: async (before) => {
        const email = await this.passwords.emailOf(id);
        await this.passwords.confirmReplayed(before, body.newPassword, email, request);
      },
    };
    return this.admission.submit(write, request, reply);
  }

  /** Sets the roles. The user's sessions end, since roles stand in their tokens: at once where one is taken away. */
  @Put(':id/roles')
  @AcceptsWrite(SET_ROLES)
  setRoles(
    @Id('id') id: string,
    @Body() body: SetRoles,
    @CurrentCaller() caller: Caller,
    @Req() request: Request,
    @Res({ passthrough: true }) reply: Reply,
  ) {
    const write: Write = {
      ...userWrite('user.set-roles', id, caller),
      payload: { ...body },
      grantsSince: () => this.grantsSince(id, body.roles),
      ...(!body.roles.includes('admin') &&
        this.acceptsInTurn({ caller, userId: id, verifyAgain: () => verifyAdministrator(request) })),
    };
    return this.admission.submit(write, request, reply);
  }

  /** Sets the claims: a flat object, which replaces the one before. */
  @Put(':id/claims')
  @AcceptsWrite(SET_CLAIMS)
  setClaims(
    @Id('id') id: string,
    @Body() body: SetClaims,
    @CurrentCaller() caller: Caller,
    @Req() request: Request,
    @Res({ passthrough: true }) reply: Reply,
  ) {
    const write = { ...userWrite('user.set-claims', id, caller), payload: { ...body } };
    return this.admission.submit(write, request, reply);
  }

  /**
   * Deletes the user. From the acknowledgement on no other write of the user is accepted. Who deletes the own account sends
   * `currentPassword`, or has signed in within the last five minutes.
   */
  @Delete(':id')
  @AcceptsWrite(DELETE)
  @ApiBody({ type: CurrentPassword, required: false })
  delete(
    @Id('id') id: string,
    @Body() { currentPassword }: CurrentPassword,
    @Query() { pending }: DeleteUserQuery,
    @CurrentCaller() caller: Caller,
    @Req() request: Request,
    @Res({ passthrough: true }) reply: Reply,
  ) {
    const write: Write = {
      ...userWrite('user.delete', id, caller),
      cancelsWaiting: pending === 'cancel',
      ...this.acceptsInTurn({ caller, userId: id, verifyAgain: () => verifyAdministrator(request) }),
      ...this.confirmed(caller, id, currentPassword, request),
    };
    return this.admission.submit(write, request, reply);
  }

  /** Brings a deleted user back within the grace period. What the deletion cancelled stays cancelled. */
  @Post(':id/restore')
  @AcceptsWrite(RESTORE)
  @TakesNoBody()
  restore(
    @Id('id') id: string,
    @CurrentCaller() caller: Caller,
    @Req() request: Request,
    @Res({ passthrough: true }) reply: Reply,
  ) {
    return this.admission.submit(userWrite('user.restore', id, caller), request, reply);
  }

  /** One user. */
  @Get(':id')
  @Allows(READ_USER)
  @AcceptsReadAfter()
  @AcceptsIfNoneMatch(UserView)
  async read(
    @Id('id') id: string,
    @CurrentCaller() caller: Caller,
    @Req() request: Request,
    @Res({ passthrough: true }) reply: Reply,
  ): Promise<UserView> {
    authorise(READ_USER, caller, id);
    await this.reads.after(request, caller, id);
    const user = await this.registered.user(await this.user(id));
    return sendResource(user, request, reply) as UserView;
  }

  /** All users, newest first. For `Read-After` a list of everybody is in the caller's own lane. */
  @Get()
  @Allows(LIST_USERS)
  @ApiPage(UserView)
  @AcceptsReadAfter()
  async list(
    @Query() query: UsersQuery,
    @CurrentCaller() caller: Caller,
    @Req() request: Request,
  ): Promise<Page<UserView>> {
    await this.reads.after(request, caller, caller.userId);
    const call = { method: 'GET', path: '/internal/users', query, isPage: true } as const;
    return this.registered.users(await this.services.ask<Page<UserView>>('identity', call));
  }

  /** @returns the last place of the lane if those roles take none away; undefined where they do, or nobody can say */
  private async grantsSince(id: string, roles: readonly Role[]): Promise<number | undefined> {
    const known = await this.endings.knownRoles(id);
    if (!known || known.areChanging) return undefined;
    const before = await this.rolesOf(id).catch(() => null);
    return before?.every((role) => roles.includes(role)) ? known.lastSeq : undefined;
  }

  private async rolesOf(id: string): Promise<readonly Role[]> {
    const call = { method: 'GET', path: `/internal/users/${id}`, timeoutMs: ROLES_WITHIN_MS } as const;
    return (await this.services.ask<UserView>('identity', call)).roles;
  }

  private acceptsInTurn(act: TakingAway): Pick<Write, 'accept'> {
    return { accept: (admit) => this.administrators.guard(act, admit) };
  }

  private user(id: string): Promise<UserView> {
    return this.services.ask('identity', { method: 'GET', path: `/internal/users/${id}` });
  }

  /** What a write has beside when its user has to show the password. */
  private confirmed(
    caller: Caller,
    userId: string,
    currentPassword: string | undefined,
    request: Request,
    newEmail?: string,
  ): Pick<Write, 'prepare'> {
    const prepare = async (): Promise<Record<string, unknown>> => {
      if (newEmail !== undefined) this.passwords.assertFree(newEmail);
      await this.passwords.confirmCaller(caller, userId, currentPassword, request);
      return {};
    };
    return { prepare };
  }
}

function userWrite(kind: ClientKind, userId: string, caller: Caller | null): Write {
  return { kind, userId, target: { type: 'user', id: userId }, payload: {}, caller };
}
