import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import type { FactoryProvider } from '@nestjs/common';
import {
  ConfigurationError,
  DATA_KEY,
  type Secret,
  SERVICE_SIGNING_KEY,
  TOKEN_SIGNING_KEYS,
} from '@turnpike/service';
import { gatewayModule } from '../gateway/src/app.module.js';
import { readConfig as readGateway } from '../gateway/src/config.js';
import { Addresses } from '../libs/engine/src/webhooks/address-guard.js';
import { readConfig as readIdentity } from '../identity/src/config.js';
import { readConfig as readOrdering } from '../ordering/src/config.js';
import { type Project, type Variables } from './support/processes.js';
import { secrets } from './support/servers.js';
import { verifyKeys } from './support/trust.js';

type Core = Exclude<Project, 'billing'>;

const READ: Record<Core, (variables: Variables) => unknown> = {
  gateway: readGateway,
  identity: readIdentity,
  ordering: readOrdering,
};

/** Everything that each process has to be given in production. */
function complete(): Record<Core, Variables> {
  const { SERVICE_SIGNING_KEY, TOKEN_SIGNING_KEYS, DATA_KEY, ADMIN_EMAIL, ADMIN_PASSWORD } = secrets();
  const database = (name: Core) => ({
    [`${name.toUpperCase()}_DATABASE_URL`]: `postgres://${name}:kV3-tu9Qm_x7Lw@db/${name}`,
  });
  const services = { IDENTITY_URL: 'https://identity', ORDERING_URL: 'https://ordering' };
  const NODE_ENV = 'production';
  return {
    gateway: {
      ...{ NODE_ENV, ...database('gateway'), ...services, SERVICE_SIGNING_KEY, DATA_KEY },
      ...{ ADMIN_EMAIL, ADMIN_PASSWORD },
    },
    identity: { NODE_ENV, ...database('identity'), GATEWAY_URL: 'https://gateway', TOKEN_SIGNING_KEYS },
    ordering: { NODE_ENV, ...database('ordering'), GATEWAY_URL: 'https://gateway' },
  };
}

const NOT_A_KEY = Buffer.alloc(32).toString('base64url');
const jwkOf = ({ sample }: Secret): Record<string, string> => {
  const jwk = JSON.parse(sample) as { keys?: Record<string, string>[] };
  return jwk.keys?.[0] ?? (jwk as Record<string, string>);
};

/** What is wrong with a private key as JWK, whoever's it is. */
function wrongKeys(secret: Secret): [string, Record<string, unknown>][] {
  const own = jwkOf({ ...secret, sample: secrets()[secret.name as 'SERVICE_SIGNING_KEY'] });
  const { d: _private, ...publicKey } = own;
  return [
    ['the sample', jwkOf(secret)],
    ['the sample under another name', { ...jwkOf(secret), kid: 'mine' }],
    ['a public key', publicKey],
    ['a key of zeros', { ...own, d: NOT_A_KEY }],
    ['two halves of different keys', { ...own, x: jwkOf(secret).x }],
    ['a key of another kind', { ...own, crv: 'Ed448' }],
    ['a key that is too short', { ...own, d: own.d!.slice(0, 20) }],
  ];
}

const WRONG: Record<string, [string, () => string][]> = {
  SERVICE_SIGNING_KEY: [
    ['no JSON', () => 'canary'],
    ...wrongKeys(SERVICE_SIGNING_KEY).map(([what, jwk]): [string, () => string] => [
      what,
      () => JSON.stringify(jwk),
    ]),
  ],
  TOKEN_SIGNING_KEYS: [
    ['no JSON', () => 'canary'],
    ['no key at all', () => '{"keys":[]}'],
    ...wrongKeys(TOKEN_SIGNING_KEYS).map(([what, jwk]): [string, () => string] => [
      `${what} behind a good one`,
      () =>
        JSON.stringify({
          keys: [jwkOf({ ...TOKEN_SIGNING_KEYS, sample: secrets().TOKEN_SIGNING_KEYS }), jwk],
        }),
    ]),
  ],
  DATA_KEY: [
    ['the sample', () => DATA_KEY.sample],
    ['too short', () => Buffer.from('canary canary').toString('base64')],
    ['zeros', () => Buffer.alloc(32).toString('base64')],
    ['one byte, again and again', () => Buffer.alloc(32, 1).toString('base64')],
    ['typed and not drawn', () => Buffer.from('abcabcabcabcabcabcabcabcabcabcab').toString('base64')],
    ['not in base64', () => 'canary canary canary canary canary canary !!'],
    ['counted', () => Buffer.from(Array.from({ length: 32 }, (_, index) => 7 * index)).toString('base64')],
    ['a sentence', () => Buffer.from('the quick brown fox jumps over: ').toString('base64')],
    ['in hex', () => Buffer.from(secrets().DATA_KEY, 'base64').toString('hex')],
  ],
  ADMIN_PASSWORD: [
    'short',
    'password123',
    'Passw0rd'.padEnd(10, '!'),
    '1234567890',
    'aaaaaaaaaaaa',
    'Turnpike-2026',
    'change-me!',
    'P@ssw0rd2024!',
    'Pa55w0rd2025',
    'Sunshine2024!',
    'iloveyou2024',
  ].map((value): [string, () => string] => [value, () => value]),
  GATEWAY_DATABASE_URL: [
    ['the sample', () => 'postgres://turnpike:turnpike@127.0.0.1:5432/gateway'],
    ['of a server that nobody configured', () => 'postgres://postgres:postgres@db/gateway'],
    ['without a password', () => 'postgres://gateway@db/gateway'],
    ['with a sample password in its query', () => 'postgres://gateway@db/gateway?password=gateway'],
    ['with a weak password behind a strong one', () => `${DATABASE}?password=postgres`],
    ['with a password that is typed', () => 'postgres://gateway:gateway123@db/gateway'],
    ['with a password that is repeated', () => 'postgres://gateway:abcabcabcabcabcabc@db/gateway'],
    ['with a password that counts', () => 'postgres://gateway:1234567890abcdefgh@db/gateway'],
    ['in the clear', () => `${DATABASE}?sslmode=disable`],
    ['in the clear, by another name', () => `${DATABASE}?ssl=0`],
    ['believing whoever answers', () => `${DATABASE}?sslmode=no-verify`],
    ['believing whoever answers, as libpq does', () => `${DATABASE}?uselibpqcompat=true&sslmode=require`],
    ['another database', () => 'mysql://gateway:canary@db/gateway'],
    ['no address', () => 'canary'],
  ],
  QUEUE_URL: [
    ['with a sample password', () => 'postgres://turnpike:turnpike@db/queue'],
    ['without a password', () => 'redis://queue:6379'],
    ['with a weak password', () => 'rediss://:redis-redis@queue:6379'],
    ['of a cluster, without a password', () => 'rediss+cluster://one:7000,two:7000'],
    ['of a cluster, with a weak password', () => 'rediss+cluster://:turnpike1@one:7000,two:7000'],
    ['of a cluster, with a sample password', () => 'redis+cluster://user:turnpike@one:7000,two:7000'],
    ['no address of a cluster', () => 'redis+cluster://user:canary@one:7000,'],
    ['of a queue that is not known', () => 'amqp://canary'],
  ],
  IDENTITY_URL: [['no address', () => 'canary']],
  GATEWAY_URL: [['no address', () => 'canary']],
  SERVICE_VERIFY_KEYS: wrongVerifyKeys(SERVICE_SIGNING_KEY),
  TOKEN_VERIFY_KEYS: wrongVerifyKeys(TOKEN_SIGNING_KEYS),
  RATE_LIMIT_ADDRESS: [['no limit', () => '0']],
  RATE_LIMIT_USER: [['no limit', () => '0']],
  LOGIN_FAILURE_LIMIT: [['no limit', () => '0']],
  CONCURRENT_PER_USER: [['no limit', () => '0']],
  CONCURRENT_PER_ADDRESS: [['no limit', () => '0']],
  TLS_CERT_FILE: [['not there', () => '/canary']],
  TLS_KEY_FILE: [['without a certificate', () => __filename]],
  TLS_CA_FILE: [
    ['not there', () => '/canary'],
    ['no certificate', () => __filename],
  ],
};

/** A database of production, with nothing wrong. */
const DATABASE = 'postgres://gateway:kV3-tu9Qm_x7Lw@db/gateway';

/** What is wrong with public keys, whoever's they are. */
function wrongVerifyKeys(secret: Secret): [string, () => string][] {
  const { d, ...sample } = jwkOf(secret);
  return [
    ['no JSON', () => 'canary'],
    ['no key at all', () => '{"keys":[]}'],
    ['a private key', () => JSON.stringify({ keys: [{ ...sample, x: `${sample.x!.slice(0, -3)}AAA`, d }] })],
    ['the sample', () => JSON.stringify({ keys: [sample] })],
    ['a key without a name', () => JSON.stringify({ keys: [{ ...sample, kid: undefined }] })],
  ];
}

/** Which process reads what it need not be given. */
const READ_BY: Record<string, readonly Core[]> = {
  ...Object.fromEntries(
    [
      'QUEUE_URL',
      'TOKEN_VERIFY_KEYS',
      'RATE_LIMIT_ADDRESS',
      'RATE_LIMIT_USER',
      'CONCURRENT_PER_USER',
      'CONCURRENT_PER_ADDRESS',
      'LOGIN_FAILURE_LIMIT',
    ].map((name) => [name, ['gateway']]),
  ),
  SERVICE_VERIFY_KEYS: ['identity', 'ordering'],
  ...Object.fromEntries(
    ['TLS_CERT_FILE', 'TLS_KEY_FILE', 'TLS_CA_FILE'].map((name) => [
      name,
      ['gateway', 'identity', 'ordering'],
    ]),
  ),
};

/** Which may be left out: without an administrator nobody is made, without a queue the database is one. */
const OPTIONAL = ['NODE_ENV', 'ADMIN_EMAIL', 'QUEUE_URL'];

const PROJECTS = Object.keys(READ) as Core[];

/** @returns the one line that stops the process */
function complaintOf(project: Core, variables: Variables): string {
  try {
    READ[project](variables);
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigurationError);
    return (error as Error).message;
  }
  throw new Error('the configuration was accepted');
}

describe.each(PROJECTS)('in production %s', (project) => {
  it('starts with what was made for it', () => {
    expect(() => READ[project](complete()[project])).not.toThrow();
  });

  it.each(Object.keys(complete()[project]).filter((name) => !OPTIONAL.includes(name)))(
    'does not start without %s',
    (name) => {
      for (const value of ['', undefined]) {
        const complaint = complaintOf(project, { ...complete()[project], [name]: value as string });
        expect(complaint).toMatch(new RegExp(`^${name} is required in production$`));
      }
    },
  );

  const wrong = Object.entries(WRONG)
    .filter(([name]) => name in complete()[project] || READ_BY[name]?.includes(project))
    .flatMap(([name, values]) => values.map(([what, value]) => [name, what, value] as const));

  if (wrong.length > 0)
    it.each(wrong)('does not start where %s is %s, and does not show it', (name, _what, value) => {
      const complaint = complaintOf(project, { ...complete()[project], [name]: value() });
      expect(complaint.startsWith(`${name} `)).toBe(true);
      expect(complaint.split('\n')).toHaveLength(1);
      expect(complaint).not.toContain(value());
    });

  it('ends at once, with that line alone, as a process', async () => {
    const own = complete()[project];
    const name = `${project.toUpperCase()}_DATABASE_URL`;
    const env = {
      PATH: process.env.PATH!,
      ...own,
      [name]: 'postgres://turnpike:turnpike@127.0.0.1:1/canary',
    };
    const main = path.resolve(__dirname, `../dist/${project}/${project}/src/main.js`);
    const child = spawn(process.execPath, [main], { env, stdio: ['ignore', 'pipe', 'pipe'] });
    const exited = once(child, 'exit');
    const [stdout, stderr] = await Promise.all(
      [child.stdout, child.stderr].map((stream) => stream.toArray()),
    );
    expect(Buffer.concat(stdout as Buffer[]).toString()).toBe('');
    expect(Buffer.concat(stderr as Buffer[]).toString()).toBe(
      `${name} has a password that everybody tries first: make your own\n`,
    );
    expect((await exited)[0]).toBe(1);
  });
});

describe('in production nobody is believed who cannot prove it', () => {
  const plain = {
    identity: 'http://gateway:3000',
    ordering: 'http://gateway:3000',
    gateway: 'http://identity:3001',
  };
  const keys = {
    gateway: { TOKEN_VERIFY_KEYS: verifyKeys().TOKEN_VERIFY_KEYS },
    identity: { SERVICE_VERIFY_KEYS: verifyKeys().SERVICE_VERIFY_KEYS },
    ordering: { SERVICE_VERIFY_KEYS: verifyKeys().SERVICE_VERIFY_KEYS },
  };

  it.each(PROJECTS)('%s reads no keys over plain http, but pins them, or asks this machine', (project) => {
    const name = project === 'gateway' ? 'IDENTITY_URL' : 'GATEWAY_URL';
    const [variable] = Object.keys(keys[project]);
    const given = (url: string): Variables => ({ ...complete()[project], [name]: url });
    expect(complaintOf(project, given(plain[project]))).toBe(
      `${variable} is required where the keys would be read over plain http`,
    );
    for (const url of [
      'http://127.0.0.1:3000',
      'http://[::1]:3000',
      'http://localhost:3000',
      'https://there',
    ])
      expect(() => READ[project](given(url))).not.toThrow();
    expect(() => READ[project]({ ...given(plain[project]), ...keys[project] })).not.toThrow();
    // The name of a machine that only begins as ours does.
    expect(complaintOf(project, given('http://localhost.example:3000'))).toContain(variable);
  });

  it.each(['identity', 'ordering'] as const)(
    '%s with pinned keys needs no address of the gateway',
    (project) => {
      const { GATEWAY_URL: _, ...variables } = complete()[project];
      expect(() => READ[project]({ ...variables, ...keys[project] })).not.toThrow();
    },
  );

  it.each([
    ['the address', 'ada.lovelace@engines.example', 'ada.lovelace@engines.example'],
    ['what stands before the @', 'ada.lovelace@engines.example', 'xLovelace-1843-kV'],
    ['what stands behind it', 'ada.lovelace@engines.example', 'kV-engines-1843-x'],
  ])('the first administrator has no password with %s in it', (_what, ADMIN_EMAIL, ADMIN_PASSWORD) => {
    const complaint = complaintOf('gateway', { ...complete().gateway, ADMIN_EMAIL, ADMIN_PASSWORD });
    expect(complaint).toBe('ADMIN_PASSWORD must not have anything of ADMIN_EMAIL in it');
  });

  it.each([
    ['by a socket', 'postgres:///gateway?host=/var/run/postgresql&user=gateway'],
    ['on this machine', 'postgres://gateway@127.0.0.1/gateway?sslmode=disable'],
    ['by a certificate of its own', 'postgres://gateway@db/gateway?sslmode=verify-full&sslcert=/a&sslkey=/b'],
    ['with a password that was drawn', `${DATABASE}?sslmode=verify-full`],
  ])('a database that is reached %s is accepted', (_how, address) => {
    expect(() => readGateway({ ...complete().gateway, GATEWAY_DATABASE_URL: address })).not.toThrow();
  });

  it.each([
    'rediss://:kV3-tu9Qm_x7Lw@queue',
    'redis://127.0.0.1:6379',
    'rediss+cluster://:kV3-tu9Qm_x7Lw@one,two',
  ])('the queue at %s is accepted', (QUEUE_URL) => {
    expect(() => readGateway({ ...complete().gateway, QUEUE_URL })).not.toThrow();
  });

  it.each([
    ...['0.0.0.0/1', '10.0.0.0/7', '::/1', '::/16', '2000::/3', '::ffff:0:0/96', '0:0::ffff:a00:0/100'],
  ])('nobody believes everybody in %s, nor sends webhooks there', (network) => {
    for (const name of ['TRUSTED_PROXIES', 'WEBHOOK_PRIVATE_NETWORKS'])
      expect(complaintOf('gateway', { ...complete().gateway, [name]: `10.0.0.1, ${network}` })).toBe(
        `${name} has ${network}, which is wider than any network of yours`,
      );
  });

  it.each(['10.0.0.0/8', 'fc00::/7', '2001:db8::/32', '::1', '::ffff:10.0.0.0/104', '64:ff9b::/96'])(
    'a proxy in %s may be believed',
    (TRUSTED_PROXIES) => {
      expect(() => readGateway({ ...complete().gateway, TRUSTED_PROXIES })).not.toThrow();
    },
  );
});

it('what is wrong with the previous DATA_KEY is said of it', () => {
  const variables = { ...complete().gateway, DATA_KEY_PREVIOUS: Buffer.alloc(32).toString('base64') };
  expect(complaintOf('gateway', variables)).toMatch(/^DATA_KEY_PREVIOUS /);
});

it('webhooks are sent by https alone', async () => {
  const { providers = [] } = gatewayModule(readGateway(complete().gateway));
  const given = (providers as FactoryProvider<Addresses>[]).find(({ provide }) => provide === Addresses);
  const addresses = await given!.useFactory();
  expect(await addresses.complaintAbout('https://93.184.215.14/')).toBeNull();
  expect(await addresses.complaintAbout('http://93.184.215.14/')).toBe('must begin with https://');
});
