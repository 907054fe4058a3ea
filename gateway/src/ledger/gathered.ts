import DataLoader from 'dataloader';

/**
 * Reads rows by their keys, for many requests in one statement: whatever is asked for while a statement is under way
 * is read together by the next. Each key is read after it was asked for, and nothing is kept: who asks later is told
 * what is true then.
 * @param read the rows that there are, by their keys
 */
export function gathered<Row>(
  read: (keys: string[]) => Promise<ReadonlyMap<string, Row>>,
): (key: string) => Promise<Row | null> {
  let before: Promise<unknown> = Promise.resolve();
  const loader = new DataLoader<string, Row | null>(
    async (keys) => {
      const rows = await (before = read([...new Set(keys)]));
      return keys.map((key) => rows.get(key) ?? null);
    },
    {
      cache: false,
      // Each request arrives in a callback of its own: those of one turn of the event loop are waited for.
      batchScheduleFn: (readNow) => void before.catch(() => undefined).then(() => setImmediate(readNow)),
    },
  );
  return (key) => loader.load(key);
}
