// graphile-worker with a named queue for each user, in which one job runs at a time. The batches are those of the
// performance page of its documents.
import { Logger, makeWorkerUtils, run } from 'graphile-worker';
import pg from 'pg';

/** Connections: enough that submitters do not wait for one. */
const POOL = 60;

const LOCAL_QUEUE = 500;

const quiet = new Logger(() => () => undefined);

export async function open({ settings, handle, done }) {
  const pgPool = new pg.Pool({ connectionString: settings.databaseUrl, max: POOL });
  pgPool.on('error', () => undefined);
  pgPool.on('connect', (client) => client.on('error', () => undefined));
  const utils = await makeWorkerUtils({ pgPool, logger: quiet });
  await utils.migrate();
  const runner = await run({
    pgPool,
    preset: {
      worker: {
        concurrentJobs: settings.concurrency,
        localQueue: { size: LOCAL_QUEUE },
        completeJobBatchDelay: 0,
        failJobBatchDelay: 0,
        pollInterval: 100, // milliseconds; named queues and retries give no notification
        logger: quiet,
      },
    },
    taskList: { write: (payload) => handle(payload) },
    crontab: '',
  });
  runner.events.on('job:complete', ({ job, error }) => !error && done(job.payload.id));
  return {
    submit: (write) => utils.addJob('write', write, { queueName: `user-${write.user}`, maxAttempts: 3 }),
  };
}
