import type { ExecutionContext } from '@nestjs/common';
import type { OperationView, Role } from '@turnpike/protocol';
import {
  type AccessEndings,
  Allows,
  type Caller,
  CallerGuard,
  callerOf,
  type CookieTokens,
  type LedgerQueries,
  OperationAccess,
  type OperationTokens,
  type Services,
  verifyAdministrator,
  verifyAgain,
} from '@turnpike/engine';
import type { Database, Statements } from '@turnpike/service';
import type { FastifyRequest } from 'fastify';

import { LastAdministrator } from './last-administrator.js';

class Route {
  @Allows('operation.read')
  read(): void {}
}

/** A request that an administrator has sent, whose roles are others by now. */
async function letIn(): Promise<{ request: FastifyRequest; become: (...roles: Role[]) => void }> {
  let roles: readonly Role[] = ['admin'];
  const verify = (): Promise<Caller> =>
    Promise.resolve({ userId: 'a', sessionId: 's', sessionEpoch: 0, roles, rolesAreKnown: true } as Caller);
  const guard = new CallerGuard({ verify, acceptsWrites: true }, {} as CookieTokens);
  const request = {
    method: 'GET',
    headers: { authorization: 'Bearer a.b.c' },
    raw: { rawHeaders: [] },
    routeOptions: {},
  } as unknown as FastifyRequest;
  await guard.canActivate({
    getHandler: () => Route.prototype.read,
    getClass: () => Route,
    switchToHttp: () => ({ getRequest: () => request }),
  } as unknown as ExecutionContext);
  return { request, become: (...others) => (roles = others) };
}

describe('who sends a request is, once that is looked at again,', () => {
  it('shown nothing more by a role that is gone', async () => {
    const { request, become } = await letIn();
    const operation = { id: 'o', userId: 'u', actorId: 'a', result: { secret: 1 }, cause: null };
    const access = new OperationAccess(
      { operation: () => Promise.resolve(operation) } as unknown as LedgerQueries,
      {} as OperationTokens,
    );
    const sight = await access.sightOf('o', request);
    const view = operation as unknown as OperationView;
    expect(sight(view)).toBe(view);
    become();
    await access.assertStillReadable('o', request);
    expect(sight(view)).toMatchObject({ id: 'o', result: null });
  });

  it('an administrator no longer, who takes away nobody else', async () => {
    const { request, become } = await letIn();
    const said: string[] = [];
    const tx = { query: (sql: string) => Promise.resolve(said.push(sql)) } as unknown as Statements;
    const administrators = new LastAdministrator(
      { statements: (work: (one: Statements) => unknown) => work(tx) } as unknown as Database,
      {} as AccessEndings,
      {} as Services,
    );
    const accept = jest.fn(() => Promise.resolve('accepted'));
    const act = {
      caller: callerOf(request)!,
      userId: 'u',
      verifyAgain: () => verifyAdministrator(request),
    };
    expect(await administrators.guard(act, accept)).toBe('accepted');
    become('operator.act');
    await expect(administrators.guard(act, accept)).rejects.toMatchObject({ code: 'forbidden' });
    expect(accept).toHaveBeenCalledTimes(1);
    expect(said[0]).toContain('idle_in_transaction_session_timeout');
    expect(await verifyAgain(request)).toMatchObject({ roles: ['operator.act'] });
  });
});
