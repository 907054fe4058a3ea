"use strict";
var __importDefault = (this && this.__importDefault) || function (mod) {
    return (mod && mod.__esModule) ? mod : { "default": mod };
};
Object.defineProperty(exports, "__esModule", { value: true });
exports.Addresses = exports.AddressRefused = void 0;
const node_dns_1 = require("node:dns");
const node_net_1 = require("node:net");
const ipaddr_js_1 = __importDefault(require("ipaddr.js"));
const undici_1 = require("undici");
/*
 * Where webhooks may be. Somebody who can have requests sent from inside a network reaches what the network trusts:
 * databases, panels, the metadata of the cloud. So an address has to be public, and it is the address that the
 * connection is made to which is judged: a name that is public when it is looked at may be another a second later.
 */
/** A receiver's address that is not to be connected to. */
class AddressRefused extends Error {
    constructor(address) {
        super(`${address} is no public address.`);
        this.name = 'AddressRefused';
    }
}
exports.AddressRefused = AddressRefused;
/** Azure answers its machines there with what they may do; the address itself is public. Other clouds' are not. */
const METADATA = '168.63.129.16';
/** All that is given out to anybody in version 6. What lies outside may still lead to an address of version 4. */
const GLOBAL_V6 = '2000::/3';
const resolveAll = (hostname, options, done) => (0, node_dns_1.lookup)(hostname, { ...options, all: true }, done);
class Addresses {
    /**
     * @param privateNetworks addresses and networks that are allowed although they are not public
     * @param secureOnly whether a URL has to be https
     */
    constructor(privateNetworks, secureOnly, resolve = resolveAll) {
        this.secureOnly = secureOnly;
        this.resolve = resolve;
        /** One that is refused spoils the others: which of them a connection takes is not for the name's owner to choose. */
        this.lookup = (hostname, options, done) => {
            this.resolve(hostname, options, (error, addresses) => {
                if (error)
                    return done(error, '');
                const refused = addresses.find(({ address }) => !this.isAllowed(address));
                if (refused)
                    return done(new AddressRefused(refused.address), '');
                if (options.all)
                    return done(null, addresses);
                return done(null, addresses[0].address, addresses[0].family);
            });
        };
        this.allowed = privateNetworks.map(networkOf);
    }
    /** @returns what is wrong with the URL of a webhook, or null */
    async complaintAbout(url) {
        if (!URL.canParse(url))
            return 'must be a URL';
        const { protocol, username, password, hostname } = new URL(url);
        if (protocol !== 'https:' && (this.secureOnly || protocol !== 'http:'))
            return 'must begin with https://';
        if (username || password)
            return 'must not have a name or a password in it';
        return this.complaintAboutHost(hostname.replace(/^\[|\]$/g, ''));
    }
    /** Connects to addresses that are allowed only. It fails with AddressRefused. */
    get connector() {
        const connect = (0, undici_1.buildConnector)({ lookup: this.lookup });
        return (options, done) => {
            // An address that stands in the URL itself is not looked up.
            if ((0, node_net_1.isIP)(options.hostname) && !this.isAllowed(options.hostname)) {
                return done(new AddressRefused(options.hostname), null);
            }
            return connect(options, done);
        };
    }
    complaintAboutHost(host) {
        const refusal = 'must lead to a public address';
        if ((0, node_net_1.isIP)(host))
            return Promise.resolve(this.isAllowed(host) ? null : refusal);
        return new Promise((resolve) => {
            this.lookup(host, { all: true }, (error) => {
                if (!error)
                    return resolve(null);
                resolve(error instanceof AddressRefused ? refusal : 'has a host that is not known');
            });
        });
    }
    isAllowed(text) {
        // An address of version 4 in one of version 6 is that of version 4.
        const address = ipaddr_js_1.default.process(text);
        return this.allowed.some((network) => isIn(address, network)) || isPublic(address);
    }
}
exports.Addresses = Addresses;
function isPublic(address) {
    if (address.range() !== 'unicast' || address.toString() === METADATA)
        return false;
    return address.kind() === 'ipv4' || isIn(address, networkOf(GLOBAL_V6));
}
function isIn(address, network) {
    return address.kind() === network[0].kind() && address.match(network);
}
/** @param text an address, or a network */
function networkOf(text) {
    return ipaddr_js_1.default.parseCIDR(text.includes('/') ? text : `${text}/${(0, node_net_1.isIP)(text) === 4 ? 32 : 128}`);
}
//# sourceMappingURL=addresses.js.map