import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { errors, type JWK } from 'jose';
import { RemoteKeys } from './remote-keys.js';

const MINUTE = 60_000;

describe('the keys of another process', () => {
  let server: Server;
  let published: JWK[];
  let isAway: boolean;
  let reads: number;
  let traceparent: unknown;
  /** An answer is what was published when it was asked for, and comes after this. */
  let answersAfter: Promise<void>;
  let keys: RemoteKeys;
  let now: number;

  beforeEach(async () => {
    answersAfter = Promise.resolve();
    [published, isAway, reads, now] = [[newKey('old')], false, 0, 0];
    jest.spyOn(performance, 'now').mockImplementation(() => now);
    server = createServer(({ headers }, response) => {
      reads += 1;
      traceparent = headers.traceparent;
      const [status, answer] = [isAway ? 503 : 200, JSON.stringify({ keys: published })];
      void answersAfter.then(() => response.writeHead(status).end(answer));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    keys = new RemoteKeys(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, 'somebody');
  });
  afterEach(async () => {
    jest.restoreAllMocks();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  const find = async (kid: string) => keys.find({ alg: 'EdDSA', kid }, { payload: '', signature: '' });
  const notFound = { code: errors.JWKSNoMatchingKey.code };
  const notAvailable = { code: 'unavailable' };

  it('are read once for all who ask at a time, and not again for a known one', async () => {
    await Promise.all([...Array(50)].map(() => find('old')));
    now += 4 * MINUTE;
    await find('old');
    expect(reads).toBe(1);
  });

  it('are asked for with the name of a trace, as every call between the processes', async () => {
    await find('old');
    expect(traceparent).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-0[01]$/);
  });

  const spray = () =>
    Promise.all([...Array(1000)].map(() => expect(find(randomUUID())).rejects.toMatchObject(notFound)));

  it('are read once for a thousand tokens of keys that do not exist, and four times a second at most', async () => {
    await find('old');
    await spray();
    expect(reads).toBe(2);
    const since = process.hrtime.bigint();
    await spray();
    expect(reads).toBe(3);
    expect(Number(process.hrtime.bigint() - since) / 1e6).toBeGreaterThan(240);
  });

  it('are read again for a new one, however many names others invent', async () => {
    await find('old');
    await spray();
    published = [newKey('new'), ...published];
    await find('new');
  });

  it('are read again for a new one that was not there yet when they were asked for', async () => {
    await find('old');
    let answer = (): void => undefined;
    answersAfter = new Promise((resolve) => (answer = resolve));
    const invented = expect(find(randomUUID())).rejects.toMatchObject(notFound);
    while (reads < 2) await new Promise((resolve) => setTimeout(resolve, 5));
    published = [newKey('new'), ...published];
    const found = find('new');
    answer();
    await Promise.all([invented, found]);
  });

  it('are read for a new one although the clock was set back by an hour', async () => {
    jest.spyOn(Date, 'now').mockReturnValueOnce(3_600_000).mockReturnValueOnce(3_600_000).mockReturnValue(0);
    isAway = true;
    await expect(find('old')).rejects.toMatchObject(notAvailable);
    [isAway, published] = [false, [newKey('new')]];
    now += 1000;
    await find('new');
  });

  it('are read for a new one at once, however short ago they were read', async () => {
    await find('old');
    published = [newKey('new'), ...published];
    await Promise.all([find('new'), find('old'), find('new')]);
    expect(reads).toBe(2);
  });

  it('stay in force while that process is away, for hours', async () => {
    await find('old');
    isAway = true;
    for (let hour = 0; hour < 12; hour += 1) {
      now += 60 * MINUTE;
      await find('old');
    }
    isAway = false;
    published = [newKey('new')];
    now += MINUTE;
    await find('new');
    now += MINUTE;
    await expect(find('old')).rejects.toMatchObject(notFound);
  });

  it('are in force for six minutes after they were withdrawn: five until it is seen, and one more', async () => {
    await find('old');
    published = [newKey('new')];
    now += 5 * MINUTE;
    await find('old');
    expect(reads).toBe(2);
    now += MINUTE - 1;
    await find('old');
    now += 1;
    await expect(find('old')).rejects.toMatchObject(notFound);
  });

  it('of two generations of processes, which answer in turn, are all in force', async () => {
    const [before, after] = [newKey('old'), newKey('new')];
    published = [before];
    await find('old');
    for (let round = 0; round < 3; round += 1) {
      published = [after];
      now += 50_000;
      await find('new');
      await find('old');
      published = [before];
      await expect(find(randomUUID())).rejects.toMatchObject(notFound);
      await find('new');
    }
  });

  it('are unknown, and nobody is refused for it, while they were never read', async () => {
    isAway = true;
    await expect(find('old')).rejects.toMatchObject(notAvailable);
    await expect(find('old')).rejects.toMatchObject(notAvailable);
    expect(reads).toBe(1);
    isAway = false;
    now += 1000;
    await find('old');
  });

  it('that may be new ones refuse nobody while they cannot be read', async () => {
    await find('old');
    isAway = true;
    await expect(find('new')).rejects.toMatchObject(notAvailable);
    await find('old');
    isAway = false;
    published = [newKey('new')];
    now += 1000;
    await find('new');
  });
});

function newKey(kid: string): JWK {
  const { kty, crv, x } = generateKeyPairSync('ed25519').publicKey.export({ format: 'jwk' });
  return { kty, crv, x, kid, alg: 'EdDSA', use: 'sig' };
}
