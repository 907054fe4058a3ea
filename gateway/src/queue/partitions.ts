import { crc32 } from 'node:zlib';

/**
 * The queue of a partition, which is also the hash tag of its keys: all of a partition's keys are on one
 * Redis node.
 */
export function partitionName(index: number): string {
  return `lane-${String(index).padStart(2, '0')}`;
}

/** @returns the names of all partitions */
export function partitionNames(count: number): string[] {
  return Array.from({ length: count }, (_, index) => partitionName(index));
}

/**
 * @returns the partition that carries a user's lane. It may change with the number of partitions: the ledger
 * keeps the order, so a job that was left in another partition is only a hint too many.
 */
export function partitionOf(userId: string, count: number): string {
  return partitionName(crc32(userId) % count);
}

/** @returns BullMQ's key prefix of a partition */
export function prefixOf(partition: string): string {
  return `{${partition}}`;
}
