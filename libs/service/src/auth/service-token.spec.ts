import { generateKeyPairSync } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Logger } from '@nestjs/common';
import { RemoteKeys } from './remote-keys.js';
import { ServiceTokenSigner, ServiceTokenVerifier } from './service-token.js';

const TOLERANCE_MS = 30_000;

/** Only the date is made up. */
const TIMERS = [
  ...(['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'setImmediate'] as const),
  ...(['clearImmediate', 'nextTick', 'queueMicrotask', 'performance', 'hrtime'] as const),
];

describe('a token of the gateway, whose clock differs', () => {
  let server: Server;
  let signer: ServiceTokenSigner;
  let verifier: ServiceTokenVerifier;
  let lines: string[];
  const real = Math.floor(Date.now() / 1000) * 1000;

  beforeEach(async () => {
    const { privateKey } = generateKeyPairSync('ed25519');
    signer = new ServiceTokenSigner(JSON.stringify({ ...privateKey.export({ format: 'jwk' }), kid: 'one' }));
    const jwks = JSON.stringify(await signer.jwks());
    server = createServer((_request, response) => response.end(jwks));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    verifier = new ServiceTokenVerifier(
      'ordering',
      new RemoteKeys(`http://127.0.0.1:${port}/.well-known/service-jwks.json`, 'the gateway'),
      TOLERANCE_MS,
    );
    lines = [];
    jest.spyOn(Logger.prototype, 'error').mockImplementation((line: string) => void lines.push(line));
    jest.useFakeTimers({ now: real, doNotFake: TIMERS });
  });
  afterEach(async () => {
    jest.useRealTimers();
    jest.restoreAllMocks();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  /** @param aheadMs of the gateway's clock when it signs @param ageMs of the token when it arrives */
  async function sent(aheadMs: number, ageMs = 0): Promise<void> {
    jest.setSystemTime(real + aheadMs);
    const token = await signer.tokenFor('ordering');
    jest.setSystemTime(real + ageMs);
    await verifier.verify(token);
  }

  it.each([
    ['20 s ahead', 20_000, 0],
    ['20 s behind', -20_000, 0],
    ['20 s behind, when the token is used again', -20_000, 29_000],
    ['30 s behind, as long as the token lives', -30_000, 29_000],
  ])('is taken when it is %s', async (_what, aheadMs, ageMs) => {
    await expect(sent(aheadMs, ageMs)).resolves.toBeUndefined();
    expect(lines).toEqual([]);
  });

  it('is signed anew when its own clock was set back behind the instant that it bears', async () => {
    await signer.tokenFor('ordering');
    await expect(sent(-3_600_000, -3_600_000)).resolves.toBeUndefined();
  });

  it.each([
    ['ahead of', 47_000],
    ['behind', -95_000],
  ])(
    'is refused when it is further %s ours, and the log says by how much, once a minute',
    async (word, ms) => {
      for (let attempt = 0; attempt < 3; attempt += 1) {
        await expect(sent(ms)).rejects.toMatchObject({ code: 'unauthenticated' });
      }
      expect(lines).toHaveLength(1);
      expect(lines[0]).toContain(`The clock of the gateway is ${Math.abs(ms) / 1000} s ${word} this one`);
      expect(lines[0]).toContain('CLOCK_TOLERANCE_MS');
    },
  );
});
