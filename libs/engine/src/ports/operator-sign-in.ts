import type { SessionView, SignIn } from '@turnpike/protocol';
import type { FastifyRequest } from 'fastify';

/** Begins, prolongs and ends the sessions of operators who sign in at the dashboard: the application's part. */
export abstract class OperatorSignIn {
  /** @throws Problem 401 `invalid-credentials`, 429 after too many wrong ones, 503 where nobody can say */
  abstract signIn(credentials: SignIn, request: FastifyRequest): Promise<SessionView>;

  /** @returns new tokens for old, or null where the session has ended */
  abstract refresh(refreshToken: string): Promise<SessionView | null>;

  /** @throws Problem `unavailable` where it cannot be ended now: it goes on then */
  abstract end(sessionId: string): Promise<void>;

  /**
   * Ends a session of which nothing is left to go on with: in this process at once, whatever else.
   * @throws Problem `unavailable` where it cannot be ended where it began
   */
  abstract discard(sessionId: string): Promise<void>;
}
