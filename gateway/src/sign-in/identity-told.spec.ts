import { Logger } from '@nestjs/common';
import type { AccessEndings, GatewayConfig, Services, Told } from '@turnpike/engine';
import { Problem, unavailable } from '@turnpike/service';
import { IdentityTold } from './identity-told.js';

const PATIENCE_MS = 5000;
const LOOK_AGAIN_MS = 20;

/** A worker that tells identity of some lanes, until there have been so many looks. */
async function told(lanes: readonly string[], refusal: () => Error, looks: number) {
  const warning = jest.spyOn(Logger.prototype, 'warn').mockImplementation(() => undefined);
  const untold = new Set(lanes);
  const asked: string[] = [];
  let seen = 0;
  const identity = new IdentityTold(
    {
      untold: ({ after, limit }: { after: string; limit: number }) => {
        seen += 1;
        const page = [...untold].filter((userId) => userId > after).slice(0, limit);
        return Promise.resolve(page.map((userId) => ({ userId, epoch: 1, spared: null })));
      },
      told: ({ userId }: Told) => Promise.resolve(untold.delete(userId)),
    } as unknown as AccessEndings,
    {
      ask: (_service: string, { path }: { path: string }) => {
        asked.push(path.split('/')[3]!);
        return path.includes('bad') ? Promise.reject(refusal()) : Promise.resolve({ epoch: 1 });
      },
    } as unknown as Services,
    { worker: true } as GatewayConfig,
  );
  identity.onApplicationBootstrap();
  const deadline = performance.now() + PATIENCE_MS;
  while (seen < looks && performance.now() < deadline)
    await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
  identity.onApplicationShutdown();
  return { untold: [...untold], asked, warnings: warning.mock.calls.length };
}

describe('identity', () => {
  afterEach(() => jest.restoreAllMocks());

  test('is told of all others where it refuses to be told of one, which the log has once', async () => {
    const lanes = [
      '1-bad',
      ...Array.from({ length: 150 }, (_, index) => `2-${String(index).padStart(3, '0')}`),
    ];
    const { untold, warnings } = await told(lanes, () => new Problem('invalid-request'), 4);
    expect(untold).toEqual(['1-bad']);
    expect(warnings).toBe(1);
  });

  test('is asked once in a look while it does not answer', async () => {
    const { asked } = await told(['1-bad', '2'], () => unavailable('identity does not answer.'), 1);
    expect(asked).toEqual(['1-bad']);
  });
});
