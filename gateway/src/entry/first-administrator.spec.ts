import { Problem } from '@turnpike/service';
import type { GatewayConfig } from '../config.js';
import type { FirstAdministrators } from '../ledger/first-administrators.js';
import type { Ledger } from '../ledger/ledger.js';
import type { LedgerQueries } from '../ledger/queries.js';
import type { Releaser } from '../queue/release.js';
import type { Services } from '../run/services.js';
import type { Fingerprints } from './fingerprint.js';
import { FirstAdministrator } from './first-administrator.js';

const LOOK_AGAIN_MS = 20;

/** Milliseconds for two looks of half a second each. */
const PATIENCE_MS = 4000;

test('an administrator that was made, and has another address by now, keeps no gateway from being ready', async () => {
  const remember = jest.fn(() => Promise.resolve());
  const administrator = new FirstAdministrator(
    { admit: () => Promise.resolve({ outcome: 'replayed', operationId: 'made' }) } as unknown as Ledger,
    {
      operation: () => Promise.resolve({ id: 'made', userId: 'admin', state: 'succeeded' }),
    } as unknown as LedgerQueries,
    {} as Releaser,
    {
      ask: (_service: string, { method, path }: { method: string; path: string }) =>
        method === 'POST'
          ? Promise.resolve({ credentialId: 'credential' })
          : path.endsWith('/administrators')
            ? Promise.resolve({ ids: [] })
            : Promise.reject(new Problem('not-found', 'There is no user with that e-mail address.')),
    } as unknown as Services,
    { hash: () => 'fingerprint' } as unknown as Fingerprints,
    { wasMade: () => Promise.resolve(false), remember } as unknown as FirstAdministrators,
    {
      api: true,
      admin: { email: 'first@turnpike.test', password: 'long enough' },
      relations: [],
    } as unknown as GatewayConfig,
  );
  administrator.onApplicationBootstrap();
  const deadline = performance.now() + PATIENCE_MS;
  while (!administrator.isReady && performance.now() < deadline)
    await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
  administrator.onApplicationShutdown();
  expect(administrator.isReady).toBe(true);
  expect(remember).toHaveBeenCalledWith('admin');
});
