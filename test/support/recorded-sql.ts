// What a version says to its database, written down with how many rows each statement found, and said again later.
import { Client } from 'pg';

export interface Call {
  /** Which of the connections, counted from 0. */
  connection: number;
  text: string;
  values: unknown[];
  /** Null for what finds no rows, as `begin`. */
  rows: number | null;
}

type Query = (
  this: object,
  query: string | { text: string; values?: unknown[] },
  values?: unknown,
  ...rest: unknown[]
) => unknown;

/** Writes down what `work` says, in the order in which it was sent, on connections that `open` has made for it. */
export async function recordCalls<Opened>(
  open: () => Promise<Opened>,
  work: (opened: Opened) => Promise<void>,
): Promise<Call[]> {
  let calls: Call[] = [];
  const connections: object[] = [];
  const original = Client.prototype.query as unknown as Query;
  const record: Query = function (this: object, query, values, ...rest) {
    if (!connections.includes(this)) connections.push(this);
    const { text, values: own } = typeof query === 'string' ? { text: query, values } : query;
    const connection = connections.indexOf(this);
    const call: Call = { connection, text, values: Array.isArray(own) ? own : [], rows: null };
    calls.push(call);
    const answer = original.call(this, query, values, ...rest);
    if (answer instanceof Promise) {
      const keep = ({ rowCount }: { rowCount: number | null }): void => void (call.rows = rowCount);
      answer.then(keep, () => undefined);
    }
    return answer;
  };
  const spy = jest.spyOn(Client.prototype, 'query').mockImplementation(record);
  try {
    const opened = await open();
    calls = [];
    await work(opened);
  } finally {
    spy.mockRestore();
  }
  return calls;
}

/** Says it again, each statement after the one before. @throws where one fails, or finds another number of rows */
export async function replay(connectionString: string, calls: readonly Call[]): Promise<void> {
  const count = Math.max(...calls.map(({ connection }) => connection)) + 1;
  const clients = Array.from({ length: count }, () => new Client({ connectionString }));
  await Promise.all(clients.map((client) => client.connect()));
  try {
    for (const { connection, text, values, rows } of calls) {
      const { rowCount } = await clients[connection]!.query(text, values);
      if (rows !== null) expect({ text, rows: rowCount }).toEqual({ text, rows });
    }
  } finally {
    await Promise.all(clients.map((client) => client.end()));
  }
}
