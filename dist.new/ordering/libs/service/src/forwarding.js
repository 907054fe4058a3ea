"use strict";
var __importDefault = (this && this.__importDefault) || function (mod) {
    return (mod && mod.__esModule) ? mod : { "default": mod };
};
Object.defineProperty(exports, "__esModule", { value: true });
exports.TrustedProxies = void 0;
exports.normalAddress = normalAddress;
exports.normalForwardedFor = normalForwardedFor;
exports.watchForwarding = watchForwarding;
const node_net_1 = require("node:net");
const ipaddr_js_1 = __importDefault(require("ipaddr.js"));
const prom_client_1 = require("prom-client");
/*
 * Where a request comes from when proxies stand before the process. Only the proxies that were named are believed, and
 * what they write is brought into one form, once, before anything reads it: one client is one address for limits and
 * logs, however its proxy writes it.
 */
const FORWARDED_FOR = 'x-forwarded-for';
/** Addresses that are named in the log; more of them are an attack and no proxy that was forgotten. */
const MAX_NAMED = 100;
/** Addresses of a header that are looked at; no request passes through so many proxies. */
const MAX_HOPS = 32;
/** An address of version 4, or one of version 6 in brackets, with or without a port; some proxies write that. */
const WITH_PORT = /^(?:(\d+\.\d+\.\d+\.\d+)|\[([^\]]+)\])(?::[\w.-]*)?$/;
const disbelieved = new prom_client_1.Counter({
    name: 'turnpike_untrusted_forwarded_requests_total',
    help: 'Requests with X-Forwarded-For or Forwarded of an address that TRUSTED_PROXIES does not name.',
});
/** The proxies that are believed. */
class TrustedProxies {
    /** @param networks addresses and networks, as `Environment.networks` reads them */
    constructor(networks) {
        this.list = new node_net_1.BlockList();
        this.has = (address) => {
            const normal = normalAddress(address);
            return normal !== null && this.list.check(normal, familyOf(normal));
        };
        for (const network of networks)
            this.add(network);
    }
    add(network) {
        const [address = '', prefix] = network.split('/');
        const normal = normalAddress(address);
        if (prefix === undefined)
            return this.list.addAddress(normal, familyOf(normal));
        // Of a network that is written as mapped into version 6 the prefix counts the bits before it, too.
        const isMapped = (0, node_net_1.isIP)(address) === 6 && (0, node_net_1.isIP)(normal) === 4;
        this.list.addSubnet(normal, Number(prefix) - (isMapped ? 96 : 0), familyOf(normal));
    }
}
exports.TrustedProxies = TrustedProxies;
/** @returns an address in its one form, without port, brackets or zone; null for what is no address */
function normalAddress(text) {
    const bare = text.trim().replace(/^"(.*)"$/, '$1');
    const [, v4, v6] = WITH_PORT.exec(bare) ?? [];
    const address = (v4 ?? v6 ?? bare).replace(/%.*$/, '');
    return (0, node_net_1.isIP)(address) === 0 ? null : ipaddr_js_1.default.process(address).toString();
}
/**
 * @returns the header from its end back to the first address that is not believed, or to what is no address (`unknown`, a
 *   pseudonym, nonsense), each address in its one form. What stands before that was not written by anybody who is
 *   believed, and costs nothing; the request then comes from the last hop that is known.
 */
function normalForwardedFor(header, proxies) {
    const addresses = [];
    for (let end = header.length; end >= 0 && addresses.length < MAX_HOPS;) {
        // Not lastIndexOf(',', -1), which would look at the first character.
        const comma = end === 0 ? -1 : header.lastIndexOf(',', end - 1);
        const address = normalAddress(header.slice(comma + 1, end));
        if (address === null)
            break;
        addresses.unshift(address);
        if (!proxies.has(address))
            break;
        end = comma;
    }
    return addresses.join(', ');
}
/** Lets every later reader find `X-Forwarded-For` in one form, and warns of a proxy that was not named. */
function watchForwarding(fastify, proxies, pino) {
    const named = new Set();
    fastify.addHook('onRequest', ({ raw: { headers, socket } }, _reply, done) => {
        const forwardedFor = headers[FORWARDED_FOR];
        const peer = socket.remoteAddress ?? '';
        if (forwardedFor === undefined && headers.forwarded === undefined)
            return done();
        const isBelieved = proxies.has(peer);
        if (!isBelieved) {
            disbelieved.inc();
            warnOf(peer, named, pino);
        }
        const normal = isBelieved ? normalForwardedFor(String(forwardedFor ?? ''), proxies) : '';
        if (normal === '')
            delete headers[FORWARDED_FOR];
        else
            headers[FORWARDED_FOR] = normal;
        done();
    });
}
/** Once for each address. Nothing of the header is named: anybody may have written it. */
function warnOf(peer, named, pino) {
    if (named.has(peer) || named.size >= MAX_NAMED)
        return;
    named.add(peer);
    pino.warn({ address: peer }, `${peer} sends X-Forwarded-For or Forwarded and is not in TRUSTED_PROXIES: if it is your proxy, all its clients share ` +
        'the limits of one address. Add it to TRUSTED_PROXIES.');
}
function familyOf(address) {
    return (0, node_net_1.isIP)(address) === 4 ? 'ipv4' : 'ipv6';
}
//# sourceMappingURL=forwarding.js.map