import { generateKeyPairSync, randomUUID } from 'node:crypto';
import http from 'node:http';
import { text } from 'node:stream/consumers';
import { ACCESS_TOKENS } from '@turnpike/contracts';
import { SERVICE_TOKENS } from '@turnpike/protocol';
import { ServiceTokenSigner } from '@turnpike/service';
import type { JWK } from 'jose';
import {
  api,
  expectStatus,
  LINE,
  type Person,
  placeOrder,
  register,
  persistently,
  waitFor,
} from './support/client.js';
import { type Credentials, forgeriesOf, type Genuine, signed } from './support/forgeries.js';
import { pause } from './support/processes.js';
import { secrets } from './support/servers.js';
import { startSystem, type System } from './support/system.js';

/** The process that is asked, and how. */
type Door = 'gateway' | 'identity' | 'ordering';

interface Refusal {
  status: number;
  challenge: string | undefined;
  body: Record<string, unknown>;
}

let system: System;
let url: string;
beforeAll(async () => {
  system = await startSystem({ gateways: [{}, {}] });
  url = system.gatewayUrls[0]!;
});
afterAll(() => system?.stop());

describe('a token', () => {
  let user: Person;
  beforeAll(async () => {
    user = await register(url);
  });

  const addressOf = (door: Door): string => {
    if (door === 'gateway') return `${url}/v1/users/${user.id}`;
    const { identityUrl, orderingUrl } = system;
    return door === 'identity'
      ? `${identityUrl}/internal/users/${user.id}`
      : `${orderingUrl}/internal/customers/${user.id}`;
  };

  /** By Node's own client: fetch joins what is sent twice. */
  async function ask(door: Door, credentials: Credentials): Promise<Refusal> {
    const headers = ['host', 'localhost', ...credentials.flatMap((one) => ['authorization', one])];
    const answer = await new Promise<http.IncomingMessage>((resolve, reject) => {
      http.get(addressOf(door), { headers, agent: false }, resolve).on('error', reject);
    });
    const body = await text(answer);
    return {
      status: answer.statusCode!,
      challenge: answer.headers['www-authenticate'],
      body: body ? { ...(JSON.parse(body) as object), instance: undefined } : {},
    };
  }

  function genuineOf(door: Door): Genuine {
    const now = Math.floor(Date.now() / 1000);
    if (door === 'gateway') {
      const { sub, sid, roles } = claimsOf(user.token);
      const [key] = (JSON.parse(secrets().TOKEN_SIGNING_KEYS) as { keys: JWK[] }).keys as [JWK];
      const { issuer: iss, audience: aud, lifetime } = ACCESS_TOKENS;
      return {
        ...{ key, lifetime, required: ['sub', 'sid', 'roles'] },
        header: { alg: 'EdDSA', typ: ACCESS_TOKENS.type, kid: key.kid! },
        claims: { iss, aud, sub, sid, roles, iat: now, exp: now + lifetime },
      };
    }
    const key = JSON.parse(secrets().SERVICE_SIGNING_KEY) as JWK;
    const { issuer: iss, lifetime } = SERVICE_TOKENS;
    return {
      ...{ key, lifetime, required: [] },
      header: { alg: 'EdDSA', typ: SERVICE_TOKENS.type, kid: key.kid! },
      claims: { iss, aud: door, iat: now, exp: now + lifetime },
    };
  }

  const genuineTokenOf = (door: Door): string => {
    const { header, claims, key } = genuineOf(door);
    return signed(header, claims, key);
  };

  describe.each<Door>(['gateway', 'identity', 'ordering'])('at %s', (door) => {
    it('is taken if it is genuine, in whatever case its scheme is written', async () => {
      for (const scheme of ['Bearer', 'bearer', 'BEARER']) {
        expect((await ask(door, [`${scheme} ${genuineTokenOf(door)}`])).status).toBe(200);
      }
    });

    it('is refused if it is forged, in the same words whatever is wrong with it', async () => {
      const refusal: Refusal = await ask(door, ['Bearer x.y.z']);
      expect(refusal).toMatchObject({ status: 401, body: { code: 'unauthenticated' } });
      expect(refusal.challenge).toBe('Bearer error="invalid_token"');
      const forgeries = Object.entries(forgeriesOf(genuineOf(door)));
      expect(forgeries.length).toBeGreaterThan(90);
      for (const [what, credentials] of forgeries) {
        expect({ what, ...(await ask(door, credentials)) }).toEqual({ what, ...refusal });
      }
    });

    it('is refused if it was made for another place', async () => {
      const session = { email: user.email, password: user.password };
      const { body } = await api(url).post('/v1/sessions', session);
      const registration = {
        ...session,
        email: `${randomUUID()}@example.com`,
        firstName: 'A',
        lastName: 'B',
      };
      const accepted = await api(url).post('/v1/users', registration);
      const others: Record<string, string> = {
        'of operations': accepted.headers.get('operation-token')!,
        'for refreshing': body.refreshToken,
      };
      for (const other of ['gateway', 'identity', 'ordering'] as const) {
        if (other !== door) others[`of ${other}`] = genuineTokenOf(other);
      }
      const signer = new ServiceTokenSigner(secrets().SERVICE_SIGNING_KEY);
      others['of billing'] = await signer.tokenFor('billing');
      for (const [what, token] of Object.entries(others)) {
        expect({ what, ...(await ask(door, [`Bearer ${token}`])) }).toMatchObject({
          what,
          status: 401,
          challenge: 'Bearer error="invalid_token"',
          body: { code: 'unauthenticated', detail: 'The token is not valid or has expired.' },
        });
      }
    });

    it('is asked for, without the word that it is wrong, where there is none', async () => {
      const { status, headers, body } = await api(addressOf(door)).get('');
      expect({ status, challenge: headers.get('www-authenticate'), code: body.code }).toEqual({
        status: 401,
        challenge: 'Bearer',
        code: 'unauthenticated',
      });
    });

    it('of 64 KiB does not even come in', async () => {
      expect((await ask(door, [`Bearer ${'a'.repeat(65_536)}`])).status).toBe(431);
    });
  });

  it('of a user who does not exist is refused, and one that stands in a cookie is not read', async () => {
    const { header, claims, key } = genuineOf('gateway');
    const unknown = signed(header, { ...claims, sub: randomUUID() }, key);
    expect(await ask('gateway', [`Bearer ${unknown}`])).toMatchObject({
      status: 401,
      challenge: 'Bearer error="invalid_token"',
    });
    expect((await api(url).get('/v1/me', { cookie: `accessToken=${user.token}` })).status).toBe(401);
  });

  it('of an operation opens that operation alone, and no other token opens it', async () => {
    const person = { email: `${randomUUID()}@example.com`, password: `p-${randomUUID()}` };
    const accepted = await api(url).post('/v1/users', { ...person, firstName: 'A', lastName: 'B' });
    const { id } = expectStatus(accepted, 202);
    const read = (token: string, operation: string = id) =>
      api(url).get(`/v1/operations/${operation}`, { 'operation-token': token });
    const token = accepted.headers.get('operation-token')!;
    expect((await read(token)).status).toBe(200);
    const other = await placeOrder(url, user.token);
    expect((await read(token, other.id)).status).toBe(401);
    const key = JSON.parse(secrets().SERVICE_SIGNING_KEY) as JWK;
    const now = Math.floor(Date.now() / 1000);
    const forged = [
      signed({ alg: 'EdDSA', typ: 'operation+jwt' }, { sub: id, exp: now - 10 }, key),
      signed({ alg: 'EdDSA', typ: 'operation+jwt' }, { sub: id, exp: now + 60 }, newKey()),
      signed({ alg: 'EdDSA', typ: SERVICE_TOKENS.type }, { sub: id, exp: now + 60 }, key),
      genuineTokenOf('identity'),
      user.token,
      'garbage',
    ];
    for (const one of forged) expect((await read(one)).status).toBe(401);
  });
});

describe('the keys of tokens', () => {
  let urls: string[];
  beforeAll(() => {
    urls = system.gatewayUrls;
  });

  it('of users change by a restart of identity, and no good token is refused meanwhile', async () => {
    const user = await register(urls[0]!);
    const { identity } = system.processes;
    const { keys } = JSON.parse(identity.env.TOKEN_SIGNING_KEYS!) as { keys: JWK[] };
    // Nothing that identity has to be there for.
    const statuses = (token: string) =>
      Promise.all(urls.map(async (url) => (await api(url, token).get('/v1/operations')).status));
    expect(await statuses(user.token)).toEqual([200, 200]);
    const seen = new Set<number>();
    let over = false;
    const watching = (async () => {
      while (!over) (await statuses(user.token)).forEach((status) => seen.add(status));
    })();
    const next = newKey();
    identity.env.TOKEN_SIGNING_KEYS = JSON.stringify({ keys: [next, ...keys] });
    await system.restart(identity);
    // Calls of a service that was away are held back for a moment.
    const { email, password } = user;
    const session = await persistently(() =>
      api(urls[0]!).post<{ accessToken: string }>('/v1/sessions', { email, password }),
    );
    const renewed = expectStatus(session, 201).accessToken;
    expect(headerOf(renewed)).toMatchObject({ kid: next.kid });
    expect(await statuses(renewed)).toEqual([200, 200]);
    expect(await statuses(user.token)).toEqual([200, 200]);
    over = true;
    await watching;
    expect([...seen]).toEqual([200]);
  });

  it('of services change by restarts of the gateways, and every write accepted meanwhile succeeds', async () => {
    const user = await register(urls[0]!);
    const next = JSON.stringify(newKey());
    const accepted: string[] = [];
    let over = false;
    const writing = (async () => {
      while (!over) {
        const url = urls.find((_, index) => system.processes.gateways[index]!.isRunning)!;
        const answer = await api(url, user.token)
          .post<{ id: string }>('/v1/orders', { lines: [LINE] })
          .catch(() => null);
        // One that starts or stops says so, or has no port; what it has accepted counts.
        if (answer?.status !== 503 && answer) accepted.push(expectStatus(answer, 202).id);
        await pause(20);
      }
    })();
    for (const gateway of system.processes.gateways) {
      gateway.env.SERVICE_SIGNING_KEY = next;
      await system.restart(gateway);
    }
    over = true;
    await writing;
    expect(accepted.length).toBeGreaterThan(3);
    for (const id of accepted) expect((await waitFor(urls[1]!, user.token, id)).state).toBe('succeeded');
    expect((await api(urls[1]!, user.token).get('/v1/me')).body.missing).toEqual([]);
  });
});

function newKey(): JWK {
  const { privateKey } = generateKeyPairSync('ed25519');
  return { ...(privateKey.export({ format: 'jwk' }) as JWK), kid: randomUUID(), alg: 'EdDSA', use: 'sig' };
}

function headerOf(token: string): Record<string, unknown> {
  return JSON.parse(Buffer.from(token.split('.')[0]!, 'base64url').toString()) as Record<string, unknown>;
}

function claimsOf(token: string): Record<string, unknown> {
  return JSON.parse(Buffer.from(token.split('.')[1]!, 'base64url').toString()) as Record<string, unknown>;
}
