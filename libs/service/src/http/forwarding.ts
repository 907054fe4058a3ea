import type { IncomingMessage } from 'node:http';
import { BlockList, isIP } from 'node:net';
import ipaddr from 'ipaddr.js';
import type { Logger as Pino } from 'pino';
import { Counter } from 'prom-client';

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

const disbelieved = new Counter({
  name: 'turnpike_untrusted_forwarded_requests_total',
  help: 'Requests with X-Forwarded-For or Forwarded of an address that TRUSTED_PROXIES does not name.',
});

/** The proxies that are believed. */
export class TrustedProxies {
  private readonly list = new BlockList();

  /** @param networks addresses and networks, as `Environment.networks` reads them */
  constructor(networks: readonly string[]) {
    for (const network of networks) this.add(network);
  }

  readonly has = (address: string): boolean => {
    const normal = normalAddress(address);
    return normal !== null && this.list.check(normal, familyOf(normal));
  };

  private add(network: string): void {
    const [address = '', prefix] = network.split('/');
    const normal = normalAddress(address)!;
    if (prefix === undefined) return this.list.addAddress(normal, familyOf(normal));
    // Of a network that is written as mapped into version 6 the prefix counts the bits before it, too.
    const isMapped = isIP(address) === 6 && isIP(normal) === 4;
    this.list.addSubnet(normal, Number(prefix) - (isMapped ? 96 : 0), familyOf(normal));
  }
}

/** @returns an address in its one form, without port, brackets or zone; null for what is no address */
export function normalAddress(text: string): string | null {
  const bare = text.trim().replace(/^"(.*)"$/, '$1');
  const [, v4, v6] = WITH_PORT.exec(bare) ?? [];
  const address = (v4 ?? v6 ?? bare).replace(/%.*$/, '');
  return isIP(address) === 0 ? null : ipaddr.process(address).toString();
}

/**
 * @returns the header from its end back to the first address that is not believed, or to what is no address (`unknown`, a
 *   pseudonym, nonsense), each address in its one form. What stands before that was not written by anybody who is
 *   believed, and costs nothing; the request then comes from the last hop that is known.
 */
export function normalForwardedFor(header: string, proxies: TrustedProxies): string {
  const addresses: string[] = [];
  for (let end = header.length; end >= 0 && addresses.length < MAX_HOPS;) {
    // Not lastIndexOf(',', -1), which would look at the first character.
    const comma = end === 0 ? -1 : header.lastIndexOf(',', end - 1);
    const address = normalAddress(header.slice(comma + 1, end));
    if (address === null) break;
    addresses.unshift(address);
    if (!proxies.has(address)) break;
    end = comma;
  }
  return addresses.join(', ');
}

/**
 * @returns what lets every later reader of a request that was forwarded find `X-Forwarded-For` in one form, and warns of a
 *   proxy that was not named
 */
export function forwardingOf(proxies: TrustedProxies, pino: Pino): (request: IncomingMessage) => void {
  const named = new Set<string>();
  return ({ headers, socket: { remoteAddress: peer = '' } }) => {
    const isBelieved = proxies.has(peer);
    if (!isBelieved) {
      disbelieved.inc();
      warnOf(peer, named, pino);
    }
    const normal = isBelieved ? normalForwardedFor(String(headers[FORWARDED_FOR] ?? ''), proxies) : '';
    if (normal === '') delete headers[FORWARDED_FOR];
    else headers[FORWARDED_FOR] = normal;
  };
}

/** Once for each address. Nothing of the header is named: anybody may have written it. */
function warnOf(peer: string, named: Set<string>, pino: Pino): void {
  if (named.has(peer) || named.size >= MAX_NAMED) return;
  named.add(peer);
  pino.warn(
    { address: peer },
    `${peer} sends X-Forwarded-For or Forwarded and is not in TRUSTED_PROXIES: if it is your proxy, all its clients share ` +
      'the limits of one address. Add it to TRUSTED_PROXIES.',
  );
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return isIP(address) === 4 ? 'ipv4' : 'ipv6';
}
