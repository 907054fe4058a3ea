import { randomUUID } from 'node:crypto';
import { declarationOf } from '@turnpike/contracts';
import { type Answer, Identity, newUser, type Person } from './support/identity.js';
import { answerOf, startServiceCaller } from './support/service-caller.js';

let identity: Identity;
beforeAll(async () => {
  identity = await Identity.start();
});
afterAll(() => identity.stop());

describe('who may call', () => {
  let person: Person;
  beforeAll(async () => {
    person = await newUser(identity);
  });

  test('nobody without a token of the gateway for this service', async () => {
    const other = await startServiceCaller('ordering');
    const { accessToken } = await person.signIn();
    const path = `/internal/users/${person.userId}`;
    const headers = { authorization: `Bearer ${accessToken}` };
    const answers = [
      await other.get(identity.url, path),
      await other.step(identity.url, 'identity.delete', person.claim()),
      await answerOf(await fetch(identity.url + path)),
      await answerOf(await fetch(identity.url + path, { headers })),
    ];
    await other.stop();
    for (const answer of answers) {
      expect(answer).toMatchObject({ status: 401, recorded: false, body: { code: 'unauthenticated' } });
    }
    expect(await person.view()).toMatchObject({ state: 'active' });
  });

  test.each(['/.well-known/jwks.json', '/health/live', '/health/ready', '/openapi.json', '/docs'])(
    'everybody may read %s',
    async (path) => {
      expect((await fetch(identity.url + path)).status).toBe(200);
    },
  );
});

describe('the list of users', () => {
  test('finds parts of addresses and names, takes wildcards literally, and has pages, newest first', async () => {
    const mark = randomUUID();
    const people = [await newUser(identity), await newUser(identity), await newUser(identity)];
    for (const person of people) await person.step('identity.update', { firstName: 'Zoë_', lastName: mark });
    const find = async (query: string): Promise<Answer['body']> =>
      (await identity.get(`/internal/users?${query}`)).body;
    const newestFirst = people.map(({ userId }) => userId).reverse();
    const ids = (page: Answer['body']): string[] => page.items.map(({ id }: { id: string }) => id);
    expect(ids(await find(`search=${encodeURIComponent(`ZOË_ ${mark.toUpperCase()}`)}`))).toEqual(
      newestFirst,
    );
    expect(ids(await find(`search=${people[1]!.email.toUpperCase()}`))).toEqual([people[1]!.userId]);
    expect(ids(await find(`search=${encodeURIComponent(`Zo__ ${mark}`)}`))).toEqual([]);
    expect(ids(await find(`search=${encodeURIComponent(`% ${mark}`)}`))).toEqual([]);
    const first = await find(`search=${mark}&limit=2`);
    const rest = await find(`search=${mark}&limit=2&cursor=${first.nextCursor}`);
    expect([...ids(first), ...ids(rest)]).toEqual(newestFirst);
    expect(rest.nextCursor).toBeNull();
    expect(await identity.get('/internal/users?cursor=nonsense')).toMatchObject({
      status: 400,
      body: { code: 'invalid-request', errors: [{ path: 'cursor' }] },
    });
  });
});

test('identity says what it consists of', async () => {
  const { body } = await identity.get('/internal/manifest');
  expect(body).toEqual({ manifest: 1, ...declarationOf('identity') });
  expect(body.steps).toContainEqual({
    ...{ name: 'identity.register', refuses: true, undo: true, event: 'user.registered' },
  });
});
