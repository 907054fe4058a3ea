import DataLoader from 'dataloader';

/**
 * Reads rows by their keys, for many requests in one statement: whatever is asked for in one turn of the event loop
 * is read together, after the last of them has asked. Nothing is kept: who asks later is told what is true then.
 * @param read the rows that there are, by their keys
 */
export function gathered<Row>(
  read: (keys: string[]) => Promise<ReadonlyMap<string, Row>>,
): (key: string) => Promise<Row | null> {
  const loader = new DataLoader<string, Row | null>(
    async (keys) => {
      const rows = await read([...new Set(keys)]);
      return keys.map((key) => rows.get(key) ?? null);
    },
    // The library's own moment is the end of a callback, and each request arrives in a callback of its own.
    { cache: false, batchScheduleFn: (readNow) => setImmediate(readNow) },
  );
  return (key) => loader.load(key);
}
