import { randomUUID } from 'node:crypto';
import { etagOf } from '@turnpike/protocol';
import { type Answer, Identity, newPerson, newUser, revokedSessions, sidOf } from './support/identity.js';

let identity: Identity;
beforeAll(async () => {
  identity = await Identity.start();
});
afterAll(() => identity.stop());

const refusal = (status: number, code: string): object => ({
  status,
  recorded: true,
  body: { status, code },
});
const applied = (body: object = {}): object => ({ status: 200, recorded: true, body });

describe('a registration', () => {
  test('is answered with the user as it is read', async () => {
    const person = await newPerson(identity);
    const answer = await person.step('identity.register', {
      ...person.registration,
      email: ` ${person.email.toUpperCase()} `,
    });
    expect(answer).toEqual(
      applied({
        id: person.userId,
        email: person.email,
        firstName: 'Ada',
        lastName: 'Lovelace',
        roles: [],
        claims: {},
        state: 'active',
        version: 1,
        createdAt: expect.stringMatching(/^\d{4}-.*\.\d{3}Z$/),
        updatedAt: expect.stringMatching(/^\d{4}-.*\.\d{3}Z$/),
      }),
    );
    expect(await person.view()).toEqual(answer.body);
  });

  test('needs a credential that exists and that nobody has', async () => {
    const [ada, bob] = [await newUser(identity), await newPerson(identity)];
    for (const credentialId of [ada.credentialId, randomUUID()]) {
      const answer = await bob.step('identity.register', { ...bob.registration, credentialId });
      expect(answer).toMatchObject(refusal(400, 'invalid-request'));
    }
  });

  test('of one address by several at once succeeds for exactly one', async () => {
    const people = await Promise.all(Array.from({ length: 6 }, () => newPerson(identity)));
    const email = people[0]!.email;
    const answers = await Promise.all(
      people.map((person) => person.step('identity.register', { ...person.registration, email })),
    );
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    for (const loser of answers.filter(({ status }) => status !== 200)) {
      expect(loser).toMatchObject(refusal(409, 'email-taken'));
    }
  });

  test('that is undone leaves neither user, address, credential nor session', async () => {
    const person = await newPerson(identity);
    const claim = person.claim();
    await identity.step('identity.register', { ...claim, body: person.registration });
    const session = await person.signIn();
    expect(await identity.undo('identity.register', claim)).toMatchObject(applied());
    expect(await revokedSessions(identity)).toContain(sidOf(session));
    expect((await identity.get(`/internal/users/${person.userId}`)).status).toBe(404);
    expect((await identity.get(`/internal/users/by-email?email=${person.email}`)).status).toBe(404);
    expect(await identity.rows('select 1 from credentials where id = $1', person.credentialId)).toEqual([]);
    const successor = await newPerson(identity);
    const again = { ...successor.registration, email: person.email };
    expect(await successor.step('identity.register', again)).toMatchObject(applied());
  });
});

describe('a change of address', () => {
  /** Whether somebody else could register with the address, tried without leaving anything behind. */
  async function isFree(email: string): Promise<boolean> {
    const somebody = await newPerson(identity);
    const claim = somebody.claim();
    const body = { ...somebody.registration, email };
    const { status } = await identity.step('identity.register', { ...claim, body });
    if (status === 200) await identity.undo('identity.register', claim);
    return status === 200;
  }

  test('keeps the old one reserved until it is released', async () => {
    const person = await newUser(identity);
    await person.step('identity.update', { email: `new-${person.email}` });
    expect(await isFree(person.email)).toBe(false);
    expect((await identity.get(`/internal/users/by-email?email=${person.email}`)).status).toBe(404);
    await person.step('identity.release-email');
    expect(await isFree(person.email)).toBe(true);
    expect(await isFree(`new-${person.email}`)).toBe(false);
  });

  test('that is undone gives the old one back, frees the new one, and is a new version', async () => {
    const person = await newUser(identity);
    const claim = person.claim();
    const before = await person.view();
    const body = { email: `new-${person.email}`, firstName: 'Augusta' };
    expect(await identity.step('identity.update', { ...claim, body })).toMatchObject(applied(body));
    const undone = await identity.undo('identity.update', claim);
    expect(undone.body).toEqual({ ...before, version: 3, updatedAt: expect.any(String) });
    expect(await isFree(`new-${person.email}`)).toBe(true);
    expect(await isFree(person.email)).toBe(false);
    expect((await person.signIn()).userId).toBe(person.userId);
  });

  test('back to an address that the user has in reserve', async () => {
    const person = await newUser(identity);
    await person.step('identity.update', { email: `new-${person.email}` });
    const answer = await person.step('identity.update', { email: person.email });
    expect(answer).toMatchObject(applied({ email: person.email }));
    await person.step('identity.release-email');
    expect(await isFree(`new-${person.email}`)).toBe(true);
    expect(await isFree(person.email)).toBe(false);
  });

  test('to an address that somebody has changes nothing', async () => {
    const [ada, bob] = [await newUser(identity), await newUser(identity)];
    const before = await bob.view();
    const answer = await bob.step('identity.update', { email: ada.email, lastName: 'Bobson' });
    expect(answer).toMatchObject(refusal(409, 'email-taken'));
    expect(await bob.view()).toEqual(before);
    expect((await bob.signIn()).userId).toBe(bob.userId);
  });

  test('to one address by two at once succeeds for exactly one', async () => {
    const people = [await newUser(identity), await newUser(identity)];
    const email = `wanted-${randomUUID()}@example.com`;
    const answers = await Promise.all(people.map((person) => person.step('identity.update', { email })));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409]);
  });

  test('is not to be had while its owner is only deleted', async () => {
    const person = await newUser(identity);
    await person.step('identity.delete');
    expect(await isFree(person.email)).toBe(false);
  });
});

describe('If-Match', () => {
  const writes = [
    ['identity.update', { firstName: 'Augusta' }],
    ['identity.set-roles', { roles: ['admin'] }],
    ['identity.set-claims', { claims: { plan: 'gold', seats: 3, trial: false } }],
    ['identity.delete', {}],
  ] as const;

  test.each(writes)('%s holds only for the version that was read', async (name, body) => {
    const person = await newUser(identity);
    const before = await person.view();
    for (const ifMatch of ['"7"', `W/${etagOf(7)}`]) {
      expect(await person.step(name, body, ifMatch)).toMatchObject(refusal(412, 'version-conflict'));
    }
    expect(await person.view()).toEqual(before);
    const answer = await person.step(name, body, `"7", ${etagOf(1)}`);
    expect(answer).toMatchObject(applied({ ...body, version: 2 }));
  });
});

describe('deletion and restore', () => {
  test('a deleted user keeps the row, is deleted again as of the first time, and takes nothing else but a restore', async () => {
    const person = await newUser(identity);
    const deleted = await person.step('identity.delete');
    expect(deleted).toMatchObject(applied({ state: 'deleted', deletedAt: expect.stringMatching(/Z$/) }));
    expect(await person.view()).toEqual(deleted.body);
    expect(await person.step('identity.update', { firstName: 'Eve' })).toMatchObject(
      refusal(410, 'user-deleted'),
    );
    expect(await person.step('identity.delete')).toEqual(deleted);
    expect(await person.step('identity.register', person.registration)).toMatchObject(
      refusal(410, 'user-deleted'),
    );
    const restored = await person.step('identity.restore');
    expect(restored).toMatchObject(applied({ state: 'active', version: 3 }));
    expect(restored.body).not.toHaveProperty('deletedAt');
    expect(await person.step('identity.update', { firstName: 'Eve' })).toMatchObject(applied());
  });

  test('there is nothing to restore of an active user', async () => {
    const person = await newUser(identity);
    expect(await person.step('identity.restore')).toMatchObject(refusal(409, 'user-not-deleted'));
  });

  test('a restore that is undone leaves the user deleted as of the first time', async () => {
    const person = await newUser(identity);
    const { body: deleted } = await person.step('identity.delete');
    const claim = person.claim();
    await identity.step('identity.restore', claim);
    const session = await person.signIn();
    expect(await identity.undo('identity.restore', claim)).toMatchObject(
      applied({ state: 'deleted', deletedAt: deleted.deletedAt, version: 4 }),
    );
    expect(await person.step('identity.register', person.registration)).toMatchObject(
      refusal(410, 'user-deleted'),
    );
    expect(await revokedSessions(identity)).toContain(sidOf(session));
  });

  test('a user who never was is not found', async () => {
    const nobody = await newPerson(identity);
    for (const name of ['identity.update', 'identity.delete', 'identity.restore'] as const) {
      expect(await nobody.step(name)).toMatchObject(refusal(404, 'not-found'));
    }
  });
});

describe('a step', () => {
  test('sent again is answered as the first time, also when that was a refusal', async () => {
    const [ada, bob] = [await newUser(identity), await newUser(identity)];
    const claim = { ...bob.claim(), body: { email: ada.email } };
    const first = await identity.step('identity.update', claim);
    await ada.step('identity.update', { email: `new-${ada.email}` });
    await ada.step('identity.release-email');
    const second = await identity.step('identity.update', claim);
    expect(second).toEqual(first);
    const rename = { ...bob.claim(), body: { firstName: 'Bob' } };
    const answers: Answer[] = [];
    for (let i = 0; i < 2; i++) answers.push(await identity.step('identity.update', rename));
    expect(answers[1]).toEqual(answers[0]);
    expect(await bob.view()).toMatchObject({ firstName: 'Bob', version: 2 });
  });

  test('that changes nothing is a new version all the same', async () => {
    const person = await newUser(identity);
    const before = await person.view();
    const { body } = await person.step('identity.update', {});
    const { before: former, ...user } = body;
    expect(user).toEqual({ ...before, version: 2, updatedAt: expect.any(String) });
    expect(former).toEqual({ email: person.email, firstName: 'Ada', lastName: 'Lovelace' });
  });

  test('of a claim that was overtaken is refused, and nothing is recorded', async () => {
    const person = await newUser(identity);
    const [old, young] = [person.claim(), person.claim()];
    await identity.step('identity.update', { ...young, epoch: 2, body: { firstName: 'Young' } });
    for (const claim of [old, { ...young, operationId: randomUUID(), epoch: 1 }]) {
      const answer = await identity.step('identity.update', { ...claim, body: { firstName: 'Old' } });
      expect(answer).toMatchObject({ status: 409, recorded: false, body: { code: 'stale-fence' } });
      expect(await identity.rows('select 1 from inbox where key like $1', `${claim.operationId}%`)).toEqual(
        [],
      );
    }
    expect(await person.view()).toMatchObject({ firstName: 'Young' });
  });

  test('that is carried out beside the lane leaves the undo of an earlier one as it is', async () => {
    const person = await newUser(identity);
    const update = person.claim();
    await identity.step('identity.update', { ...update, body: { firstName: 'Augusta' } });
    const roles = { ...person.claim(), beside: true, body: { roles: ['admin'] } };
    expect(await identity.step('identity.set-roles', roles)).toMatchObject(applied());
    expect(await identity.undo('identity.update', update)).toMatchObject(applied({ firstName: 'Ada' }));
    expect(await person.view()).toMatchObject({ firstName: 'Ada', roles: ['admin'] });
    const { body } = await identity.get('/internal/fences?limit=1000');
    const fence = body.items.find(({ userId }: { userId: string }) => userId === person.userId);
    expect(fence).toMatchObject({ seq: roles.seq });
  });

  test('that is carried out beside the lane has a fence of its own, which settling moves, too', async () => {
    const person = await newUser(identity);
    const [old, line, young] = [person.claim(), person.claim(), person.claim()];
    const beside = (claim: typeof old, epoch = 1) => ({ ...claim, epoch, beside: true, body: { roles: [] } });
    expect(await identity.settle('identity.set-roles', beside(young, 2))).toMatchObject(
      refusal(409, 'step-sealed'),
    );
    for (const claim of [beside(old), { ...beside(young), operationId: randomUUID() }]) {
      const answer = await identity.step('identity.set-roles', claim);
      expect(answer).toMatchObject({ status: 409, recorded: false, body: { code: 'stale-fence' } });
    }
    expect(await identity.step('identity.update', { ...line, body: {} })).toMatchObject(applied());
    const [fence] = await identity.rows(
      'select seq, epoch, beside_seq, beside_epoch from fences where user_id = $1',
      person.userId,
    );
    const [seq, besideSeq] = [line.seq, young.seq];
    expect(fence).toEqual({ seq, epoch: 1, beside_seq: besideSeq, beside_epoch: 2 });
  });

  test('that is carried out beside the lane is refused once its user is gone, and after the purge too', async () => {
    const person = await newUser(identity);
    const roles = { ...person.claim(), beside: true, body: { roles: ['admin'] } };
    await identity.step('identity.set-roles', roles);
    await person.step('identity.delete');
    expect(await identity.step('identity.set-roles', roles)).toMatchObject(applied());
    await person.step('identity.purge');
    const late = await identity.step('identity.set-roles', roles);
    expect(late).toMatchObject({ status: 409, recorded: false, body: { code: 'stale-fence' } });
    const next = { ...person.claim(), beside: true, body: { roles: [] } };
    expect(await identity.step('identity.set-roles', next)).toMatchObject(refusal(410, 'user-deleted'));
  });

  test('that is settled before it comes can never be applied', async () => {
    const person = await newUser(identity);
    const claim = person.claim();
    expect(await identity.settle('identity.update', claim)).toMatchObject(refusal(409, 'step-sealed'));
    const late = await identity.step('identity.update', { ...claim, body: { firstName: 'Late' } });
    expect(late).toMatchObject(refusal(409, 'step-sealed'));
    expect(await person.view()).toMatchObject({ firstName: 'Ada', version: 1 });
  });

  test('that is settled after it came is answered as the first time', async () => {
    const person = await newUser(identity);
    const claim = person.claim();
    const first = await identity.step('identity.update', { ...claim, body: { firstName: 'Augusta' } });
    expect(await identity.settle('identity.update', claim)).toEqual(first);
  });
});
