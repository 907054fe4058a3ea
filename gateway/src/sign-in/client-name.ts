import { MAX_CLIENT } from '@turnpike/contracts';
import Bowser from 'bowser';
import type { FastifyRequest } from 'fastify';

/** The product that a program says it is (RFC 9110, 10.1.5): `curl/8.5.0`. */
const PRODUCT = /^[\w.!#$%&'*+^`|~-]{1,60}(\/[\w.-]{1,30})?/;

/**
 * @returns browser and system of a request, as its user would know them again, or the name of a program; empty where
 *   it says nothing. Nothing else of the header is kept.
 */
export function clientNameOf({ headers }: FastifyRequest): string {
  const agent = headers['user-agent']?.slice(0, 500) ?? '';
  if (agent === '') return '';
  const { browser, os } = Bowser.parse(agent);
  if (!browser.name || !os.name) return PRODUCT.exec(agent)?.[0] ?? '';
  const name = [browser.name, browser.version?.split('.')[0]].filter(Boolean).join(' ');
  return `${name} on ${os.name}`.slice(0, MAX_CLIENT);
}
