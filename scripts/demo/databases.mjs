// What lies in the three databases, read past the gateway and the services. Sessions are read-only.
import pg from 'pg';

/** Not when it connects: a pooler refuses parameters that it does not know. */
const READ_ONLY = 'set default_transaction_read_only = on';

/** Runs `read` with the named database, or answers undefined where its address is not known. */
async function inDatabase(url, read) {
  if (!url) return undefined;
  const database = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: 5_000,
  });
  await database.connect();
  try {
    await database.query(READ_ONLY);
    return await read((sql, ...parameters) => database.query(sql, parameters).then(({ rows }) => rows));
  } finally {
    await database.end();
  }
}

/** The user's row, and how many of the user's sessions are open. */
export function readIdentity(url, userId) {
  return inDatabase(url, async (query) => ({
    users: await query(
      `select id, first_name || ' ' || last_name as name, state, version, deleted_at is not null as deleted
       from users where id = $1`,
      userId,
    ),
    openSessions: (
      await query(
        'select count(*)::integer as count from sessions where user_id = $1 and revoked_at is null',
        userId,
      )
    )[0].count,
  }));
}

/** The customer, the orders, and the history in which each applied step left its place in the lane. */
export function readOrdering(url, userId) {
  return inDatabase(url, async (query) => ({
    customers: await query(
      'select user_id as id, name, state, version from customers where user_id = $1',
      userId,
    ),
    orders: await query(
      'select id, status, reference, seq, cancel_reason from orders where user_id = $1 order by seq',
      userId,
    ),
    history: await query(
      'select seq, order_id, step from order_changes where user_id = $1 order by id',
      userId,
    ),
  }));
}

/** The user's lane, and the operations in it. */
export function readLedger(url, userId) {
  return inDatabase(url, async (query) => ({
    lanes: await query(
      'select user_id as id, admission, execution, last_seq, depth from lanes where user_id = $1',
      userId,
    ),
    operations: await query(
      'select id, seq, kind, state, problem from operations where user_id = $1 order by seq',
      userId,
    ),
  }));
}
