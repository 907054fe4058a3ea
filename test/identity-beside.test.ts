// Changes that begin in identity, what it reports of them, and what it says when a lane asks.
import { randomUUID } from 'node:crypto';
import {
  type Answer,
  Identity,
  newPerson,
  newUser,
  type Person,
  revokedSessions,
  sidOf,
} from './support/identity.js';

let identity: Identity;
beforeAll(async () => {
  identity = await Identity.start();
});
afterAll(() => identity.stop());

const pathOf = ({ userId }: Person): string => `/internal/users/${userId}`;
const deleteBeside = (person: Person): Promise<Answer> => identity.delete(pathOf(person));

/** The events of that user after the registration's. */
const toldOf = async (person: Person): Promise<unknown[]> => (await identity.told(person)).slice(1);

describe('a deletion beside the lane', () => {
  test('is carried out at once: sessions end, and no step but a restore is taken', async () => {
    const person = await newUser(identity);
    const session = await person.signIn();
    expect((await deleteBeside(person)).status).toBe(204);
    expect(await person.view()).toMatchObject({ state: 'deleted', version: 2 });
    expect(await revokedSessions(identity)).toContain(sidOf(session));
    expect((await person.step('identity.update', { firstName: 'Eve' })).status).toBe(410);
    expect(await identity.isTombstoned(person)).toBe(true);
    expect(await person.step('identity.restore')).toMatchObject({ body: { state: 'active' } });
  });

  test('is reported once, as no operation’s, however often it is asked for', async () => {
    const person = await newUser(identity);
    for (let i = 0; i < 2; i += 1) expect((await deleteBeside(person)).status).toBe(204);
    expect(await toldOf(person)).toEqual([{ type: 'turnpike.user.deleted', operationId: null }]);
    expect(await person.view()).toMatchObject({ version: 2 });
  });

  test('leaves a user whom a step deleted, or who is purged, as is', async () => {
    const person = await newUser(identity);
    await person.step('identity.delete');
    const before = await toldOf(person);
    expect((await deleteBeside(person)).status).toBe(204);
    expect(await toldOf(person)).toEqual(before);
    await person.step('identity.purge');
    expect((await deleteBeside(person)).status).toBe(204);
  });

  test('waits for a step of the user that is in progress, and comes after it', async () => {
    const person = await newUser(identity);
    const pending = await identity.transaction(async (client) => {
      await client.query('select 1 from users where id = $1 for update', [person.userId]);
      const step = person.step('identity.update', { firstName: 'Eve' });
      await identity.waitsForLock();
      const deletion = deleteBeside(person);
      return { step, deletion };
    });
    expect((await pending.step).status).toBe(200);
    expect((await pending.deletion).status).toBe(204);
    const types = (await identity.told(person)).map(({ type }) => type);
    expect(types.slice(1)).toEqual(['turnpike.user.updated', 'turnpike.user.deleted']);
  });

  test('is followed by a deletion in the lane, which keeps its time', async () => {
    const person = await newUser(identity);
    await deleteBeside(person);
    const { deletedAt } = await person.view();
    expect(await person.step('identity.delete')).toMatchObject({ status: 200, body: { deletedAt } });
  });
});

describe('a renaming beside the lane', () => {
  test('is carried out at once and reported as no operation’s', async () => {
    const person = await newUser(identity);
    expect((await identity.patch(pathOf(person), { lastName: 'King' })).status).toBe(204);
    expect(await person.view()).toMatchObject({ firstName: 'Ada', lastName: 'King', version: 2 });
    expect(await toldOf(person)).toEqual([{ type: 'turnpike.user.updated', operationId: null }]);
  });

  test('waits for whoever holds the lane’s place in this service, and has done nothing before', async () => {
    const person = await newUser(identity);
    const [pending] = await identity.transaction(async (client) => {
      await client.query('select 1 from fences where user_id = $1 for update', [person.userId]);
      const renaming = identity.patch(pathOf(person), { lastName: 'King' });
      await identity.waitsForLock();
      await client.query('select 1 from users where id = $1 for update nowait', [person.userId]);
      return [renaming];
    });
    expect((await pending).status).toBe(204);
    expect(await person.view()).toMatchObject({ lastName: 'King' });
  });

  test('of a deleted user is refused, and not reported', async () => {
    const person = await newUser(identity);
    await deleteBeside(person);
    expect(await identity.patch(pathOf(person), { lastName: 'King' })).toMatchObject({
      status: 410,
      body: { code: 'user-deleted' },
    });
    expect(await toldOf(person)).toHaveLength(1);
  });

  test.each([{ email: 'new@example.com' }, { roles: ['admin'] }, { firstName: ' ' }])(
    'changes names and nothing else: %j',
    async (change) => {
      const person = await newUser(identity);
      expect((await identity.patch(pathOf(person), change)).status).toBe(400);
    },
  );
});

test('of a user who is not known there is nothing to delete or rename, and nothing is left behind', async () => {
  const nobody = await newPerson(identity);
  expect((await deleteBeside(nobody)).status).toBe(404);
  expect((await identity.patch(pathOf(nobody), { lastName: 'King' })).status).toBe(404);
  expect(await identity.rows('select 1 from fences where user_id = $1', nobody.userId)).toEqual([]);
});

test.each(['DELETE', 'PATCH'])('%s is for those who have a token for this service', async (method) => {
  const person = await newUser(identity);
  expect((await fetch(identity.url + pathOf(person), { method })).status).toBe(401);
  expect(await person.view()).toMatchObject({ state: 'active', version: 1 });
});

describe('what identity confirms', () => {
  const confirm = async (person: Person): Promise<Answer> => person.step('identity.confirm');

  test('an active user: the name, and no tombstone', async () => {
    const person = await newUser(identity);
    await identity.rows('update fences set tombstoned_at = now() where user_id = $1', person.userId);
    expect(await confirm(person)).toEqual({
      status: 200,
      recorded: true,
      body: { id: person.userId, state: 'active', firstName: 'Ada', lastName: 'Lovelace' },
    });
    expect(await identity.isTombstoned(person)).toBe(false);
  });

  test('a deleted user: the name and since when, and a tombstone', async () => {
    const person = await newUser(identity);
    await person.step('identity.delete');
    const { deletedAt } = await person.view();
    await identity.rows('update fences set tombstoned_at = null where user_id = $1', person.userId);
    expect((await confirm(person)).body).toEqual({
      ...{ id: person.userId, state: 'deleted', firstName: 'Ada', lastName: 'Lovelace', deletedAt },
    });
    expect(await identity.isTombstoned(person)).toBe(true);
  });

  test('who is purged or was never known: absent, and a tombstone', async () => {
    const [purged, nobody] = [await newUser(identity), await newPerson(identity)];
    await purged.step('identity.delete');
    await purged.step('identity.purge');
    for (const person of [purged, nobody]) {
      expect(await confirm(person)).toEqual({
        status: 200,
        recorded: true,
        body: { id: person.userId, state: 'absent' },
      });
      expect(await identity.isTombstoned(person)).toBe(true);
    }
  });

  test('is not reported, and its undo takes nothing back', async () => {
    const person = await newUser(identity);
    const claim = person.claim();
    await identity.step('identity.confirm', claim);
    const before = await person.view();
    expect(await identity.undo('identity.confirm', claim)).toMatchObject({ status: 200, recorded: true });
    expect(await person.view()).toEqual(before);
    expect(await toldOf(person)).toEqual([]);
  });
});

describe('the events of identity', () => {
  test('say where they come from and whose step it was', async () => {
    const person = await newPerson(identity);
    const claim = person.claim();
    await identity.step('identity.register', { ...claim, body: person.registration });
    await identity.undo('identity.register', claim);
    const events = await identity.caller.events(identity.url, person.userId);
    const { operationId } = claim;
    const common = { source: '/identity', subject: person.userId, data: { operationId } };
    expect(events).toMatchObject([
      { ...common, type: 'turnpike.user.registered' },
      { ...common, type: 'turnpike.user.registered.undone' },
    ]);
    expect(JSON.stringify(events)).not.toContain(person.email);
  });
});

describe('the users as others refer to them', () => {
  test('stand in the order of their ids, in pages, with state and name', async () => {
    const people = [await newUser(identity), await newUser(identity), await newUser(identity)];
    await people[1]!.step('identity.delete');
    const [first, ...rest] = people.map(({ userId }, index) => ({
      id: userId,
      state: index === 1 ? 'deleted' : 'active',
      name: 'Ada Lovelace',
    }));
    const read = async (query: string): Promise<unknown> =>
      (await identity.get(`/internal/integrity/users?${query}`)).body;
    expect(await read(`userId=${first!.id}`)).toEqual({ items: [first] });
    expect(await read(`after=${first!.id}`)).toEqual({ items: rest });
    expect(await read(`after=${first!.id}&limit=1`)).toEqual({ items: [rest[0]] });
    expect((await identity.get(`/internal/integrity/users?after=${randomUUID()}x`)).status).toBe(400);
  });
});
