import { Logger } from '@nestjs/common';
import type { Catalogue, Fingerprints, Ledger, LedgerQueries, Releaser, Services } from '@turnpike/engine';
import { Problem } from '@turnpike/service';
import type { FirstAdministrators } from './first-administrators.js';
import type { ShopConfig } from '../config.js';
import { FirstAdministrator } from './first-administrator.js';

const LOOK_AGAIN_MS = 20;

/** Milliseconds for two looks of half a second each. */
const PATIENCE_MS = 4000;

/** A gateway that awaits its administrator, and what becomes of it. */
function gateway(given: {
  /** Who has the address. */
  holder?: string;
  /** What the ledger says when it is asked for the administrator of before. */
  wasMade?: () => Promise<boolean>;
  /** Who has the role. */
  administrators?: () => string[];
}) {
  const remember = jest.fn(() => Promise.resolve());
  const complaint = jest.spyOn(Logger.prototype, 'error').mockImplementation(() => undefined);
  const byEmail = given.holder
    ? () => Promise.resolve({ id: given.holder })
    : () => Promise.reject(new Problem('not-found', 'There is no user with that e-mail address.'));
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
            ? Promise.resolve({ ids: given.administrators?.() ?? [] })
            : byEmail(),
    } as unknown as Services,
    { hash: () => 'fingerprint' } as unknown as Fingerprints,
    {
      wasMade: given.wasMade ?? (() => Promise.resolve(false)),
      remember,
    } as unknown as FirstAdministrators,
    { stepsOf: () => [], factsOf: () => ({}) } as unknown as Catalogue,
    {
      api: true,
      admin: { email: 'First@turnpike.test', password: 'long enough' },
    } as ShopConfig,
  );
  administrator.onApplicationBootstrap();
  return { administrator, remember, complaint };
}

async function until(isSo: () => boolean): Promise<void> {
  const deadline = performance.now() + PATIENCE_MS;
  while (!isSo() && performance.now() < deadline)
    await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
}

afterEach(() => jest.restoreAllMocks());

test('an administrator that was made, and has another address by now, keeps no gateway from being ready', async () => {
  const { administrator, remember } = gateway({});
  await until(() => administrator.isReady);
  administrator.onApplicationShutdown();
  expect(administrator.isReady).toBe(true);
  expect(remember).toHaveBeenCalledWith('admin');
});

test('a stranger with the address of the administrator is none, until somebody makes one of him', async () => {
  const admins: string[] = [];
  const { administrator, complaint } = gateway({ holder: 'stranger', administrators: () => admins });
  await until(() => complaint.mock.calls.length > 0);
  expect(complaint.mock.calls).toEqual([[expect.stringContaining('grant-admin stranger')]]);
  expect(administrator.isReady).toBe(false);
  const assert = (email: string) => () => administrator.assertNotAwaited(email);
  expect(assert('first@turnpike.test')).toThrow(expect.objectContaining({ code: 'unavailable' }));
  expect(assert('other@turnpike.test')).not.toThrow();
  admins.push('stranger');
  await until(() => administrator.isReady);
  administrator.onApplicationShutdown();
  expect(administrator.isReady).toBe(true);
  expect(assert('first@turnpike.test')).not.toThrow();
});

test('a database that is busy is not what keeps the administrator from being made', async () => {
  let asked = 0;
  const { administrator, complaint } = gateway({
    wasMade: () => {
      asked += 1;
      return asked === 1
        ? Promise.reject(new Error('timeout exceeded when trying to connect'))
        : Promise.resolve(true);
    },
  });
  await until(() => administrator.isReady);
  administrator.onApplicationShutdown();
  expect(complaint).not.toHaveBeenCalled();
});
