import { Injectable } from '@nestjs/common';
import type { SessionView, SignIn } from '@turnpike/protocol';
import { OperatorSignIn, Services } from '@turnpike/engine';
import { Problem } from '@turnpike/service';
import type { FastifyRequest } from 'fastify';
import { Revocations } from './revocations.js';
import { SigningIn } from './signing-in.js';
import { clientNameOf } from './client-name.js';
import { SignInThrottle } from './sign-in-throttle.js';

/** Milliseconds for identity to answer: shorter than others wait for the row of a session, and than a transaction may idle. */
const RENEW_WITHIN_MS = 3000;

/** Operators are users of identity like all others. */
@Injectable()
export class OperatorsAtIdentity extends OperatorSignIn {
  constructor(
    private readonly services: Services,
    private readonly throttle: SignInThrottle,
    private readonly signingIn: SigningIn,
    private readonly revocations: Revocations,
  ) {
    super();
  }

  signIn(credentials: SignIn, request: FastifyRequest): Promise<SessionView> {
    const begin = { ...credentials, client: clientNameOf(request) };
    return this.throttle.signIn(credentials.email, request, () => this.signingIn.signIn(begin));
  }

  refresh(refreshToken: string): Promise<SessionView | null> {
    const call = {
      method: 'POST',
      path: '/internal/sessions/refresh',
      body: { refreshToken },
      timeoutMs: RENEW_WITHIN_MS,
    } as const;
    return this.services.ask<SessionView>('identity', call).catch((error: unknown) => {
      if (error instanceof Problem && error.code === 'unauthenticated') return null;
      throw error;
    });
  }

  async end(sessionId: string): Promise<void> {
    await this.endAtIdentity(sessionId);
    this.revocations.add(sessionId);
  }

  async discard(sessionId: string): Promise<void> {
    this.revocations.add(sessionId);
    await this.endAtIdentity(sessionId);
  }

  private endAtIdentity(sessionId: string): Promise<unknown> {
    return this.services.ask('identity', { method: 'DELETE', path: `/internal/sessions/${sessionId}` });
  }
}
