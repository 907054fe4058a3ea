import type { FastifyRequest } from 'fastify';

/** The access token that the cookie of an operator's browser stands for. */
export abstract class CookieTokens {
  /**
   * @returns the access token of the request's session, or null where it has no cookie of ours
   * @throws Problem 401 where the session is over, 403 where the request may be another site's
   */
  abstract accessTokenOf(request: FastifyRequest): Promise<string | null>;

  /** The same for an answer that goes on: that it does is no use of the session. */
  abstract accessTokenAgain(request: FastifyRequest): Promise<string | null>;
}
