import { onBehalfOfAll } from '@turnpike/service';
import DataLoader from 'dataloader';

/**
 * Milliseconds after which the next piece of work no longer waits for one that is late: on a connection that leads
 * nowhere it would keep everybody for seconds, though others work. Usually one takes a few.
 */
const LATE_MS = 500;

/**
 * Gathers requests: whatever arrives while a piece of work is under way is done together by the next. Each is done
 * after it was asked for, and nothing is kept.
 * @param work answers the requests, in their order
 */
export function batched<Request, Answer>(
  work: (requests: readonly Request[]) => Promise<readonly Answer[]>,
): (request: Request) => Promise<Answer> {
  let before: Promise<unknown> = Promise.resolve();
  const loader = new DataLoader<Request, Answer>(
    (requests) => {
      const answers = work(requests);
      before = endOf(answers);
      return answers;
    },
    {
      cache: false,
      // Each request arrives in a callback of its own: those of one turn of the event loop are waited for.
      batchScheduleFn: (workNow) => void before.then(() => setImmediate(onBehalfOfAll, workNow)),
    },
  );
  return (request) => loader.load(request);
}

/** Fulfilled when the work has ended, or is late. */
function endOf(work: Promise<unknown>): Promise<void> {
  return new Promise((resolve) => {
    const late = setTimeout(resolve, LATE_MS);
    const ended = (): void => {
      clearTimeout(late);
      resolve();
    };
    work.then(ended, ended);
  });
}

/**
 * Reads rows by their keys, for many requests in one statement, so that who asks later is told what is true then.
 * @param read the rows that there are, by their keys
 */
export function gathered<Row>(
  read: (keys: string[]) => Promise<ReadonlyMap<string, Row>>,
): (key: string) => Promise<Row | null> {
  return batched(async (keys: readonly string[]) => {
    const rows = await read([...new Set(keys)]);
    return keys.map((key) => rows.get(key) ?? null);
  });
}
