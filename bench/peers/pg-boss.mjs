// pg-boss with the policy `key_strict_fifo`: one job of a key at a time, and none past one that is to be tried again.
// One worker fetches the heads of up to as many keys as writes may be in flight, at once again while it finds that
// many; else at the notification of a new job, or at its shortest interval.
import { PgBoss } from 'pg-boss';

const QUEUE = 'writes';

/** Connections: enough that submitters do not wait for one. */
const POOL = 32;

/** Seconds between two looks; pg-boss allows no less. */
const SHORTEST_INTERVAL_S = 0.5;

export async function open({ settings, handle, done }) {
  const boss = new PgBoss({ connectionString: settings.databaseUrl, max: POOL, useListenNotify: true });
  boss.on('error', (error) => console.error(`pg-boss: ${error.message}`));
  await boss.start();
  const queue = { policy: 'key_strict_fifo', retryLimit: 3, retryDelay: 0, notify: true };
  await boss.createQueue(QUEUE, queue);
  const options = {
    batchSize: settings.concurrency,
    burstWhenBatchFull: true,
    perJobResults: true,
    pollingIntervalSeconds: SHORTEST_INTERVAL_S,
    notifyPollingIntervalSeconds: SHORTEST_INTERVAL_S,
  };
  await boss.work(QUEUE, options, (jobs) => Promise.all(jobs.map(work)));
  return {
    submit: (write) => boss.send(QUEUE, write, { singletonKey: `user-${write.user}` }),
  };

  /** It tells nobody when a job is written down as done, so here that is counted too early rather than too late. */
  async function work({ id, data }) {
    const status = await handle(data).then(
      () => 'completed',
      () => 'failed',
    );
    if (status === 'completed') done(data.id);
    return { id, status };
  }
}
