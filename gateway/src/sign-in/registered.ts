import { Injectable, Logger } from '@nestjs/common';
import type { CustomerView, OrderView, UserView } from '@turnpike/contracts';
import type { SessionView, Page, RegisteredState } from '@turnpike/protocol';
import { LedgerQueries, registerOf, Services, type Standing, SystemWrites } from '@turnpike/engine';
import { Problem } from '@turnpike/service';
import { decodeJwt } from 'jose';
import { Revocations } from './revocations.js';

/*
 * Holds what the services say to the register. A service that was put back from a backup has users who are deleted or
 * purged; the gateway makes it follow within a minute, and until then nobody sees it: such a user cannot sign in, and
 * is read as the ledger has the user.
 */
@Injectable()
export class Registered {
  private readonly logger = new Logger(Registered.name);

  constructor(
    private readonly queries: LedgerQueries,
    private readonly services: Services,
    private readonly revocations: Revocations,
    private readonly writes: SystemWrites,
  ) {}

  /**
   * Lets a session go that identity has just opened or prolonged; one of a user who is deleted is ended.
   * @param refusal what is answered then
   */
  async session(
    session: SessionView,
    refusal: 'invalid-credentials' | 'unauthenticated',
  ): Promise<SessionView> {
    const { userId, accessToken } = session;
    const standing = await this.queries.standing(userId);
    if (standing?.admission !== 'deleted' && standing?.admission !== 'closed') return session;
    await this.endSession(String(decodeJwt(accessToken)['sid']));
    await this.followAgain(userId);
    throw new Problem(refusal);
  }

  /** @throws Problem 410 for a purged user */
  async user(user: UserView): Promise<UserView> {
    return userAs(user, await this.queries.standing(user.id)) ?? gone();
  }

  /** Purged users are on no page. */
  async users(page: Page<UserView>): Promise<Page<UserView>> {
    const users = await Promise.all(
      page.items.map(async (user) => userAs(user, await this.queries.standing(user.id))),
    );
    return { ...page, items: users.filter((user) => user !== null) };
  }

  /** @throws Problem 410 for a purged customer */
  async customer(customer: CustomerView): Promise<CustomerView> {
    const state = await this.stateOf(customer.userId);
    if (state === 'purged') return gone();
    return state === 'deleted' ? { ...customer, state } : customer;
  }

  /** Of a purged user's order the facts stay, as ordering leaves them. */
  async order(order: OrderView): Promise<OrderView> {
    return (await this.stateOf(order.userId)) === 'purged' ? { ...order, ...ANONYMOUS } : order;
  }

  async orders(page: Page<OrderView>): Promise<Page<OrderView>> {
    return { ...page, items: await Promise.all(page.items.map((order) => this.order(order))) };
  }

  private async stateOf(userId: string): Promise<RegisteredState | undefined> {
    const standing = await this.queries.standing(userId);
    return (standing && registerOf(standing))?.register;
  }

  private async endSession(sessionId: string): Promise<void> {
    await this.services.ask('identity', { method: 'DELETE', path: `/internal/sessions/${sessionId}` });
    this.revocations.add(sessionId);
  }

  /** Makes the services follow, unless something of that user is under way: one write for as many attempts. */
  private async followAgain(userId: string): Promise<void> {
    const lane = await this.queries.lane(userId);
    if (!lane || lane.depth > 0) return;
    this.logger.warn(
      `${userId} is deleted, and identity let the user sign in: the services are made to follow.`,
    );
    await this.writes.submit({ kind: 'repair.user', userId, key: `signed in ${userId} ${lane.lastSeq}` });
  }
}

/** What ordering leaves of an order after a purge. */
const ANONYMOUS = {
  delivery: { name: '' },
  reference: null,
  paymentReference: null,
  trackingNumber: null,
  cancelReason: null,
} satisfies Partial<OrderView>;

/** @returns the user as the register has one, or null for one who is purged */
function userAs(user: UserView, standing: Standing | null): UserView | null {
  const registered = standing && registerOf(standing);
  if (registered?.register === 'purged') return null;
  if (registered?.register !== 'deleted' || user.state === 'deleted') return user;
  return { ...user, state: 'deleted', ...(registered.deletedAt && { deletedAt: registered.deletedAt }) };
}

function gone(): never {
  throw new Problem('user-deleted');
}
