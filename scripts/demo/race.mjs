// Chapter 3: many clients write for one user, and the deletion arrives in their middle.
import { WAIT, expect, request } from './client.mjs';
import { chapter, counted, exchange, line, table } from './print.mjs';
import { promise } from './promises.mjs';
import { TEA } from './user.mjs';

/** Below the 300 requests a minute that one address is commonly allowed, with what else the story sends. */
const WRITES = 150;
const CLIENTS = 16;
const DELETE_AFTER_ANSWERS = 45;

/** Every so many writes one is an administrator's, whose token does not end with the user. */
const ADMIN_EVERY = 6;

const READERS = 8;
const ANSWERS = [
  ['202 accepted', 202, undefined],
  ['409 user-deleting', 409, 'user-deleting'],
  ['410 user-deleted', 410, 'user-deleted'],
  ['401 unauthenticated', 401, 'unauthenticated'],
];

/** @returns every write with its answer, and the deletion as it ended */
export async function race(system, user) {
  chapter(3, 'The race: many clients write for one user, who is deleted in their middle');
  line(`${CLIENTS} clients send ${WRITES} writes: orders of the user, and telephone numbers that an`);
  line(`administrator sets. After ${DELETE_AFTER_ANSWERS} answers the user asks to be deleted.`);
  line();
  const { writes, deletion } = await shoot(system, user);
  showAnswers(writes);
  const waited = performance.now();
  deletion.operation = await readEnded(system.admin, deletion.id);
  const carriedOutMs = Math.round(performance.now() - deletion.answeredAt);
  const accepted = writes.filter(({ status }) => status === 202);
  await inParallel(accepted, READERS, async (write) => {
    write.operation = await readEnded(system.admin, write.operationId);
  });
  line();
  line(`all ${accepted.length} accepted writes ended: ${counted(accepted.map((w) => w.operation.state))}`);
  line(`the deletion ${deletion.operation.state} ${carriedOutMs} ms after it was acknowledged`);
  line(`(${Math.round(performance.now() - waited)} ms were waited for the ends)`);
  judge(writes, deletion);
  return { writes, deletion };
}

/** The deletion is sent by whichever client gets the answer that is its turn, while the others go on. */
async function shoot(system, user) {
  const writes = Array.from({ length: WRITES }, (_, number) => ({ number, reference: `race-${number}` }));
  let answers = 0;
  let deletion;
  await inParallel(writes, CLIENTS, async (write) => {
    write.sentAt = performance.now();
    const answer = await send(system, user, write);
    const { id: operationId, seq, target } = answer.body ?? {};
    const { status, body } = answer;
    Object.assign(write, { status, code: body?.code, ...(status === 202 && { operationId, seq, target }) });
    answers += 1;
    if (answers === DELETE_AFTER_ANSWERS) deletion = sendDeletion(user);
  });
  const acknowledged = await deletion;
  for (const write of writes) write.isLate = write.sentAt >= acknowledged.answeredAt;
  return { writes, deletion: acknowledged };
}

function send({ urls, adminToken }, user, write) {
  write.isAdmins = write.number % ADMIN_EVERY === ADMIN_EVERY - 1;
  const common = { url: urls.gateway };
  if (write.isAdmins) {
    const path = `/v1/customers/${user.id}`;
    return request({ ...common, token: adminToken, method: 'PUT', path, body: { phone: write.reference } });
  }
  const body = { lines: [TEA], reference: write.reference };
  const token = user.session.accessToken;
  return request({ ...common, token, method: 'POST', path: '/v1/orders', body });
}

async function sendDeletion({ id, me }) {
  const { id: operationId, seq } = expect(await me.delete(`/v1/users/${id}`), 202);
  return { id: operationId, seq, answeredAt: performance.now() };
}

function showAnswers(writes) {
  const rows = ANSWERS.map(([title, status, code]) => {
    const such = writes.filter((write) => write.status === status && (status === 202 || write.code === code));
    return [title, such.filter(({ isLate }) => !isLate).length, such.filter(({ isLate }) => isLate).length];
  });
  const others = writes.filter((write) => !isForeseen(write));
  if (others.length > 0) {
    const what = `other: ${counted(others.map(({ status, code }) => `${status} ${code}`))}`;
    rows.push([
      what,
      others.filter(({ isLate }) => !isLate).length,
      others.filter(({ isLate }) => isLate).length,
    ]);
  }
  table(['answer', 'sent before the acknowledgement', 'sent after it'], rows);
}

function isForeseen({ status, code }) {
  return ANSWERS.some(([, known, knownCode]) => known === status && (status === 202 || knownCode === code));
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

/** What else is tried once the deletion is carried out: the user's own credentials, and an administrator. */
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
  for (const [, { status, body }] of ofAdmin) if (status === 202) await readEnded(admin, body.id);
}

async function inParallel(items, workers, work) {
  let next = 0;
  const run = async () => {
    while (next < items.length) await work(items[next++]);
  };
  await Promise.all(Array.from({ length: workers }, run));
}
