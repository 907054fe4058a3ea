import { createHash, randomUUID } from 'node:crypto';
import type { SessionView, SignIn } from '@turnpike/protocol';
import fc from 'fast-check';
import { createRemoteJWKSet, type JWTPayload, jwtVerify } from 'jose';
import { type Answer, Identity, newUser, type Person, revokedSessions, sidOf } from './support/identity.js';
import { until } from './support/processes.js';

let identity: Identity;
beforeAll(async () => {
  identity = await Identity.start();
});
afterAll(() => identity.stop());

const signIn = (email: string, password: string): Promise<Answer> =>
  identity.post('/internal/sessions', { email, password } satisfies SignIn);

const refresh = ({ refreshToken }: SessionView): Promise<Answer> =>
  identity.post('/internal/sessions/refresh', { refreshToken });

async function isOver(session: SessionView): Promise<boolean> {
  const listed = (await revokedSessions(identity)).includes(sidOf(session));
  expect((await refresh(session)).status).toBe(listed ? 401 : 200);
  return listed;
}

function hashOf({ refreshToken }: SessionView): string {
  return createHash('sha256').update(refreshToken).digest('hex');
}

/** @returns the hashes of the tokens of a session from which a new one comes */
async function unspentOf(session: SessionView): Promise<string[]> {
  const rows = await identity.rows<{ hash: string }>(
    `select encode(hash, 'hex') as hash from refresh_tokens where session_id = $1 and spent_at is null`,
    sidOf(session),
  );
  return rows.map(({ hash }) => hash);
}

/** Moves whatever was spent of a session back in time. */
async function refreshedEarlier(session: SessionView, seconds: number): Promise<void> {
  await identity.rows(
    `update refresh_tokens set spent_at = spent_at - $2 * interval '1 s' where session_id = $1`,
    sidOf(session),
    seconds,
  );
}

interface Token {
  session: SessionView;
  /** Seconds since it was spent, or became void; null while it is neither. */
  spentFor: number | null;
  successor: Token | null;
}

/** What is promised of the refresh tokens of one session. */
class Family {
  readonly tokens: Token[];
  private isRevoked = false;

  constructor(first: SessionView) {
    this.tokens = [{ session: first, spentFor: null, successor: null }];
  }

  pass(seconds: number): void {
    for (const token of this.tokens) if (token.spentFor !== null) token.spentFor += seconds;
  }

  isAnswered({ spentFor, successor }: Token): boolean {
    if (this.isRevoked) return false;
    return spentFor === null || (spentFor < 10 && successor?.spentFor === null);
  }

  /** @param answer the new session, or null where there was none */
  used(token: Token, answer: SessionView | null): void {
    if (!answer) {
      this.isRevoked = true;
      return;
    }
    if (token.successor) token.successor.spentFor = 0;
    token.spentFor ??= 0;
    token.successor = { session: answer, spentFor: null, successor: null };
    this.tokens.push(token.successor);
  }
}

describe('an access token', () => {
  async function verified(accessToken: string): Promise<JWTPayload> {
    const keys = createRemoteJWKSet(new URL(`${identity.url}/.well-known/jwks.json`));
    const expected = {
      issuer: 'turnpike-identity',
      audience: 'turnpike',
      typ: 'at+jwt',
      algorithms: ['EdDSA'],
    };
    return (await jwtVerify(accessToken, keys, expected)).payload;
  }

  test('is verified with the public keys, and says who, in which session, with which roles', async () => {
    const user = await newUser(identity);
    await user.step('identity.set-roles', { roles: ['admin'] });
    const session = await user.signIn();
    expect(session).toEqual({
      accessToken: expect.any(String),
      refreshToken: expect.stringMatching(/^[\w-]{43}$/),
      tokenType: 'Bearer',
      expiresIn: 900,
      userId: user.userId,
    });
    const { iat, exp, ...claims } = await verified(session.accessToken);
    expect(claims).toMatchObject({ sub: user.userId, sid: sidOf(session), roles: ['admin'] });
    expect(exp! - iat!).toBeCloseTo(900, 3);
  });

  test('is dated on the clock of the database, finer than a second, and never later than a deletion', async () => {
    const user = await newUser(identity);
    const { iat } = await verified((await user.signIn()).accessToken);
    const { body } = await user.step('identity.delete');
    const [row] = await identity.rows<{ now: number }>('select extract(epoch from now())::float8 as now');
    expect(Math.abs(row!.now - iat!)).toBeLessThan(5);
    expect(Number.isInteger(iat)).toBe(false);
    expect(iat! * 1000).toBeLessThan(Date.parse(body.deletedAt));
  });

  test('the published keys are the public halves alone, for a minute', async () => {
    const answer = await fetch(`${identity.url}/.well-known/jwks.json`);
    const { keys } = (await answer.json()) as { keys: object[] };
    expect(answer.headers.get('cache-control')).toBe('public, max-age=60');
    expect(Object.keys(keys[0]!).sort()).toEqual(['alg', 'crv', 'kid', 'kty', 'use', 'x']);
  });
});

describe('signing in', () => {
  test('is refused in the same words whatever was wrong', async () => {
    const [user, deleted] = [await newUser(identity), await newUser(identity)];
    await deleted.step('identity.delete');
    const answers = [
      await signIn(user.email, 'not the password'),
      await signIn(`nobody-${randomUUID()}@example.com`, user.password),
      await signIn(deleted.email, deleted.password),
    ];
    for (const { status, body } of answers) {
      expect({ status, ...body }).toEqual({ ...answers[0]!.body, instance: expect.any(String) });
      expect(body).toMatchObject({ status: 401, code: 'invalid-credentials' });
    }
  });

  test('costs the same work whether or not there is such an account', async () => {
    const user = await newUser(identity);
    const fastest = async (email: string): Promise<number> => {
      const times: number[] = [];
      for (let i = 0; i < 8; i++) {
        const start = performance.now();
        await signIn(email, 'not the password');
        times.push(performance.now() - start);
      }
      return Math.min(...times);
    };
    const [known, unknown] = [await fastest(user.email), await fastest(`${randomUUID()}@example.com`)];
    // A lookup without the hash would take a tenth of the time.
    expect(unknown / known).toBeGreaterThan(0.4);
    expect(unknown / known).toBeLessThan(2.5);
  });

  test('does not succeed when the user is deleted while the password is checked', async () => {
    const user = await newUser(identity);
    const answer = await identity.transaction(async (client) => {
      await client.query(`update users set state = 'deleted', deleted_at = now() where id = $1`, [
        user.userId,
      ]);
      const signingIn = signIn(user.email, user.password);
      await identity.waitsForLock();
      return { signingIn };
    });
    // On a slow machine the service may give the wait up, with a 503.
    expect([401, 503]).toContain((await answer.signingIn).status);
  });

  test('does not care about case and space around the address', async () => {
    const user = await newUser(identity);
    expect((await signIn(` ${user.email.toUpperCase()} `, user.password)).status).toBe(201);
  });
});

describe('a refresh token', () => {
  test('is spent for a new pair of the same session', async () => {
    const user = await newUser(identity);
    const first = await user.signIn();
    const answer = await refresh(first);
    expect(answer.status).toBe(200);
    expect(sidOf(answer.body)).toBe(sidOf(first));
    expect(answer.body.refreshToken).not.toBe(first.refreshToken);
    expect((await refresh(answer.body)).status).toBe(200);
  });

  test('that comes again because its answer was lost is answered with another successor, and the lost one is void', async () => {
    const session = await (await newUser(identity)).signIn();
    const { body: lost } = await refresh(session);
    const again = await refresh(session);
    expect(again).toMatchObject({ status: 200, body: { userId: session.userId, expiresIn: 900 } });
    expect(sidOf(again.body)).toBe(sidOf(session));
    expect(await unspentOf(session)).toEqual([hashOf(again.body)]);
    expect((await refresh(again.body)).status).toBe(200);
    // The lost one is in the hands of somebody else.
    expect(await refresh(lost)).toMatchObject({ status: 401, body: { code: 'unauthenticated' } });
    expect(await isOver(again.body)).toBe(true);
  });

  test('whose successor was used ends the session by its second use, with the tokens that came from it', async () => {
    const user = await newUser(identity);
    const [stolen, other] = [await user.signIn(), await user.signIn()];
    const { body: next } = await refresh(stolen);
    const { body: last } = await refresh(next);
    expect(await refresh(stolen)).toMatchObject({ status: 401, body: { code: 'unauthenticated' } });
    expect(await isOver(last)).toBe(true);
    expect(await isOver(other)).toBe(false);
  });

  test('ends the session by a second use 10 seconds after the first, though its successor is unused', async () => {
    const session = await (await newUser(identity)).signIn();
    const { body: next } = await refresh(session);
    await refreshedEarlier(session, 10);
    expect(await refresh(session)).toMatchObject({ status: 401, body: { code: 'unauthenticated' } });
    expect(await isOver(next)).toBe(true);
  });

  test('is not given more time by being used again', async () => {
    const session = await (await newUser(identity)).signIn();
    await refresh(session);
    await refreshedEarlier(session, 5);
    expect((await refresh(session)).status).toBe(200);
    await refreshedEarlier(session, 6);
    expect((await refresh(session)).status).toBe(401);
  });

  test('used by many at once leaves one successor of which anything comes', async () => {
    const session = await (await newUser(identity)).signIn();
    const answers = await Promise.all(Array.from({ length: 5 }, () => refresh(session)));
    expect(answers.map(({ status }) => status)).toEqual(Array(5).fill(200));
    const unspent = await unspentOf(session);
    expect(unspent).toHaveLength(1);
    const [live, ...rest] = answers.filter(({ body }) => hashOf(body) === unspent[0]);
    expect(rest).toEqual([]);
    expect((await refresh(live!.body)).status).toBe(200);
  });

  test('leaves, in whatever order the tokens of a session come, one that is good and gives nothing for the others', async () => {
    const user = await newUser(identity);
    const moves = fc.array(
      fc.record({ which: fc.nat({ max: 5 }), secondsLater: fc.constantFrom(0, 0, 1, 11) }),
      {
        minLength: 2,
        maxLength: 7,
      },
    );
    await fc.assert(
      fc.asyncProperty(moves, async (sequence) => {
        const family = new Family(await user.signIn());
        for (const { which, secondsLater } of sequence) {
          await refreshedEarlier(family.tokens[0]!.session, secondsLater);
          family.pass(secondsLater);
          const token = family.tokens[which % family.tokens.length]!;
          const answer = await refresh(token.session);
          expect(answer.status).toBe(family.isAnswered(token) ? 200 : 401);
          family.used(token, answer.status === 200 ? answer.body : null);
          expect((await unspentOf(token.session)).length).toBe(1);
        }
      }),
      { numRuns: 20 },
    );
  });

  test.each([
    ['unknown', async () => undefined],
    [
      'of a session that is too old',
      (sid: string) => identity.rows(`update sessions set expires_at = now() where id = $1`, sid),
    ],
    ['of a session that was ended', (sid: string) => identity.delete(`/internal/sessions/${sid}`)],
    ['of a user who is deleted', (_sid: string, user: Person) => user.step('identity.delete')],
  ])('%s gives nothing', async (what, spoil) => {
    const user = await newUser(identity);
    const session = await user.signIn();
    await spoil(sidOf(session), user);
    if (what === 'unknown') session.refreshToken = 'x'.repeat(43);
    expect(await refresh(session)).toMatchObject({ status: 401, body: { code: 'unauthenticated' } });
  });
});

describe('a session that nobody uses', () => {
  const lastsDays = async (session: SessionView): Promise<number> => {
    const [row] = await identity.rows<{ days: number }>(
      'select extract(epoch from expires_at - now())::float8 / 86400 as days from sessions where id = $1',
      sidOf(session),
    );
    return row!.days;
  };

  test('is over after 14 days, and one that is used after 30', async () => {
    const session = await (await newUser(identity)).signIn();
    expect(await lastsDays(session)).toBeCloseTo(14, 1);
    await identity.rows(
      `update sessions set created_at = now() - interval '20 days', expires_at = now() + interval '1 hour' where id = $1`,
      sidOf(session),
    );
    const next = await refresh(session);
    expect(next.status).toBe(200);
    expect(await lastsDays(session)).toBeCloseTo(10, 1);
    expect((await refresh(next.body)).status).toBe(200);
  });
});

describe('the sessions of a user', () => {
  test('are as they were left by a process of before, which writes neither use nor client', async () => {
    const user = await newUser(identity);
    await identity.rows(
      `insert into sessions (user_id, created_at, last_used_at, expires_at)
       values ($1, '2026-01-02T03:04:05Z', null, now() + interval '1 day')`,
      user.userId,
    );
    const { body } = await identity.get(`/internal/users/${user.userId}/sessions`);
    const at = '2026-01-02T03:04:05.000Z';
    expect(body.items).toMatchObject([{ createdAt: at, lastUsedAt: at, client: '' }]);
  });
});

describe('many sessions of a user', () => {
  test('are at most 100: a sign-in ends the oldest', async () => {
    const user = await newUser(identity);
    const old = await identity.rows<{ id: string }>(
      `insert into sessions (user_id, created_at, expires_at)
       select $1, now() - n * interval '1 hour', now() + interval '1 day' from generate_series(1, 120) as n
       returning id`,
      user.userId,
    );
    const { items } = (await user.signIn()) && (await openOf(user));
    expect(items).toHaveLength(100);
    expect(items.map(({ id }) => id)).toEqual(expect.arrayContaining(old.slice(0, 99).map(({ id }) => id)));
    const revoked = await revokedSessions(identity);
    expect(old.slice(99).filter(({ id }) => !revoked.includes(id))).toEqual([]);
  });

  async function openOf({ userId }: Person): Promise<{ items: { id: string }[] }> {
    return (await identity.get(`/internal/users/${userId}/sessions`)).body;
  }
});

describe('the end of a session', () => {
  test('may be asked for again', async () => {
    const user = await newUser(identity);
    const session = await user.signIn();
    for (const id of [sidOf(session), sidOf(session), randomUUID()]) {
      expect((await identity.delete(`/internal/sessions/${id}`)).status).toBe(204);
    }
    const later = sidOf(await user.signIn());
    const told = () => identity.process.output().split('\n');
    await until(async () => told().some((line) => line.includes(later)));
    const ended = told().filter((line) => line.includes('authn_token_revoked') && line.includes(user.userId));
    expect(ended).toEqual([expect.stringContaining(sidOf(session))]);
    expect(await isOver(session)).toBe(true);
  });

  test('is told to whoever asks since then, as long as an access token may live', async () => {
    const session = await (await newUser(identity)).signIn();
    const sid = sidOf(session);
    await identity.delete(`/internal/sessions/${sid}`);
    const { now } = (await identity.get(`/internal/sessions/revoked?since=${new Date().toISOString()}`)).body;
    expect(Math.abs(Date.parse(now) - Date.now())).toBeLessThan(5000);
    expect(await revokedSessions(identity, -1)).not.toContain(sid);
    expect(await revokedSessions(identity, 60)).toContain(sid);
    await identity.rows(`update sessions set revoked_at = now() - interval '21 minutes' where id = $1`, sid);
    expect(await revokedSessions(identity, 60)).not.toContain(sid);
  });

  test('comes with other roles, not with the same', async () => {
    const user = await newUser(identity);
    const session = await user.signIn();
    await user.step('identity.set-roles', { roles: [] });
    expect(await revokedSessions(identity)).not.toContain(sidOf(session));
    await user.step('identity.set-roles', { roles: ['admin'] });
    expect(await isOver(session)).toBe(true);
  });

  test('comes with a deletion; a restore does not bring it back', async () => {
    const user = await newUser(identity);
    const session = await user.signIn();
    await user.step('identity.delete');
    await user.step('identity.restore');
    expect(await isOver(session)).toBe(true);
    expect((await signIn(user.email, user.password)).status).toBe(201);
  });
});

describe('a password', () => {
  const prepare = (body: object): Promise<Answer> => identity.post('/internal/credentials', body);
  const NEW = 'An even longer phrase 42';

  test.each(['short', 'PassWord123', 'x'.repeat(129)])('%s is refused', async (password) => {
    const user = await newUser(identity);
    expect(await prepare({ password })).toMatchObject({
      status: 400,
      body: { code: 'invalid-request', errors: [{ path: 'password' }] },
    });
    const change = { password, userId: user.userId, currentPassword: user.password };
    expect(await prepare(change)).toMatchObject({ status: 400, body: { errors: [{ path: 'newPassword' }] } });
  });

  test('is not changed by whoever does not know the present one', async () => {
    const [user, deleted] = [await newUser(identity), await newUser(identity)];
    await deleted.step('identity.delete');
    const attempts = [
      { userId: user.userId, currentPassword: 'not the password' },
      { userId: user.userId },
      { userId: randomUUID(), currentPassword: user.password },
      { userId: deleted.userId, currentPassword: deleted.password },
    ];
    for (const attempt of attempts) {
      const answer = await prepare({ password: NEW, ...attempt });
      expect(answer).toMatchObject({ status: 401, body: { code: 'invalid-credentials' } });
    }
  });

  test('is changed, and the sessions end but the one that asked', async () => {
    const user = await newUser(identity);
    const [mine, other] = [await user.signIn(), await user.signIn()];
    const { body } = await prepare({ password: NEW, userId: user.userId, currentPassword: user.password });
    expect(body.replaces).toBe(user.credentialId);
    const answer = await user.step('identity.change-password', { ...body, keepSession: sidOf(mine) });
    expect(answer).toMatchObject({ status: 200, recorded: true, body: { version: 2 } });
    expect([await isOver(mine), await isOver(other)]).toEqual([false, true]);
    expect((await signIn(user.email, user.password)).status).toBe(401);
    expect((await signIn(user.email, NEW)).status).toBe(201);
    expect(await identity.rows('select 1 from credentials where id = $1', user.credentialId)).toEqual([]);
  });

  test('is not changed when it has changed since the present one was checked', async () => {
    const user = await newUser(identity);
    const change = { password: NEW, userId: user.userId, currentPassword: user.password };
    const [first, second] = [await prepare(change), await prepare({ ...change, password: `${NEW}!` })];
    await user.step('identity.change-password', first.body);
    const answer = await user.step('identity.change-password', second.body);
    expect(answer).toMatchObject({ status: 412, recorded: true, body: { code: 'version-conflict' } });
    expect((await signIn(user.email, NEW)).status).toBe(201);
  });

  test('stands in no answer, no log and no remembered answer, nor does its hash', async () => {
    const user = await newUser(identity);
    await prepare({ password: user.password, userId: user.userId, currentPassword: user.password });
    await prepare({ password: user.password, pasword: user.password });
    await user.signIn();
    const [inbox] = await identity.rows<{ text: string }>(
      'select string_agg(inbox::text, $1) as text from inbox',
      '\n',
    );
    for (const text of [identity.said.join('\n'), identity.process.output(), inbox!.text]) {
      expect(text.length).toBeGreaterThan(1000);
      for (const secret of ['$argon2', 'Secret phrase', NEW]) expect(text).not.toContain(secret);
    }
  });
});
