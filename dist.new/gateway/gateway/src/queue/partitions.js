"use strict";
var __importDefault = (this && this.__importDefault) || function (mod) {
    return (mod && mod.__esModule) ? mod : { "default": mod };
};
Object.defineProperty(exports, "__esModule", { value: true });
exports.partitionName = partitionName;
exports.partitionNames = partitionNames;
exports.partitionOf = partitionOf;
exports.prefixOf = prefixOf;
const node_zlib_1 = require("node:zlib");
const cluster_key_slot_1 = __importDefault(require("cluster-key-slot"));
/** How many slots the keys of a Redis Cluster are spread over. */
const SLOTS = 16_384;
/** @returns the name of a partition's queue */
function partitionName(index) {
    return `lane-${String(index).padStart(2, '0')}`;
}
/** @returns the names of all partitions */
function partitionNames(count) {
    return Array.from({ length: count }, (_, index) => partitionName(index));
}
/**
 * @returns the partition that carries a user's lane. It may change with the number of partitions: the ledger
 * keeps the order, so a job that was left in another partition is only a hint too many.
 */
function partitionOf(userId, count) {
    return partitionName((0, node_zlib_1.crc32)(userId) % count);
}
/**
 * BullMQ's key prefix of a partition, after the name of the installation: one hash tag, so that all of its keys are on one node of a cluster. Left
 * to chance the tags fall on the nodes unevenly; nodes own ranges of slots, so the tag of partition i is one
 * whose slot lies in the i-th of as many equal ranges.
 */
function prefixOf(installation, index, count) {
    const [from, to] = [index, index + 1].map((bound) => Math.floor((bound * SLOTS) / count));
    for (let attempt = 0;; attempt += 1) {
        const tag = `${partitionName(index)}-${attempt}`;
        const slot = (0, cluster_key_slot_1.default)(tag);
        if (slot >= from && slot < to)
            return `${installation}:{${tag}}`;
    }
}
//# sourceMappingURL=partitions.js.map