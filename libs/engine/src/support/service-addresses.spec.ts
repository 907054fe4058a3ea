import { Environment } from '@turnpike/service';
import { readServiceAddresses, type ShortForm } from './service-addresses.js';

const SHORT_FORMS: ShortForm[] = [
  { name: 'identity', variable: 'IDENTITY_URL', usual: 'http://127.0.0.1:3001' },
  { name: 'billing', variable: 'BILLING_URL', usual: null },
];

const read = (variables: Record<string, string>): object =>
  readServiceAddresses(variables['SERVICES'] ?? '', SHORT_FORMS, new Environment(variables));

describe('the services that take part', () => {
  it('are those with a usual address', () => {
    expect(read({})).toEqual({ identity: 'http://127.0.0.1:3001' });
  });

  it('are those whose variable has an address', () => {
    expect(read({ IDENTITY_URL: 'https://identity/', BILLING_URL: 'http://billing' })).toEqual({
      identity: 'https://identity',
      billing: 'http://billing',
    });
  });

  it('are those that SERVICES names', () => {
    expect(read({ SERVICES: 'loyalty=http://127.0.0.1:3004, points-2=https://points/api/,' })).toEqual({
      identity: 'http://127.0.0.1:3001',
      loyalty: 'http://127.0.0.1:3004',
      'points-2': 'https://points/api',
    });
    expect(read({ SERVICES: 'identity=http://identity,billing=http://billing' })).toEqual({
      identity: 'http://identity',
      billing: 'http://billing',
    });
  });

  it.each([
    ['names loyalty twice', 'loyalty=http://a,loyalty=http://b'],
    ['names billing, whose address is in BILLING_URL, too', 'billing=http://a'],
    ['must be name=url', 'http://127.0.0.1:3004'],
    ['must be name=url', 'Loyalty=http://a'],
    ['must be name=url', '=http://a'],
    ['has no http(s) address for loyalty', 'loyalty='],
    ['has no http(s) address for loyalty', 'loyalty=postgres://a'],
    ['has no http(s) address for loyalty', 'loyalty=http://me:secret@a'],
    ['has no http(s) address for loyalty', 'loyalty=http://a?b'],
  ])('are not known where SERVICES %s: %s', (complaint, SERVICES) => {
    const attempt = (): object => read({ SERVICES, BILLING_URL: 'http://billing' });
    expect(attempt).toThrow(`SERVICES ${complaint}`);
    expect(attempt).not.toThrow('secret');
  });

  it('have to be named in production', () => {
    expect(() => read({ NODE_ENV: 'production' })).toThrow('IDENTITY_URL is required');
    expect(read({ NODE_ENV: 'production', SERVICES: 'identity=https://identity' })).toEqual({
      identity: 'https://identity',
    });
  });
});
