import type { Asker } from '../request/authorise.js';

/** What may take an administrator away. */
export interface TakingAway {
  caller: Asker;
  /** From whom. */
  userId: string;
  /** @throws Problem where the caller would not be let in as an administrator any more */
  verifyAgain: () => Promise<void>;
}

/** Hears whose access has ended, and tells those who begin sessions. */
export abstract class AccessListener {
  /** Need not be waited for: what fails is done again. */
  abstract tellSoon(userId: string): Promise<void>;
}

/** Sees to it that an administrator is left. */
export abstract class Administrators {
  /**
   * Accepts an act by `accept` that may take an administrator away.
   * @throws Problem 409 `last-administrator`, 401 where the caller's own access has ended meanwhile, 403 where
   *   the role is gone
   */
  abstract guard<Result>(act: TakingAway, accept: () => Promise<Result>): Promise<Result>;
}
