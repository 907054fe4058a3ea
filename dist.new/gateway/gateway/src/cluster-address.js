"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.CLUSTER = void 0;
exports.clusterAddressOf = clusterAddressOf;
/** The protocol of the address of a Redis Cluster. */
exports.CLUSTER = 'redis+cluster://';
const DEFAULT_PORT = 6379;
/**
 * @param url `redis+cluster://[user:password@]host:port,host:port`; the password may have an @ of its own
 * @returns null for what is no such address
 */
function clusterAddressOf(url) {
    const rest = url.slice(exports.CLUSTER.length).replace(/\/$/, '');
    const end = rest.lastIndexOf('@');
    try {
        const nodes = rest
            .slice(end + 1)
            .split(',')
            .map(nodeOf);
        return { nodes, ...credentialsOf(rest.slice(0, Math.max(0, end))) };
    }
    catch {
        return null;
    }
}
/** @throws for what is no host with or without a port */
function nodeOf(text) {
    if (/[/?#\s]/.test(text))
        throw new Error('more than a host');
    // A protocol whose hosts may be of version 6, and whose usual port is no other.
    const { hostname, port } = new URL(`redis://${text}`);
    if (hostname === '')
        throw new Error('no host');
    return { host: hostname.replace(/^\[(.*)\]$/, '$1'), port: Number(port || DEFAULT_PORT) };
}
/** @throws for a % that begins no character */
function credentialsOf(text) {
    const colon = text.indexOf(':');
    if (colon < 0)
        return { username: decodeURIComponent(text) || undefined, password: undefined };
    const [username, password] = [text.slice(0, colon), text.slice(colon + 1)].map(decodeURIComponent);
    return { username: username || undefined, password: password || undefined };
}
//# sourceMappingURL=cluster-address.js.map