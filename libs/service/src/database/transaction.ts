import type { Client, QueryResult } from 'pg';
import { type EntityManager, QueryFailedError } from 'typeorm';

/*
 * Statements of one connection, for what has to be fast. The connection is pipelined: what is sent without waiting for
 * the answer before goes in one round trip.
 */

/** Sends statements. */
export interface Statements {
  /**
   * @returns the statement's rows, those of RETURNING too
   * @throws QueryFailedError
   */
  query<Row>(sql: string, parameters?: readonly unknown[]): Promise<Row[]>;
}

/** @returns the rows of an answer. @throws QueryFailedError, without the parameters: an error may be logged */
export async function rowsOf<Row>(answer: Promise<QueryResult>, sql: string): Promise<Row[]> {
  try {
    return (await answer).rows as Row[];
  } catch (error) {
    throw new QueryFailedError(sql, undefined, error as Error);
  }
}

/**
 * A batch is small beside its tables, which it enters by their indexes. What the planner would find out by planning
 * every statement anew in each connection, or guess wrong while a table is new and has no statistics, is said here.
 */
const BEGIN = `begin; set local plan_cache_mode = force_generic_plan; set local enable_seqscan = off;
  set local enable_hashjoin = off; set local enable_mergejoin = off`;

/** One transaction, read committed. */
export class Transaction implements Statements {
  private begun = false;
  private committed: Promise<void> | null = null;

  /** @param entities of the same connection, for what is written as entities once the transaction has begun */
  constructor(
    private readonly client: Client,
    readonly entities: EntityManager,
  ) {}

  /** The first brings the begin with it. What is sent in one turn of the event loop leaves in one packet. */
  query<Row>(sql: string, parameters: readonly unknown[] = []): Promise<Row[]> {
    this.gather();
    this.begin();
    return rowsOf<Row>(this.client.query(sql, [...parameters]), sql);
  }

  /** Sends its statement together with the commit: the rows are answered once they are durable. */
  readonly last: Statements = {
    query: async <Row>(sql: string, parameters: readonly unknown[] = []): Promise<Row[]> => {
      const [rows] = await Promise.all([this.query<Row>(sql, parameters), this.commit()]);
      return rows;
    },
  };

  /** Commits, unless it has been done. @throws if the server rolled back instead */
  commit(): Promise<void> {
    this.committed ??= this.begun ? this.endWith('commit') : Promise.resolve();
    return this.committed;
  }

  /** After a failure. */
  async rollback(): Promise<void> {
    if (this.begun) await this.endWith('rollback');
  }

  private begin(): void {
    if (this.begun) return;
    this.begun = true;
    // If it fails, the connection is gone, and so does everything after it.
    this.client.query(BEGIN).catch(() => undefined);
  }

  private async endWith(end: 'commit' | 'rollback'): Promise<void> {
    const { command } = await this.client.query(end);
    // PostgreSQL answers the commit of a transaction in which something failed so, and not with an error.
    if (command !== end.toUpperCase()) throw new Error(`The transaction ended with ${command}, not ${end}.`);
  }

  /** A write to a socket costs both sides about as much as a small statement. */
  private gather(): void {
    const { stream } = this.client.connection;
    stream.cork();
    process.nextTick(() => stream.uncork());
  }
}
