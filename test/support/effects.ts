// What really happened, read from the databases: ordering's history of applied changes, and the ledger's times.
import type { Pool } from 'pg';

export interface AppliedEffect {
  userId: string;
  seq: number;
  orderId: string;
  step: string;
}

/** Every change that ordering applied to an order, in the order of their commits within one user. */
export async function applied(ordering: Pool): Promise<AppliedEffect[]> {
  const { rows } = await ordering.query<AppliedEffect>(
    'select user_id as "userId", seq, order_id as "orderId", step from order_changes order by id',
  );
  return rows;
}

/** Pairs of operations of one user of which the later began before the earlier had ended. */
export async function overlaps(gateway: Pool): Promise<unknown[]> {
  const { rows } = await gateway.query(
    `select a.user_id, a.seq as earlier, b.seq as later
     from operations a join operations b on b.user_id = a.user_id and b.seq > a.seq
     where a.started_at is not null and b.started_at < a.finished_at`,
  );
  return rows;
}

/** How many operations are in each state. */
export async function states(gateway: Pool): Promise<Record<string, number>> {
  const { rows } = await gateway.query<{ state: string; count: number }>(
    'select state, count(*)::integer as count from operations group by state',
  );
  return Object.fromEntries(rows.map(({ state, count }) => [state, count]));
}

const LOOK_AGAIN_MS = 100;

/** Waits until no operation is unfinished. The ledger is asked, since nobody is told when all have ended. */
export async function allEnded(gateway: Pool, withinMs = 120_000): Promise<void> {
  const deadline = Date.now() + withinMs;
  for (;;) {
    const { rows } = await gateway.query<{ count: number }>(
      'select count(*)::integer as count from operations where finished_at is null',
    );
    if (rows[0]!.count === 0) return;
    if (Date.now() > deadline) throw new Error(`${rows[0]!.count} operations have not ended`);
    await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
  }
}

/** Does `work` for 0 to count - 1, so many at a time, each worker taking what is next. */
export async function inParallel(
  count: number,
  workers: number,
  work: (index: number) => Promise<void>,
): Promise<void> {
  let next = 0;
  const run = async (): Promise<void> => {
    while (next < count) await work(next++);
  };
  await Promise.all(Array.from({ length: workers }, run));
}
