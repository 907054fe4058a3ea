// What the tests of faults share: short times, the processes behind the rows, and places to put a fault.
import type { Pool } from 'pg';
import { api, expectStatus, LINE, type Operation, type Person, register, WAIT } from '../support/client.js';
import { pause, type SystemProcess } from '../support/processes.js';
import type { Matches, TcpProxy, Trap } from '../support/proxy.js';
import { backends } from '../support/servers.js';
import type { System } from '../support/system.js';

/** `FAULTS=full`: the same tests at the size of a bad day, which take too long for every run. */
export const FULL = process.env['FAULTS'] === 'full';

/** The queues to test on what only ledger and services decide: one tells enough, but for a bad day. */
export const ONE_BACKEND = FULL ? backends() : backends().slice(-1);

export const LEASE_MS = 900;

/** A takeover may take that long: the lease, the queue's own check for stalled jobs, and the reconciler's round. */
export const TAKEOVER_MS = 3 * LEASE_MS + 2000;

export const FAST = {
  LANE_LEASE_MS: String(LEASE_MS),
  RETRY_BASE_MS: '20',
  RETRY_MAX_MS: '300',
  SERVICE_TIMEOUT_MS: '1000',
};

/** A user with one placed order, which every later write of the test changes. */
export interface Customer extends Person {
  orderId: string;
}

export async function newCustomer(url: string): Promise<Customer> {
  const person = await register(url);
  const placed = await api(url, person.token).post<{ id: string }>('/v1/orders', { lines: [LINE] }, WAIT);
  return { ...person, orderId: expectStatus(placed, 201).id };
}

/** Changes the order: applied twice it would leave two rows in ordering's history. */
export async function change(url: string, { token, orderId }: Customer, quantity = 3): Promise<Operation> {
  const lines = [{ ...LINE, quantity }];
  return expectStatus(await api(url, token).patch<Operation>(`/v1/orders/${orderId}`, { lines }), 202);
}

/** Writes that wait in the lane behind another. */
export async function successors(url: string, customer: Customer, count = 3): Promise<Operation[]> {
  const writes: Operation[] = [];
  for (let i = 0; i < count; i += 1) writes.push(await change(url, customer, 10 + i));
  return writes;
}

/** The request of a step of that user, not its settling and not its undo. */
export function stepOf(user: { id: string }, step: string): Matches {
  return (message) => message.startsWith(`POST /internal/steps/${step} `) && message.includes(user.id);
}

/** A service's answer that a step was applied, by something that stands in its body. */
export function appliedAnswer(inBody: string): Matches {
  return (message) =>
    message.startsWith('HTTP/1.1 200') && message.includes('step-recorded') && message.includes(inBody);
}

/** The statement that ends an operation. */
export function endOf({ id }: { id: string }): Matches {
  return (message) => message.includes('ledger.end') && message.includes(id);
}

/** The COMMIT of the transaction in which such a statement was. */
export function commitAfter(statement: Matches): Matches {
  let of: number | null = null;
  return (message, connection) => {
    if (statement(message, connection)) of = connection;
    return of === connection && message.includes('commit');
  };
}

/** The statement by which a worker claims an operation of that user. */
export function claimOf(user: { id: string }): Matches {
  return (message) => message.includes('ledger.claim') && message.includes(user.id);
}

/** Holds the database's word that the transaction with such a statement is committed. */
export function holdCommitted(database: TcpProxy, statement: Matches): Trap {
  let of: number | null = null;
  const commit = commitAfter(statement);
  const watch = database.trap(
    'request',
    (message, connection) => {
      if (commit(message, connection)) of = connection;
      return false;
    },
    { type: 'hold' },
  );
  const trap = database.trap(
    'response',
    (message, connection) => connection === of && message.includes('COMMIT'),
    { type: 'hold' },
  );
  void trap.caught.then(() => watch.release());
  return trap;
}

/** What becomes of a finished job, on either backend. */
export function finishingOf({ id }: { id: string }): Matches {
  return (message) => message.includes(id) && /move_to_completed|returnvalue/.test(message);
}

/** The process that has claimed the operation: its id is part of the worker's name. */
export async function workerOf(system: System, { id }: { id: string }): Promise<SystemProcess> {
  const { rows } = await system.databases.gateway.query<{ worker: string | null }>(
    'select worker from operations where id = $1',
    [id],
  );
  const pid = Number(rows[0]?.worker?.split(':').at(-2));
  const found = system.processes.gateways.find((gateway) => gateway.pid === pid);
  if (!found) throw new Error(`nobody has claimed ${id}: ${rows[0]?.worker}`);
  return found;
}

export async function kill(process: SystemProcess): Promise<void> {
  process.kill('SIGKILL');
  await process.exited;
}

/** What the ledger says of an operation. */
export interface Row {
  seq: number;
  state: string;
  attempts: number;
  crashes: number;
  problem: { code: string } | null;
}

export async function rowOf(gateway: Pool, { id }: { id: string }): Promise<Row> {
  const { rows } = await gateway.query<Row>(
    'select seq, state, attempts, crashes, problem from operations where id = $1',
    [id],
  );
  return rows[0]!;
}

const LOOK_AGAIN_MS = 20;

/** Waits until the ledger says so of the operation. */
export async function untilRow(
  gateway: Pool,
  operation: { id: string },
  holds: (row: Row) => boolean,
  withinMs = 30_000,
): Promise<Row> {
  const deadline = Date.now() + withinMs;
  for (;;) {
    const row = await rowOf(gateway, operation);
    if (holds(row)) return row;
    if (Date.now() > deadline) throw new Error(`still not: ${JSON.stringify(row)}`);
    await pause(LOOK_AGAIN_MS);
  }
}

/** Waits until all those operations have ended. @returns their states */
export async function endedStates(gateway: Pool, operations: readonly { id: string }[]): Promise<string[]> {
  const rows = operations.map((one) => untilRow(gateway, one, ({ state }) => !UNFINISHED.has(state)));
  return (await Promise.all(rows)).map(({ state }) => state);
}

const UNFINISHED = new Set(['queued', 'running', 'retrying']);

/** Lets the operation's time be over now. */
export async function passDeadline(gateway: Pool, { id }: { id: string }): Promise<void> {
  await gateway.query(`update operations set deadline_at = clock_timestamp() where id = $1`, [id]);
}

/** The steps that changed the user's orders, with their seq, in the order of their commits. */
export async function changesOf(system: System, { id }: { id: string }): Promise<string[]> {
  const { rows } = await system.databases.ordering.query<{ seq: number; step: string }>(
    'select seq, step from order_changes where user_id = $1 order by id',
    [id],
  );
  return rows.map(({ seq, step }) => `${seq} ${step}`);
}
