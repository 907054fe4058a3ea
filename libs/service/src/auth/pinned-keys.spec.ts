import { generateKeyPairSync } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gatewayKeys, ServiceTokenSigner, ServiceTokenVerifier } from './service-token.js';

function signerNamed(kid: string): ServiceTokenSigner {
  const { privateKey } = generateKeyPairSync('ed25519');
  return new ServiceTokenSigner(JSON.stringify({ ...privateKey.export({ format: 'jwk' }), kid }));
}

describe('a service, while somebody answers in the place of the gateway', () => {
  const [gateway, successor, impostor] = ['gateway', 'successor', 'impostor'].map(signerNamed) as [
    ServiceTokenSigner,
    ServiceTokenSigner,
    ServiceTokenSigner,
  ];
  let server: Server;
  let gatewayUrl: string;
  let asked = 0;

  beforeAll(async () => {
    const jwks = JSON.stringify(await impostor.jwks());
    server = createServer((_request, response) => {
      asked += 1;
      response.end(jwks);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    gatewayUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  beforeEach(() => void (asked = 0));
  afterAll(() => void server.close());

  async function verifier(...pinned: ServiceTokenSigner[]): Promise<ServiceTokenVerifier> {
    const sets = await Promise.all(pinned.map((one) => one.jwks()));
    const keys = sets.flatMap((set) => set.keys);
    const serviceVerifyKeys = keys.length > 0 ? JSON.stringify({ keys }) : null;
    return new ServiceTokenVerifier(
      'ordering',
      gatewayKeys({ gatewayUrl, serviceVerifyKeys, trustedCa: null }),
      0,
    );
  }

  const sent = async (to: ServiceTokenVerifier, by: ServiceTokenSigner): Promise<void> =>
    to.verify(await by.tokenFor('ordering'));

  it('with pinned keys asks nobody, and believes the gateway and its successor alone', async () => {
    const service = await verifier(gateway, successor);
    await expect(sent(service, gateway)).resolves.toBeUndefined();
    await expect(sent(service, successor)).resolves.toBeUndefined();
    await expect(sent(service, impostor)).rejects.toMatchObject({ code: 'unauthenticated' });
    expect(asked).toBe(0);
  });

  it('without them believes whoever answers, which production refuses over plain http', async () => {
    const service = await verifier();
    await expect(sent(service, impostor)).resolves.toBeUndefined();
    expect(asked).toBe(1);
  });
});
