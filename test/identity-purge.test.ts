import type { Erasure } from '@turnpike/protocol';
import { Identity, newPerson, newUser, type Person, revokedSessions, sidOf } from './support/identity.js';

let identity: Identity;
beforeAll(async () => {
  identity = await Identity.start();
});
afterAll(() => identity.stop());

const PURGE = 'identity.purge';
const NAMES = { firstName: 'Zacharias', lastName: 'Zimmermann' };

/** A deleted user with everything that a purge has to erase, a reserved address and sessions among it. */
async function deletedUser(): Promise<Person> {
  const person = await newUser(identity);
  await person.signIn();
  await person.step('identity.set-claims', { claims: { team: 'zz-team' } });
  await person.step('identity.set-roles', { roles: ['admin'] });
  await person.step('identity.update', { ...NAMES, email: `moved-${person.email}` });
  await person.step('identity.delete');
  return person;
}

const gone = (recorded: boolean): object => ({ status: 410, recorded, body: { code: 'user-deleted' } });

describe('a purge', () => {
  test('leaves no name, address or claim in any table, and nothing to sign in with', async () => {
    const person = await deletedUser();
    const texts = [person.email, NAMES.firstName, NAMES.lastName, 'zz-team'];
    expect(await identity.tablesWith(...texts)).toEqual(['email_addresses', 'inbox', 'users']);
    expect(await person.step(PURGE)).toMatchObject({ status: 200, recorded: true });
    expect(await identity.tablesWith(...texts)).toEqual([]);
    expect(await identity.tablesWith(person.credentialId)).toEqual([]);
    const tokens = `select 1 from refresh_tokens join sessions on sessions.id = session_id where user_id = $1`;
    expect(await identity.rows(tokens, person.userId)).toEqual([]);
  });

  test('keeps the row, with the time of the deletion', async () => {
    const person = await deletedUser();
    const { deletedAt } = await person.view();
    await person.step(PURGE);
    const [row] = await identity.rows<{ deleted_at: Date }>(
      'select state, email, roles, claims, deleted_at from users where id = $1',
      person.userId,
    );
    expect(row).toMatchObject({ state: 'purged', email: null, roles: [], claims: {} });
    expect(row!.deleted_at.toISOString()).toBe(deletedAt);
  });

  test('says what it erased, and how many rows', async () => {
    const person = await deletedUser();
    const answers = 'select count(*)::integer as count from inbox where user_id = $1';
    const [inbox] = await identity.rows<{ count: number }>(answers, person.userId);
    const { erasures } = (await person.step(PURGE)).body as { erasures: Erasure[] };
    expect(erasures.map(({ relation, erased }) => [relation, erased])).toEqual([
      ['identity.users', 1],
      ['identity.email_addresses', 2],
      ['identity.credentials', 1],
      ['identity.sessions', 1],
      ['identity.inbox', inbox!.count],
    ]);
  });

  test('does not hide that a session has ended from those that still have to refuse its tokens', async () => {
    const person = await newUser(identity);
    const [old, young] = [sidOf(await person.signIn()), sidOf(await person.signIn())];
    await person.step('identity.delete');
    await identity.rows(`update sessions set revoked_at = now() - interval '21 minutes' where id = $1`, old);
    await identity.rows(`update sessions set client = 'Firefox 142 on Linux' where id = $1`, young);
    await person.step(PURGE);
    expect(await revokedSessions(identity)).toContain(young);
    expect(await identity.rows('select client from sessions where id = $1', young)).toEqual([{ client: '' }]);
    expect(await identity.rows('select 1 from sessions where id = $1', old)).toEqual([]);
  });

  test('sent again is answered as the first time, and only the first is reported', async () => {
    const person = await deletedUser();
    const claim = person.claim();
    const first = await identity.step(PURGE, claim);
    expect(await identity.step(PURGE, claim)).toEqual(first);
    expect((await identity.told(person)).filter(({ type }) => type === 'turnpike.user.purged')).toHaveLength(
      1,
    );
  });

  test('is refused for a user who is active', async () => {
    const person = await newUser(identity);
    const refused = { status: 409, recorded: true, body: { code: 'user-not-deleted' } };
    expect(await person.step(PURGE)).toMatchObject(refused);
    expect(await person.view()).toMatchObject({ state: 'active', firstName: 'Ada' });
  });

  test('of a user who is purged, or whose row is gone, finds nothing left to erase', async () => {
    const [purged, nobody] = [await deletedUser(), await newPerson(identity)];
    await purged.step(PURGE);
    for (const person of [purged, nobody]) {
      const { status, body } = await person.step(PURGE);
      expect(status).toBe(200);
      expect(body.erasures[0]).toMatchObject({ relation: 'identity.users', erased: 0 });
    }
  });
});

describe('after a purge', () => {
  let person: Person;
  let email: string;
  beforeAll(async () => {
    person = await deletedUser();
    email = `moved-${person.email}`;
    await person.step(PURGE);
  });

  test('the user is gone for readers, and in no list', async () => {
    expect(await identity.get(`/internal/users/${person.userId}`)).toMatchObject(gone(false));
    expect((await identity.get(`/internal/users/by-email?email=${email}`)).status).toBe(404);
    for (const query of ['limit=200', `search=${email}`]) {
      const { body } = await identity.get(`/internal/users?${query}`);
      expect(body.items.map(({ id }: { id: string }) => id)).not.toContain(person.userId);
    }
    const { body } = await identity.get(`/internal/integrity/users?userId=${person.userId}`);
    expect(body).toEqual({ items: [] });
  });

  test.each(['identity.restore', 'identity.delete', 'identity.update', 'identity.register'] as const)(
    '%s is refused for good',
    async (step) => {
      const body = step === 'identity.register' ? person.registration : {};
      expect(await person.step(step, body)).toMatchObject(gone(true));
    },
  );

  test('nobody signs in, and the addresses are free', async () => {
    const signIn = { email, password: person.password };
    expect((await identity.post('/internal/sessions', signIn)).status).toBe(401);
    for (const free of [email, person.email]) {
      const successor = await newPerson(identity);
      const registration = { ...successor.registration, email: free };
      expect(await successor.step('identity.register', registration)).toMatchObject({ status: 200 });
    }
  });
});
