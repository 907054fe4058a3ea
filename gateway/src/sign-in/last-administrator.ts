import { Injectable } from '@nestjs/common';
import type { Administrators as AdministratorIds } from '@turnpike/contracts';
import { AccessEndings, Administrators, Services, type TakingAway } from '@turnpike/engine';
import { Database, Problem } from '@turnpike/service';

/** Milliseconds for an answer of identity, which is asked twice. */
const ANSWER_WITHIN_MS = 1500;

/** Milliseconds that the transaction with the lock may idle, while identity is asked and the act is accepted on another connection. */
const MAY_IDLE_MS = 15_000;

/**
 * Sees to it that an administrator is left. What an administrator does to somebody else leaves the one who does it, as
 * long as two do not do it to each other: so over all gateways one such act is accepted at a time, and whoever asks is
 * looked at again at the turn. Only what administrators do to themselves needs another one.
 */
@Injectable()
export class LastAdministrator extends Administrators {
  /** Acts of this process wait here, and not each with a connection of its own. */
  private before: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly database: Database,
    private readonly endings: AccessEndings,
    private readonly services: Services,
  ) {
    super();
  }

  /**
   * Accepts an act by `accept` that may take an administrator away.
   * @throws Problem 409 `last-administrator`, 401 where the caller's own access has ended meanwhile, 403 where
   *   the role is gone
   */
  guard<Result>(act: TakingAway, accept: () => Promise<Result>): Promise<Result> {
    if (!act.caller.roles.includes('admin')) return accept();
    const turn = this.before.then(() => this.inTurn(act, accept));
    this.before = turn.catch(() => undefined);
    return turn;
  }

  /** The lock is held until the act is accepted; it comes before that of any lane, for everybody. */
  private inTurn<Result>(
    { caller, userId, verifyAgain }: TakingAway,
    accept: () => Promise<Result>,
  ): Promise<Result> {
    return this.database.statements(async (tx) => {
      await tx.query(`set local idle_in_transaction_session_timeout = '${MAY_IDLE_MS}ms'`);
      await tx.query(`select pg_advisory_xact_lock(hashtext('turnpike.administrators'))`);
      if (caller.userId === userId) await this.assertAnother(userId);
      else await verifyAgain();
      return accept();
    });
  }

  /**
   * Identity is asked before and after the ledger: a write that takes the role from another one either has not ended when
   * the ledger is asked, or identity's second answer knows of it.
   */
  private async assertAnother(userId: string): Promise<void> {
    const others = (await this.administrators()).filter((id) => id !== userId);
    const standing = await this.endings.standing(others);
    const now = await this.administrators();
    if (!standing.some((id) => now.includes(id))) throw new Problem('last-administrator');
  }

  private async administrators(): Promise<readonly string[]> {
    const path = '/internal/users/administrators';
    const call = { method: 'GET', path, timeoutMs: ANSWER_WITHIN_MS } as const;
    return (await this.services.ask<AdministratorIds>('identity', call)).ids;
  }
}
