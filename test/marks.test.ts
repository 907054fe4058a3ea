// By marks the gateway notices that a database went back in time; what every service answers about them, and what
// identity makes of a user when the register speaks.
import { randomUUID } from 'node:crypto';
import type { FenceView, Mark } from '@turnpike/protocol';
import { answerOf, type ServiceAnswer } from './support/service-caller.js';
import { Identity, newPerson, newUser } from './support/identity.js';

let identity: Identity;
beforeAll(async () => {
  identity = await Identity.start();
});
afterAll(() => identity.stop());

const MARK = '/internal/mark';

function markOf(number: number): Mark {
  return { number, token: randomUUID(), at: new Date().toISOString() };
}

describe('a mark', () => {
  const newest = async (): Promise<unknown> => (await identity.get(MARK)).body;
  const put = (body: object): Promise<ServiceAnswer> => identity.caller.put(identity.url, MARK, body);

  test('is kept, and a later call with an older one changes nothing', async () => {
    expect(await newest()).toEqual({ mark: null });
    const [first, second] = [markOf(1), markOf(2)];
    for (const mark of [second, first]) {
      expect(await put({ mark, fences: [] })).toMatchObject({ status: 200, body: { behind: [] } });
    }
    expect(await newest()).toEqual({ mark: second });
  });

  test('is not kept where a fence is behind what the ledger knows, and the answer says whose', async () => {
    const [known, other] = [await newUser(identity), await newPerson(identity)];
    const before = await newest();
    const fences = [
      { userId: known.userId, seq: 1 },
      { userId: other.userId, seq: 1 },
    ];
    const answer = await put({ mark: markOf(1000), fences });
    expect(answer).toMatchObject({ status: 200, body: { behind: [other.userId] } });
    expect(await newest()).toEqual(before);
    const kept = markOf(1001);
    expect((await put({ mark: kept, fences: fences.slice(0, 1) })).body).toEqual({ behind: [] });
    expect(await newest()).toEqual({ mark: kept });
  });

  test('is for the gateway alone, and has to be one', async () => {
    const answer = await answerOf(await fetch(`${identity.url}${MARK}`));
    expect(answer.status).toBe(401);
    const wrong = [
      {},
      { mark: { number: 0 }, fences: [] },
      { mark: markOf(1), fences: [{ userId: 'x', seq: 1 }] },
    ];
    for (const body of wrong) expect((await put(body)).status).toBe(400);
  });
});

test('fences are listed page by page, each with its place and whether its user is gone', async () => {
  const [active, gone] = [await newUser(identity), await newUser(identity)];
  await gone.step('identity.delete');
  const seen: FenceView[] = [];
  for (let after = ''; ;) {
    const { body } = await identity.get(`/internal/fences?limit=1${after}`);
    const { items } = body as { items: FenceView[] };
    if (items.length === 0) break;
    seen.push(...items);
    after = `&after=${items[0]!.userId}`;
  }
  expect(seen.map(({ userId }) => userId)).toEqual(seen.map(({ userId }) => userId).sort());
  const of = (userId: string): FenceView | undefined => seen.find((fence) => fence.userId === userId);
  expect(of(active.userId)).toMatchObject({ tombstoned: false });
  expect(of(gone.userId)).toMatchObject({ tombstoned: true });
  expect(of(gone.userId)!.seq).toBeGreaterThan(of(active.userId)!.seq);
});

describe('where the register says that a user is', () => {
  const CONFIRM = 'identity.confirm';
  const deletedAt = '2026-01-02T03:04:05.678Z';

  test('deleted, the user is deleted as of then, signed out, and tombstoned', async () => {
    const person = await newUser(identity);
    await person.signIn();
    const { body } = await person.step(CONFIRM, { register: 'deleted', deletedAt });
    expect(body).toMatchObject({ state: 'deleted', deletedAt });
    const { sessionsEndedAt } = body as { sessionsEndedAt: string };
    expect(Date.parse(sessionsEndedAt)).toBeGreaterThan(Date.parse(deletedAt));
    expect(await person.view()).toMatchObject({ state: 'deleted', deletedAt });
    expect(await identity.isTombstoned(person)).toBe(true);
    const living = 'select 1 from sessions where user_id = $1 and revoked_at is null';
    expect(await identity.rows(living, person.userId)).toEqual([]);
    expect((await person.step('identity.restore')).status).toBe(200);
  });

  test('purged, nothing personal is left of an active user, and the answer says what was erased', async () => {
    const person = await newUser(identity);
    await person.signIn();
    const { body } = await person.step(CONFIRM, { register: 'purged' });
    expect(body).toMatchObject({
      state: 'absent',
      erasures: [{ relation: 'identity.users', erased: 1 }, {}, {}, {}, {}],
    });
    expect(await identity.tablesWith(person.email)).toEqual([]);
    expect(await person.step(CONFIRM, { register: 'purged' })).toMatchObject({ body: { state: 'absent' } });
  });

  test('restored, a deleted user is active again; one who is lost is refused, and nothing follows', async () => {
    const person = await newUser(identity);
    await person.step('identity.delete');
    expect((await person.step(CONFIRM, { register: 'active' })).body).toMatchObject({ state: 'active' });
    expect(await identity.isTombstoned(person)).toBe(false);
    const lost = await newPerson(identity);
    expect(await lost.step(CONFIRM, { register: 'active' })).toMatchObject({ status: 404, recorded: true });
  });

  test('purged, a purge does not mind that a backup has brought the user back', async () => {
    const person = await newUser(identity);
    expect(await person.step('identity.purge', { register: 'purged' })).toMatchObject({ status: 200 });
    expect(await identity.tablesWith(person.email)).toEqual([]);
  });
});
