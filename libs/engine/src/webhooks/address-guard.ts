import { lookup, type LookupAddress, type LookupOptions } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import ipaddr from 'ipaddr.js';
import { buildConnector } from 'undici';

/*
 * Where webhooks may be. Somebody who can have requests sent from inside a network reaches what the network trusts:
 * databases, panels, the metadata of the cloud. So an address has to be public, and it is the address that the
 * connection is made to which is judged: a name that is public when it is looked at may be another a second later.
 */

/** A receiver's address that is not to be connected to. */
export class AddressRefused extends Error {
  constructor(address: string) {
    super(`${address} is no public address.`);
    this.name = 'AddressRefused';
  }
}

/** Azure answers its machines there with what they may do; the address itself is public. Other clouds' are not. */
const METADATA = '168.63.129.16';

/** All that is given out to anybody in version 6. What lies outside may still lead to an address of version 4. */
const GLOBAL_V6 = '2000::/3';

type Network = ReturnType<typeof ipaddr.parseCIDR>;

/** Node's own resolver, or a test's. */
type Resolve = (
  hostname: string,
  options: LookupOptions,
  done: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void;

const resolveAll: Resolve = (hostname, options, done) => lookup(hostname, { ...options, all: true }, done);

export class Addresses {
  private readonly allowed: readonly Network[];

  /**
   * @param privateNetworks addresses and networks that are allowed although they are not public
   * @param secureOnly whether a URL has to be https
   */
  constructor(
    privateNetworks: readonly string[],
    private readonly secureOnly: boolean,
    private readonly resolve: Resolve = resolveAll,
  ) {
    this.allowed = privateNetworks.map(networkOf);
  }

  /** @returns what is wrong with the URL of a webhook, or null */
  async complaintAbout(url: string): Promise<string | null> {
    if (!URL.canParse(url)) return 'must be a URL';
    const { protocol, username, password, hostname } = new URL(url);
    if (protocol !== 'https:' && (this.secureOnly || protocol !== 'http:')) return 'must begin with https://';
    if (username || password) return 'must not have a name or a password in it';
    return this.complaintAboutHost(hostname.replace(/^\[|\]$/g, ''));
  }

  /** Connects to addresses that are allowed only. It fails with AddressRefused. */
  get connector(): buildConnector.connector {
    const connect = buildConnector({ lookup: this.lookup });
    return (options, done) => {
      // An address that stands in the URL itself is not looked up.
      if (isIP(options.hostname) && !this.isAllowed(options.hostname)) {
        return done(new AddressRefused(options.hostname), null);
      }
      return connect(options, done);
    };
  }

  /** One that is refused spoils the others: which of them a connection takes is not for the name's owner to choose. */
  private readonly lookup: LookupFunction = (hostname, options, done) => {
    this.resolve(hostname, options, (error, addresses) => {
      if (error) return done(error, '');
      const refused = addresses.find(({ address }) => !this.isAllowed(address));
      if (refused) return done(new AddressRefused(refused.address), '');
      if (options.all) return done(null, addresses);
      return done(null, addresses[0]!.address, addresses[0]!.family);
    });
  };

  private complaintAboutHost(host: string): Promise<string | null> {
    const refusal = 'must lead to a public address';
    if (isIP(host)) return Promise.resolve(this.isAllowed(host) ? null : refusal);
    return new Promise((resolve) => {
      this.lookup(host, { all: true }, (error) => {
        if (!error) return resolve(null);
        resolve(error instanceof AddressRefused ? refusal : 'has a host that is not known');
      });
    });
  }

  private isAllowed(text: string): boolean {
    // An address of version 4 in one of version 6 is that of version 4.
    const address = ipaddr.process(text);
    return this.allowed.some((network) => isIn(address, network)) || isPublic(address);
  }
}

function isPublic(address: ipaddr.IPv4 | ipaddr.IPv6): boolean {
  if (address.range() !== 'unicast' || address.toString() === METADATA) return false;
  return address.kind() === 'ipv4' || isIn(address, networkOf(GLOBAL_V6));
}

function isIn(address: ipaddr.IPv4 | ipaddr.IPv6, network: Network): boolean {
  return address.kind() === network[0].kind() && address.match(network);
}

/** @param text an address, or a network */
function networkOf(text: string): Network {
  return ipaddr.parseCIDR(text.includes('/') ? text : `${text}/${isIP(text) === 4 ? 32 : 128}`);
}
