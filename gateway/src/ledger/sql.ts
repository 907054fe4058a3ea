import type { EntityManager } from 'typeorm';

/** The states of an operation that has not ended, for SQL. */
export const UNFINISHED = `('queued', 'running', 'retrying')`;

/** TypeORM answers an UPDATE with [rows, count], also when it has RETURNING. */
export async function update<Row>(tx: EntityManager, sql: string, parameters: unknown[]): Promise<Row[]> {
  const [rows] = await tx.query<[Row[], number]>(sql, parameters);
  return rows;
}

/** @returns the value as a parameter for a jsonb column */
export function jsonOrNull(value: unknown): string | null {
  return value === null || value === undefined ? null : JSON.stringify(value);
}
