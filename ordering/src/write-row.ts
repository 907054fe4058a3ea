import type { EntityManager, ObjectLiteral } from 'typeorm';

/**
 * Writes those columns of a row, and with them its next version and the time. One UPDATE, where `save` would
 * read the row again first, and would not touch it when a write repeats what it has.
 */
export async function writeRow<Row extends ObjectLiteral>(
  tx: EntityManager,
  row: Row,
  columns: Partial<Row>,
): Promise<void> {
  Object.assign(row, columns);
  await tx.createQueryBuilder().update(row.constructor).set(columns).whereEntity(row).execute();
}
