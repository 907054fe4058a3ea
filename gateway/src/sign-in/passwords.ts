import { Injectable } from '@nestjs/common';
import type { ChangePassword, PreparedCredential, RegisterUser, UserView } from '@turnpike/contracts';
import { type Caller, ClientPlaces, type Content, Services } from '@turnpike/engine';
import { Problem } from '@turnpike/service';
import type { FastifyRequest } from 'fastify';
import { FirstAdministrator } from './first-administrator.js';
import { PasswordTurns } from './password-turns.js';
import { SignInThrottle } from './sign-in-throttle.js';

/*
 * Passwords outside of a sign-in: new ones become credentials, and the present one confirms who asks. Each comparison is
 * made by identity's argon2, in its turn, and a wrong one counts as a failed sign-in. A password is never part
 * of a write, its fingerprint or a line of the log.
 */

/** Milliseconds after its begin in which a session stands for the password that it was begun with. */
const FRESH_MS = 5 * 60_000;

@Injectable()
export class Passwords {
  constructor(
    private readonly services: Services,
    private readonly throttle: SignInThrottle,
    private readonly turns: PasswordTurns,
    private readonly places: ClientPlaces,
    private readonly firstAdministrator: FirstAdministrator,
  ) {}

  /**
   * @throws Problem 400 for a password that this person may not have, 503 for the address of a first administrator who is
   *   not there yet
   */
  async prepareFirst(registration: RegisterUser, request: FastifyRequest): Promise<{ credentialId: string }> {
    this.assertFree(registration.email);
    const origin = { place: this.places.of(request), isKnown: false };
    const { credentialId } = await this.turns.take(origin, () => this.prepare(registration));
    return { credentialId };
  }

  /** @throws Problem 400 for a new password that this person may not have, 401 for a wrong current one */
  async prepareChange(
    userId: string,
    { currentPassword, newPassword }: ChangePassword,
    request: FastifyRequest,
  ): Promise<PreparedCredential> {
    const credential = { password: newPassword, userId, currentPassword };
    return this.throttle.check(await this.emailOf(userId), request, () => this.prepare(credential));
  }

  /**
   * Lets a user go on who has shown the password, here or by the sign-in of a moment ago. A bearer token that was stolen
   * is not enough for what follows. Administrators act on others by their role.
   * @param userId on whom the caller acts
   * @throws Problem 401 `invalid-credentials` for a wrong password, and for none with an older session
   */
  async confirmCaller(
    caller: Caller,
    userId: string,
    currentPassword: string | undefined,
    request: FastifyRequest,
  ): Promise<void> {
    if (caller.userId !== userId) return;
    if (currentPassword === undefined) return assertFresh(caller);
    const check = () => this.ask('/internal/credentials/check', { userId, password: currentPassword });
    await this.throttle.check(await this.emailOf(userId), request, check);
  }

  /**
   * Compares the password of a request that comes again with the one that its key stands for. Whoever sent the request has
   * chosen that one, under whatever address: it is no password of the account until the write has succeeded. Once the
   * credential is gone there is nothing to guess any more, and the key alone decides.
   * @throws Problem 422 where it is another one
   */
  async confirmReplayed(
    payload: Content | null,
    password: string,
    email: string,
    request: FastifyRequest,
  ): Promise<void> {
    const id = payload?.['credentialId'];
    if (typeof id !== 'string') return;
    const check = () => this.ask(`/internal/credentials/${id}/check`, { password });
    await this.throttle.check(email, request, check, { isOwners: false }).catch(refuseOther);
  }

  /** @throws Problem 503 for the address of a first administrator who is not there yet: it is nobody else's */
  assertFree(email: string): void {
    this.firstAdministrator.assertNotAwaited(email);
  }

  async emailOf(userId: string): Promise<string> {
    const call = { method: 'GET', path: `/internal/users/${userId}` } as const;
    return (await this.services.ask<UserView>('identity', call)).email;
  }

  private prepare(body: object): Promise<PreparedCredential> {
    return this.ask('/internal/credentials', body);
  }

  private ask<Body>(path: string, body: object): Promise<Body> {
    return this.services.ask('identity', { method: 'POST', path, body });
  }
}

function assertFresh({ authenticatedAt }: Caller): void {
  if (authenticatedAt && Date.now() - authenticatedAt.getTime() <= FRESH_MS) return;
  throw new Problem(
    'invalid-credentials',
    'Send `currentPassword`, or sign in again: this session began more than five minutes ago.',
  );
}

/** What comes of the comparison with the password of before, where that is not the same or is gone. */
function refuseOther(error: unknown): void {
  const code = error instanceof Problem ? error.code : null;
  if (code === 'not-found') return;
  throw code === 'invalid-credentials' ? new Problem('idempotency-key-reused') : error;
}
