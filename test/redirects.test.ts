import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gatewayKeys, ServiceTokenSigner, ServiceTokenVerifier } from '@turnpike/service';
import { api, type Answer, signIn } from './support/client.js';
import { secrets } from './support/servers.js';
import { startSystem, type System } from './support/system.js';

/** A server that counts what it is asked, tunnels included, and sends everybody elsewhere if it is told where. */
class Counting {
  asked = 0;
  url: string;
  private server: Server;

  static async start(location = '', status = 200): Promise<Counting> {
    const self = new Counting();
    self.server = createServer((_request, response) => {
      self.asked += 1;
      response.writeHead(status, { location, 'content-type': 'application/json' }).end('{"keys":[]}');
    });
    self.server.on('connect', (_request, socket) => {
      self.asked += 1;
      socket.end();
    });
    await once(self.server.listen(0, '127.0.0.1'), 'listening');
    self.url = `http://127.0.0.1:${(self.server.address() as AddressInfo).port}`;
    return self;
  }

  stop(): void {
    this.server.close().closeAllConnections();
  }
}

const STATUSES = [302, 307];

describe('a service that answers with a redirect', () => {
  let canary: Counting;
  let fakes: Counting[];
  let system: System;
  let token: string;
  beforeAll(async () => {
    canary = await Counting.start();
    const elsewhere = `${canary.url}/latest/meta-data`;
    fakes = await Promise.all(STATUSES.map((status) => Counting.start(elsewhere, status)));
    const proxies = ['HTTP_PROXY', 'HTTPS_PROXY', 'ALL_PROXY', 'http_proxy', 'https_proxy', 'all_proxy'];
    const env = { NODE_USE_ENV_PROXY: '1', ...Object.fromEntries(proxies.map((name) => [name, canary.url])) };
    const misled = fakes.map((fake) => ({ role: 'api' as const, env: { ...env, ...misledBy(fake) } }));
    system = await startSystem({ gateways: [{ env }, ...misled] });
    token = await signIn(system.gatewayUrls[0]!, system.admin);
  });
  afterAll(async () => {
    await system?.stop();
    fakes?.forEach((fake) => fake.stop());
    canary?.stop();
  });

  describe.each(STATUSES.map((status, index) => [status, index] as const))('%i', (_status, index) => {
    it('is not followed anywhere by the gateway, and no proxy of the environment is asked', async () => {
      const url = system.gatewayUrls[1 + index]!;
      const answers: Answer[] = [
        await api(url).post('/v1/sessions', system.admin),
        await api(url, token).get('/v1/me'),
        await api(url).get('/.well-known/jwks.json'),
      ];
      expect(answers.map((answer) => answer.status)).toEqual([503, 503, 503]);
      expect(fakes[index]!.asked).toBeGreaterThanOrEqual(answers.length);
      expect(canary.asked).toBe(0);
    });

    it('is not followed by a service that wants the keys of the gateway', async () => {
      const fake = fakes[index]!;
      const before = fake.asked;
      const verifier = new ServiceTokenVerifier(
        'ordering',
        gatewayKeys({ gatewayUrl: fake.url, serviceVerifyKeys: null, trustedCa: null }),
        0,
      );
      const signer = new ServiceTokenSigner(secrets().SERVICE_SIGNING_KEY);
      await expect(verifier.verify(await signer.tokenFor('ordering'))).rejects.toMatchObject({
        code: 'unavailable',
      });
      expect(fake.asked).toBeGreaterThan(before);
      expect(canary.asked).toBe(0);
    });
  });
});

/** Without an administrator to wait for, a gateway is ready whatever stands at these addresses. */
function misledBy({ url }: Counting): Record<string, string> {
  return { IDENTITY_URL: url, ORDERING_URL: url, ADMIN_EMAIL: '', ADMIN_PASSWORD: '' };
}
