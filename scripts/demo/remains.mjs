// Chapter 5: what is left in each of the three databases, and whether it is what the answers said.
import { readIdentity, readLedger, readOrdering } from './databases.mjs';
import { chapter, line, short, table } from './print.mjs';
import { promise } from './promises.mjs';

export async function showRemains({ databaseUrls }, user, orders, raced) {
  chapter(5, 'What is left, in each database');
  const identity = await readIdentity(databaseUrls.identity, user.id);
  const ordering = await readOrdering(databaseUrls.ordering, user.id);
  const ledger = await readLedger(databaseUrls.gateway, user.id);
  showIdentity(identity);
  showOrdering(ordering);
  showLedger(ledger);
  judgeHistory(ordering, raced);
  judgeTraces(ordering, ledger, raced);
  judgeEnd(identity, ordering, orders, raced);
}

function showIdentity(identity) {
  title('identity', identity);
  if (!identity) return;
  table(
    ['users', 'name', 'state', 'open sessions'],
    identity.users.map(({ id, name, state }) => [short(id), name, state, identity.openSessions]),
  );
}

function showOrdering(ordering) {
  title('ordering', ordering);
  if (!ordering) return;
  table(
    ['customers', 'name', 'state'],
    ordering.customers.map(({ id, name, state }) => [short(id), name, state]),
  );
  line();
  const groups = groupsOf(ordering.orders, ({ status, cancel_reason }) => [status, cancel_reason]);
  table(
    ['orders', 'because', 'count', 'first place', 'last place'],
    groups.map(([[status, reason], group]) => [status, reason, group.length, group[0].seq, group.at(-1).seq]),
  );
}

function showLedger(ledger) {
  title('gateway: the ledger', ledger);
  if (!ledger) return;
  table(
    ['lanes', 'admission', 'execution', 'last place', 'waiting'],
    ledger.lanes.map(({ id, admission, execution, last_seq, depth }) => [
      short(id),
      admission,
      execution,
      last_seq,
      depth,
    ]),
  );
  line();
  const groups = groupsOf(ledger.operations, ({ kind, state }) => [kind, state]);
  table(
    ['operations', 'state', 'count', 'first place', 'last place'],
    groups.map(([[kind, state], group]) => [kind, state, group.length, group[0].seq, group.at(-1).seq]),
  );
}

function title(database, found) {
  if (database !== 'identity') line();
  line(found ? `── ${database}` : `── ${database}: its address is not known, so it was not looked at`);
}

/** The history is what ordering wrote down with each change, in the order in which they were committed. */
function judgeHistory(ordering, { writes, deletion }) {
  const text =
    'What was accepted was applied exactly once, in the order of the lane, and nothing after the deletion.';
  if (!ordering) return promise(text, null, 'the address of ordering’s database is not known');
  const { orders, history } = ordering;
  const placed = writes.filter(
    ({ target, operation }) => target?.type === 'order' && operation.state === 'succeeded',
  );
  const once = placed.filter(
    ({ target, seq }) => orders.filter((order) => order.id === target.id && order.seq === seq).length === 1,
  );
  const raced = orders.filter(({ reference }) => reference?.startsWith('race-'));
  const inOrder = history.every(({ seq }, index) => index === 0 || history[index - 1].seq <= seq);
  const after = history.filter(({ seq }) => seq > deletion.seq);
  return promise(
    text,
    once.length === placed.length && raced.length === placed.length && inOrder && after.length === 0,
    `${placed.length} orders succeeded, ${once.length} of them are there once and at their place, of ` +
      `${raced.length}; ${history.length} changes are ${inOrder ? 'in' : 'OUT OF'} order, ${after.length} after ` +
      `place ${deletion.seq}`,
  );
}

/** A write that was not acknowledged must be nowhere. The renaming was the last write before the race. */
function judgeTraces(ordering, ledger, { writes, deletion, afterwards }) {
  const text = 'A write that was refused left no trace, and no gap.';
  if (!ordering || !ledger) return promise(text, null, 'not all addresses of databases are known');
  const refused = writes.filter(({ status }) => status !== 202);
  const references = new Set(refused.map(({ reference }) => reference));
  const orders = ordering.orders.filter(({ reference }) => references.has(reference));
  const accepted = new Set([
    deletion.id,
    ...[...writes, ...afterwards].map(({ operationId }) => operationId),
  ]);
  const begun = ledger.operations.find(({ kind }) => kind === 'user.update').seq;
  const strangers = ledger.operations.filter(({ id, seq }) => seq > begun && !accepted.has(id));
  const gapless = ledger.operations.every(({ seq }, index) => seq === index + 1);
  return promise(
    text,
    orders.length === 0 && strangers.length === 0 && gapless,
    `${refused.length} were refused: ${orders.length} orders and ${strangers.length} operations of theirs; ` +
      `places 1 to ${ledger.operations.length} ${gapless ? 'without' : 'WITH'} gaps`,
  );
}

function judgeEnd(identity, ordering, { shipped, placed }, { deletion }) {
  const text = 'The deletion reached both services: nothing lives on, and what was shipped is retained.';
  if (!identity || !ordering) return promise(text, null, 'not all addresses of databases are known');
  const statusOf = ({ id }) => ordering.orders.find((order) => order.id === id)?.status;
  const open = ordering.orders.filter(({ status }) => status === 'placed' || status === 'paid').length;
  const states = [identity.users[0]?.state, ordering.customers[0]?.state];
  return promise(
    text,
    states.every((state) => state === 'deleted') &&
      identity.openSessions === 0 &&
      open === 0 &&
      statusOf(shipped) === 'shipped' &&
      statusOf(placed) === 'cancelled',
    `place ${deletion.seq}: user ${states[0]}, customer ${states[1]}, ${identity.openSessions} open sessions, ` +
      `${open} open orders; the shipped order is ${statusOf(shipped)}`,
  );
}

function groupsOf(rows, keyOf) {
  const groups = new Map();
  for (const row of rows) {
    const key = JSON.stringify(keyOf(row));
    groups.set(key, [...(groups.get(key) ?? []), row]);
  }
  return [...groups].map(([key, group]) => [JSON.parse(key), group]);
}
