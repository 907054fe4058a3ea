"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.UNCHECKED = exports.JOB_OPTIONS = void 0;
exports.maintenancePrefix = maintenancePrefix;
/** Finished jobs are removed: a kept one would swallow a later job of the same id in silence. */
exports.JOB_OPTIONS = { attempts: 1, removeOnComplete: true, removeOnFail: true };
/** @returns the prefix of what belongs to no partition: one hash tag, so that all keys of a queue are on one node of a cluster */
function maintenancePrefix(installation) {
    return `${installation}:{turnpike-maintenance}`;
}
/**
 * Of queues on a connection that was proven. BullMQ asks a server's version once, and a queue whose question was lost with
 * the connection is of no use for ever.
 */
exports.UNCHECKED = { skipVersionCheck: true };
//# sourceMappingURL=jobs.js.map