import type { ExecutionContext } from '@nestjs/common';
import { Public } from '@turnpike/service';
import type { FastifyRequest } from 'fastify';
import type { Authenticator } from '../ports/authenticator.js';
import type { CookieTokens } from '../ports/cookie-tokens.js';
import { type ActionDefinition, actionsOfRequest, type Caller } from '../request/authorise.js';
import { Allows, AllowsByRequest } from '../request/route-actions.js';
import { CallerGuard } from './authentication.guard.js';

const READ: ActionDefinition = { name: 'thing.read', allow: ['user'] };
const ACT: ActionDefinition = { name: 'thing.act', allow: ['admin'] };

class Routes {
  @Allows(READ)
  read(): void {}

  @AllowsByRequest(({ method }) => [method === 'GET' ? READ : ACT])
  either(): void {}
}

@Public()
class OpenRoutes extends Routes {}

const somebody = { userId: 'me', roles: [] } as unknown as Caller;
const tokens = { verify: () => Promise.resolve(somebody), acceptsWrites: true } as unknown as Authenticator;

const TOKEN = { authorization: 'Bearer a.b.c' };

function requestOf(method: string, headers: Record<string, string> = TOKEN): FastifyRequest {
  const raw = { rawHeaders: Object.entries(headers).flat() };
  return { method, headers, raw, routeOptions: {} } as unknown as FastifyRequest;
}

describe('the guard of all routes', () => {
  const guard = new CallerGuard(tokens, { accessTokenOf: async () => null } as unknown as CookieTokens);

  const letsIn = (
    request: FastifyRequest,
    handler: (this: void) => void,
    controller: typeof Routes = Routes,
  ): Promise<boolean> =>
    guard.canActivate({
      getHandler: () => handler,
      getClass: () => controller,
      switchToHttp: () => ({ getRequest: () => request }),
    } as unknown as ExecutionContext);

  const { read, either } = Routes.prototype as Record<'read' | 'either', (this: void) => void>;

  it('says of each request what its route is for', async () => {
    const [first, second] = [requestOf('GET'), requestOf('GET')];
    expect(await letsIn(first, read)).toBe(true);
    expect(await letsIn(second, read)).toBe(true);
    expect([first, second].map(actionsOfRequest)).toEqual([[READ], [READ]]);
  });

  it('asks each request anew where the request tells what it does', async () => {
    expect(await letsIn(requestOf('GET'), either)).toBe(true);
    await expect(letsIn(requestOf('POST'), either)).rejects.toMatchObject({ code: 'forbidden' });
  });

  it('keeps a method that two controllers have apart: one of them may be public', async () => {
    expect(await letsIn(requestOf('GET', {}), read, OpenRoutes)).toBe(true);
    await expect(letsIn(requestOf('GET', {}), read)).rejects.toMatchObject({ code: 'unauthenticated' });
  });
});
