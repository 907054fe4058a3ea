import type { JobsOptions } from 'bullmq';

/** Finished jobs are removed: a kept one would swallow a later job of the same id in silence. */
export const JOB_OPTIONS: JobsOptions = { attempts: 1, removeOnComplete: true, removeOnFail: true };

/** @returns the prefix of what belongs to no partition: one hash tag, so that all keys of a queue are on one node of a cluster */
export function maintenancePrefix(installation: string): string {
  return `${installation}:{turnpike-maintenance}`;
}

/**
 * Of queues on a connection that was proven. BullMQ asks a server's version once, and a queue whose question was lost with
 * the connection is of no use for ever.
 */
export const UNCHECKED = { skipVersionCheck: true };
