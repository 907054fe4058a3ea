import { Injectable } from '@nestjs/common';
import type { BeginSession, RefreshSession } from '@turnpike/contracts';
import type { SessionView } from '@turnpike/protocol';
import { AccessEndings, LedgerQueries, Services, type Standing } from '@turnpike/engine';
import { Problem, unavailable } from '@turnpike/service';
import { decodeJwt } from 'jose';
import { IdentityTold } from './identity-told.js';
import { Registered } from './registered.js';
import { Revocations } from './revocations.js';

/** What the gateway has to know of a session that identity has just begun or prolonged. */
interface Begun {
  session: SessionView;
  userId: string;
  sessionId: string;
  epoch: number;
}

/** What is answered where a session is over: to a wrong password and to a spent token the same. */
type Refusal = 'invalid-credentials' | 'unauthenticated';

/*
 * Sessions begin and are prolonged at identity, and come out of here only if the lane lets the user in: identity may not
 * know yet that access was ended, or may have been put back from a backup. What identity opened in vain is closed again.
 *
 * A write that has ended access and is not carried out yet leaves the old password, or the old roles, in force at
 * identity: until it has ended nobody signs in. Who signs in at the very moment of its end may have a session that it has
 * revoked, of which this process is told by its next question; so it asks before it lets that session out.
 */
@Injectable()
export class SigningIn {
  constructor(
    private readonly services: Services,
    private readonly queries: LedgerQueries,
    private readonly endings: AccessEndings,
    private readonly identity: IdentityTold,
    private readonly revocations: Revocations,
    private readonly registered: Registered,
  ) {}

  /** @throws Problem 401 `invalid-credentials`, 403 `user-suspended`, 503 while a new password or fewer roles are on their way */
  async signIn(body: BeginSession): Promise<SessionView> {
    const begun = await this.begin(body);
    if (await this.isCurrent(begun)) return begun.session;
    // Identity knows of the ending by now, and begins another one after it.
    const again = await this.begin(body);
    if (await this.isCurrent(again)) return again.session;
    await this.end(again);
    throw unavailable('The access of this account is being changed.');
  }

  /** @throws Problem 401 `unauthenticated` */
  async refresh(body: RefreshSession): Promise<SessionView> {
    const call = { method: 'POST', path: '/internal/sessions/refresh', body } as const;
    const begun = begunOf(await this.services.ask<SessionView>('identity', call));
    await this.assertLetIn(begun, 'unauthenticated');
    if (await this.isCurrent(begun)) return begun.session;
    throw new Problem('unauthenticated');
  }

  private async begin(body: BeginSession): Promise<Begun> {
    const call = { method: 'POST', path: '/internal/sessions', body } as const;
    const begun = begunOf(await this.services.ask<SessionView>('identity', call));
    await this.assertLetIn(begun, 'invalid-credentials');
    return begun;
  }

  /** @throws Problem where the lane lets nobody in as that user */
  private async assertLetIn(begun: Begun, refusal: Refusal): Promise<void> {
    await this.registered.session(begun.session, refusal);
    const standing = await this.queries.standing(begun.userId);
    const problem = standing && (await this.refusalOf(begun, standing, refusal));
    if (!problem) return;
    await this.end(begun);
    throw problem;
  }

  private async refusalOf(begun: Begun, standing: Standing, refusal: Refusal): Promise<Problem | null> {
    if (standing.suspendedAt) return new Problem(refusal === 'unauthenticated' ? refusal : 'user-suspended');
    if (standing.depth === 0 || isSpared(begun, standing)) return null;
    const [kind] = await this.endings.underWay(begun.userId);
    if (!kind) return null;
    if (kind === 'user.delete') return new Problem(refusal);
    const what = kind === 'user.set-roles' ? 'roles' : 'password';
    return unavailable(`A change of this account’s ${what} is being carried out.`);
  }

  /** @returns whether the session began after the last ending, and goes on */
  private async isCurrent(begun: Begun): Promise<boolean> {
    const { userId, sessionId, epoch } = begun;
    const standing = await this.queries.standing(userId);
    if (!standing || isSpared(begun, standing)) return true;
    if (epoch > standing.accessEpoch) await this.endings.atLeast(userId, epoch);
    if (epoch < standing.accessEpoch) {
      await this.identity.tell(userId);
      return false;
    }
    // A process that has just started knows nothing yet: whoever signs in there by a role is let in by it at once.
    if (epoch > 0 || !this.revocations.areKnown) await this.revocations.ask();
    return !this.revocations.has(sessionId);
  }

  private async end({ sessionId }: Begun): Promise<void> {
    await this.services.ask('identity', { method: 'DELETE', path: `/internal/sessions/${sessionId}` });
    this.revocations.add(sessionId);
  }
}

function isSpared({ sessionId }: Begun, { accessSpared }: Standing): boolean {
  return sessionId === accessSpared;
}

function begunOf(session: SessionView): Begun {
  const { sid, epoch } = decodeJwt(session.accessToken);
  return {
    session,
    userId: session.userId,
    sessionId: String(sid),
    epoch: typeof epoch === 'number' ? epoch : 0,
  };
}
