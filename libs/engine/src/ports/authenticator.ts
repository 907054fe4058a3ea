import type { Caller } from '../request/authorise.js';

/** Who sends a request: the application's word, which knows the tokens of its users. */
export abstract class Authenticator {
  /** @throws Problem 401 unless the token is valid, its session goes on, and its user is neither deleted nor suspended */
  abstract verify(token: string): Promise<Caller>;

  /** Whether it is known well enough whose access has ended: writes are accepted only then. */
  abstract get acceptsWrites(): boolean;
}
