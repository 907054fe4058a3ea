import fc from 'fast-check';
import type { FastifyInstance } from 'fastify';
import ipaddr from 'ipaddr.js';
import { register } from 'prom-client';
import { normalAddress, normalForwardedFor, TrustedProxies } from './forwarding.js';
import { createHttpAdapter } from './http.js';
import { createLogger } from '../process/logging.js';

const v4 = fc.ipV4();
const v6 = fc.ipV6().map((text) => ipaddr.process(text).toString());
const address = fc.oneof(v4, v6);
const port = fc.option(fc.oneof(fc.nat({ max: 65_535 }).map(String), fc.constant('_hidden')), { nil: null });
const space = fc.constantFrom('', ' ', '\t', '  ');

/** An address as some proxy writes it. */
function written(one: string): fc.Arbitrary<string> {
  const isV6 = one.includes(':');
  return fc
    .record({ port, brackets: fc.boolean(), quotes: fc.boolean(), upper: fc.boolean(), mapped: fc.boolean() })
    .map((how) => {
      const text = how.upper ? one.toUpperCase() : one;
      const bare = !isV6 && how.mapped ? `[::${how.upper ? 'FFFF' : 'ffff'}:${text}]` : text;
      const boxed = isV6 && (how.brackets || how.port !== null) ? `[${bare}]` : bare;
      const full = how.port === null ? boxed : `${boxed}:${how.port}`;
      return how.quotes ? `"${full}"` : full;
    })
    .chain((text) => fc.tuple(space, space).map(([before, after]) => before + text + after));
}

const nonsense = fc.oneof(
  fc.constantFrom(
    'unknown',
    'UNKNOWN',
    '_obfuscated',
    '',
    '1',
    '0x7f.1',
    '1.2.3',
    '300.1.1.1',
    '01.2.3.4',
    '::g',
    '[',
    ']:1',
  ),
  fc.string({ maxLength: 12 }).filter((text) => !text.includes(',') && normalAddress(text) === null),
);

describe('X-Forwarded-For', () => {
  it('names the same address in whatever form it is written', () => {
    const pairs = address.chain((one) => fc.tuple(fc.constant(one), written(one)));
    fc.assert(
      fc.property(pairs, ([one, text]) => {
        expect(normalAddress(text)).toBe(one);
      }),
    );
  });

  const everybody = new TrustedProxies(['0.0.0.0/0', '::/0']);

  it('counts from its end back to the first address that is not believed, and to 32 at most', () => {
    const proxies = new TrustedProxies(['10.0.0.0/8']);
    expect(normalForwardedFor('192.0.2.1,192.0.2.2,10.0.0.1', proxies)).toBe('192.0.2.2, 10.0.0.1');
    expect(normalForwardedFor('192.0.2.2', proxies)).toBe('192.0.2.2');
    const many = Array.from({ length: 5000 }, () => '10.0.0.1').join(',');
    expect(normalForwardedFor(many, proxies).split(', ')).toHaveLength(32);
  });

  it('counts from its end back to what is no address', () => {
    const some = fc.array(
      address.chain((one) => fc.tuple(fc.constant(one), written(one))),
      { maxLength: 4 },
    );
    fc.assert(
      fc.property(some, nonsense, some, (before, middle, after) => {
        const texts = [...before.map(([, text]) => text), middle, ...after.map(([, text]) => text)];
        expect(normalForwardedFor(texts.join(','), everybody)).toBe(after.map(([one]) => one).join(', '));
      }),
    );
  });

  describe('at a process', () => {
    let fastify: FastifyInstance;
    let seen: string;
    let header: unknown;
    let lines: { level: number; msg?: string; address?: string }[];

    const start = (trustedProxies: string[]): void => {
      lines = [];
      const logger = createLogger('test', 'info', { write: (line) => void lines.push(JSON.parse(line)) });
      const options = { production: true, corsOrigins: [], trustedProxies };
      fastify = createHttpAdapter(logger, options).adapter.getInstance<FastifyInstance>();
      fastify.get('/ip', ({ ip, headers }) => ([seen, header] = [ip, headers['x-forwarded-for']]));
    };
    afterEach(() => fastify.close());

    const ipOf = async (remoteAddress: string, header?: string): Promise<string> => {
      const headers = header === undefined ? {} : { 'x-forwarded-for': header };
      // The answer itself is of no use: what injects the request knows no time limits of answers.
      await fastify.inject({ url: '/ip', remoteAddress, headers });
      return seen;
    };
    const warnings = () => lines.filter(({ level }) => level === 40);
    const counted = async (): Promise<number> =>
      (await register.getSingleMetric(`turnpike_untrusted_forwarded_requests_total`)!.get()).values[0]!.value;

    it.each([
      ['203.0.113.7:1234', '203.0.113.7'],
      ['[2001:DB8::7]:1234', '2001:db8::7'],
      ['2001:db8::7', '2001:db8::7'],
      ['::ffff:203.0.113.7', '203.0.113.7'],
      ['evil, 203.0.113.7 , 10.0.0.2:80', '203.0.113.7'],
      ['203.0.113.7, unknown', '10.0.0.1'],
      ['203.0.113.7, _secret, 10.0.0.2', '10.0.0.2'],
      ['unknown', '10.0.0.1'],
      ['', '10.0.0.1'],
    ])('%s of a trusted proxy is a request from %s', async (header, expected) => {
      start(['10.0.0.0/8']);
      expect(await ipOf('10.0.0.1', header)).toBe(expected);
      expect(await ipOf('::ffff:10.0.0.1', header)).toBe(
        expected === '10.0.0.1' ? '::ffff:10.0.0.1' : expected,
      );
      expect(warnings()).toEqual([]);
    });

    it('of an address that is not trusted is not believed, and said once for each address', async () => {
      start(['10.0.0.0/8']);
      const before = await counted();
      for (const peer of ['192.0.2.1', '192.0.2.1', '192.0.2.2']) {
        expect(await ipOf(peer, '203.0.113.7')).toBe(peer);
        expect(header).toBeUndefined();
      }
      await ipOf('192.0.2.3');
      expect(warnings().map(({ address: named }) => named)).toEqual(['192.0.2.1', '192.0.2.2']);
      for (const { msg } of warnings()) {
        expect(msg).toContain('TRUSTED_PROXIES');
        expect(msg).not.toContain('203.0.113.7');
      }
      expect((await counted()) - before).toBe(3);
      for (let index = 0; index < 200; index += 1) await ipOf(`192.0.3.${index}`, 'x');
      expect(warnings()).toHaveLength(100);
    });

    it('says so where no proxy is trusted at all', async () => {
      start([]);
      expect(await ipOf('10.0.0.1', '203.0.113.7')).toBe('10.0.0.1');
      expect(warnings()).toHaveLength(1);
    });
  });

  it.each<[string[], string, boolean]>([
    [['10.0.0.1'], '10.0.0.1', true],
    [['10.0.0.1'], '::ffff:10.0.0.1', true],
    [['::ffff:10.0.0.0/104'], '10.9.9.9', true],
    [['10.0.0.0/8'], '11.0.0.1', false],
    [['fd00::/8'], 'FD12::1', true],
    [['fd00::/8'], 'fe80::1%eth0', false],
    [[], '127.0.0.1', false],
  ])('with %j believes %s: %s', (networks, peer, expected) => {
    expect(new TrustedProxies(networks).has(peer)).toBe(expected);
  });
});
