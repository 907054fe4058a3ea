// Chapter 3: many clients write for one user, and the deletion arrives in their middle.
import { UnexpectedAnswer, WAIT, expect, request } from './client.mjs';
import { chapter, counted, exchange, line, table } from './print.mjs';
import { promise } from './promises.mjs';
import { TEA } from './user.mjs';

const CLIENTS = 12;

/** Every so many clients one is an administrator, whose token does not end with the user. */
const ADMIN_EVERY = 6;

/** With the rest of the story below the 300 requests a minute that one address is commonly allowed. */
const MOST_WRITES_PER_CLIENT = 20;

const DELETE_AFTER_ACCEPTED = 45;

/** Whoever is refused tries again later, at first after this, then after twice as long, at most after the last. */
const PAUSE_MS = { first: 100, longest: 800 };

const READERS = 8;

/** Those that are foreseen; any other is shown below them. */
const ANSWERS = ['202 accepted', '409 user-deleting', '410 user-deleted', '401 unauthenticated'];

/** @returns every write with its answer, and the deletion as it ended */
export async function race(system, user) {
  chapter(3, 'The race: many clients write for one user, who is deleted in their middle');
  line(
    `${CLIENTS} clients write as fast as they are answered: most place the user's orders, an administrator's`,
  );
  line(
    `set the telephone number. When ${DELETE_AFTER_ACCEPTED} writes are accepted the user asks to be deleted.`,
  );
  line('Whoever is refused tries again, until the user is gone.');
  line();
  const { writes, deletion } = await shoot(system, user);
  showAnswers(writes);
  deletion.operation = await readEnded(system.admin, deletion.id);
  const carriedOutMs = Math.round(performance.now() - deletion.answeredAt);
  const accepted = writes.filter(({ status }) => status === 202);
  await inParallel(accepted, READERS, async (write) => {
    write.operation = await readEnded(system.admin, write.operationId);
  });
  line();
  line(`all ${accepted.length} accepted writes ended: ${counted(accepted.map((w) => w.operation.state))}`);
  line(`the deletion ${deletion.operation.state} ${carriedOutMs} ms after it was acknowledged`);
  judge(writes, deletion);
  return { writes, deletion };
}

/** The deletion is sent by whichever client gets the acceptance that is its turn, while the others go on. */
async function shoot(system, user) {
  const writes = [];
  const race = { accepted: 0, deletion: undefined };
  const clients = Array.from({ length: CLIENTS }, (_, client) => client);
  await Promise.all(clients.map((client) => shootAsClient(system, user, client, race, writes)));
  if (!race.deletion)
    throw new UnexpectedAnswer('too few writes were accepted for a deletion in their middle');
  const deletion = await race.deletion;
  for (const write of writes) write.isLate = write.sentAt >= deletion.answeredAt;
  return { writes, deletion };
}

async function shootAsClient(system, user, client, race, writes) {
  let pauseMs = PAUSE_MS.first;
  for (let turn = 0; turn < MOST_WRITES_PER_CLIENT; turn += 1) {
    const write = { reference: `race-${client}-${turn}`, isAdmins: client % ADMIN_EVERY === ADMIN_EVERY - 1 };
    writes.push(write);
    write.sentAt = performance.now();
    const { status, body } = await send(system, user, write);
    Object.assign(write, { status, code: body?.code });
    if (status === 202) {
      Object.assign(write, { operationId: body.id, seq: body.seq, target: body.target });
      race.accepted += 1;
      if (race.accepted === DELETE_AFTER_ACCEPTED) {
        race.deletion = sendDeletion(user);
        race.deletion.catch(() => {}); // awaited when every client has ended
      }
      continue;
    }
    if (status === 410 || status === 401) return;
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
    pauseMs = Math.min(2 * pauseMs, PAUSE_MS.longest);
  }
}

function send({ urls, adminToken }, user, { reference, isAdmins }) {
  const common = { url: urls.gateway };
  if (isAdmins) {
    const path = `/v1/customers/${user.id}`;
    return request({ ...common, token: adminToken, method: 'PUT', path, body: { phone: reference } });
  }
  const body = { lines: [TEA], reference };
  const token = user.session.accessToken;
  return request({ ...common, token, method: 'POST', path: '/v1/orders', body });
}

async function sendDeletion({ id, me }) {
  const { id: operationId, seq } = expect(await me.delete(`/v1/users/${id}`), 202);
  return { id: operationId, seq, answeredAt: performance.now() };
}

function showAnswers(writes) {
  const answers = [...new Set([...ANSWERS, ...writes.map(answerOf)])];
  const rows = answers.map((answer) => {
    const such = writes.filter((write) => answerOf(write) === answer);
    const late = such.filter(({ isLate }) => isLate).length;
    return [answer, such.length - late, late];
  });
  table(['answer', 'sent before the deletion was acknowledged', 'sent after'], rows);
}

function answerOf({ status, code }) {
  return status === 202 ? ANSWERS[0] : `${status} ${code}`;
}

async function readEnded(admin, id) {
  const operation = expect(await admin.get(`/v1/operations/${id}`, WAIT), 200);
  return operation.finishedAt ? operation : readEnded(admin, id);
}

function judge(writes, deletion) {
  const accepted = writes.filter(({ status }) => status === 202);
  const late = writes.filter(({ isLate }) => isLate);
  const behind = accepted.filter(({ seq }) => seq > deletion.seq);
  promise(
    'Nothing was accepted after the deletion was acknowledged.',
    late.length > 0 && late.every(({ status }) => status !== 202) && behind.length === 0,
    `${late.length} writes were sent after it: ${counted(late.map(({ status }) => status))}; ` +
      `${behind.length} accepted writes stand behind place ${deletion.seq}`,
  );
  promise(
    'Every accepted write ended, in force or with the reason why not.',
    accepted.length > 0 && deletion.operation.state === 'succeeded' && accepted.every(endedTruthfully),
    `${accepted.length} accepted: ${counted(accepted.map(({ operation }) => operation.state))}; ` +
      `the deletion ${deletion.operation.state}`,
  );
}

/** A success has every step in force, any other end has none and says why. */
function endedTruthfully({ operation: { state, steps, problem } }) {
  if (state === 'succeeded') return steps.every((step) => step.state === 'applied');
  return problem !== null && steps.every((step) => ['refused', 'sealed', 'undone'].includes(step.state));
}

/**
 * What else is tried once the deletion is carried out: the user's own credentials, and an administrator.
 * @returns those of these writes that were accepted; there should be none
 */
export async function tryAfterwards({ urls, admin }, user, { shipped }) {
  line();
  const outsider = { url: urls.gateway, method: 'POST' };
  const { refreshToken } = user.session;
  const attempts = [
    ['GET /v1/me', await user.me.get('/v1/me'), 401],
    [
      'POST /v1/sessions/refresh',
      await request({ ...outsider, path: '/v1/sessions/refresh', body: { refreshToken } }),
      401,
    ],
    ['POST /v1/sessions', await request({ ...outsider, path: '/v1/sessions', body: user.login }), 401],
    [
      'PUT  /v1/users/…/claims, as administrator',
      await admin.put(`/v1/users/${user.id}/claims`, { claims: { late: true } }),
      410,
    ],
    [
      'POST /v1/orders/…/deliver, as administrator',
      await admin.post(`/v1/orders/${shipped.id}/deliver`),
      410,
    ],
  ];
  for (const [what, { status, body }] of attempts) exchange(what, status, body?.code);
  const [ofUser, ofAdmin] = [attempts.slice(0, 3), attempts.slice(3)];
  promise(
    "The user's access token, refresh token and password are refused.",
    ofUser.every(([, { status }, expected]) => status === expected),
    ofUser.map(([what, { status }]) => `${what} ${status}`).join(', '),
  );
  promise(
    'An administrator cannot write for the deleted user either.',
    ofAdmin.every(([, { status, body }, expected]) => status === expected && body?.code === 'user-deleted'),
    ofAdmin.map(([, { status, body }]) => `${status} ${body?.code ?? body?.kind}`).join(', '),
  );
  // Where one was accepted after all, what it did must be there before the databases are looked at.
  const accepted = ofAdmin.map(([, answer]) => answer).filter(({ status }) => status === 202);
  for (const { body } of accepted) await readEnded(admin, body.id);
  return accepted.map(({ body: { id, seq } }) => ({ operationId: id, seq }));
}

async function inParallel(items, workers, work) {
  let next = 0;
  const run = async () => {
    while (next < items.length) await work(items[next++]);
  };
  await Promise.all(Array.from({ length: workers }, run));
}
