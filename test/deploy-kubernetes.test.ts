// What is applied to a cluster, without one: the manifests of deploy/kubernetes are held to the types of Kubernetes, to
// each other, to docker-compose.yml and to the settings that the processes read.
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { BlockList } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { environmentOf, readCompose, readEnvFile, ROOT } from './support/compose.js';
import {
  type Container,
  containersOf,
  GRACE_MS,
  SHUTDOWN_DELAY_MS,
  isKnownVariable,
  KUSTOMIZATIONS,
  makeSecrets,
  PROCESSES,
  READ,
  read,
} from './support/deployed.js';
import { complaintsOf } from './support/kubernetes-types.js';
import { buildManifests, type Manifest } from './support/kustomize.js';
import type { Variables } from './support/processes.js';

const folder = mkdtempSync(path.join(tmpdir(), 'turnpike-kubernetes-'));
const envFile = path.join(folder, '.env');
beforeAll(() => makeSecrets(envFile));
afterAll(() => rmSync(folder, { recursive: true }));

/** What a pod may have. Nothing else is: nothing of the machine that it runs on. */
const MEMBERS_OF_POD = [
  ...[
    'enableServiceLinks',
    'automountServiceAccountToken',
    'securityContext',
    'terminationGracePeriodSeconds',
  ],
  ...['topologySpreadConstraints', 'restartPolicy', 'containers', 'volumes'],
];

/** What depends on what stands in front of a cluster: its overlay gives it, where there is one. */
const OF_ITS_PLACE = ['TRUSTED_PROXIES', 'PUBLIC_URL'];

/** By the variable that names it, the file of a process in the folder that `npm run certificates` makes. */
const OF_ITS_VOLUME: Record<string, (name: string) => string> = {
  TLS_CA_FILE: () => 'ca.crt',
  TLS_CERT_FILE: (name) => `${name}.crt`,
  TLS_KEY_FILE: (name) => `${name}.key`,
};

const PORTS_OF_SETTINGS = ['GATEWAY_PORT', 'IDENTITY_PORT', 'ORDERING_PORT'];

test('every manifest is what Kubernetes and KEDA describe', () => {
  expect(complaintsOf(Object.values(KUSTOMIZATIONS).flat())).toEqual([]);
});

test('a manifest with a member that does not exist, or without one that has to, is found', () => {
  const manifest = KUSTOMIZATIONS.base!.find(({ kind }) => kind === 'Deployment')!;
  const [unknown, incomplete] = [structuredClone(manifest), structuredClone(manifest)];
  unknown.spec.template.spec.containers[0].livenessprobe = {};
  delete incomplete.spec.selector;
  expect(complaintsOf([unknown, incomplete])).toEqual([
    expect.stringMatching(/livenessprobe.* does not exist/),
    expect.stringMatching(/selector.* is missing/),
  ]);
});

test('workers are as many as the age of the oldest waiting write asks for', () => {
  const [{ spec }] = KUSTOMIZATIONS['overlays/production-example']!.filter(
    ({ kind }) => kind === 'ScaledObject',
  ) as [Manifest];
  expect(spec.triggers).toHaveLength(1);
  expect(spec.triggers[0].metadata.query).toMatch(/^max\(turnpike_oldest_waiting_seconds\)\n/);
});

test('the servers of the Redis Cluster keep what they have as the one in docker-compose.yml does', () => {
  const linesOf = (file: string) =>
    read(file)
      .split('\n')
      .filter((line) => /^\w/.test(line));
  const cluster = linesOf('deploy/kubernetes/overlays/redis-cluster/redis.conf');
  expect(cluster).toEqual(expect.arrayContaining(linesOf('deploy/redis/redis.conf')));
  expect(cluster).toContain('cluster-require-full-coverage no');
});

test('every file below deploy/kubernetes is part of a kustomization', () => {
  const files = readdirSync(path.join(ROOT, 'deploy/kubernetes'), { recursive: true, encoding: 'utf8' });
  const texts = files
    .filter((file) => file.endsWith('kustomization.yaml'))
    .map((file) => read(`deploy/kubernetes/${file}`));
  const named = files.filter((file) => path.extname(file) && !file.endsWith('kustomization.yaml'));
  expect(named.filter((file) => !texts.some((text) => text.includes(path.basename(file))))).toEqual([]);
});

describe.each(Object.entries(KUSTOMIZATIONS))('deploy/kubernetes/%s', (name, manifests) => {
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

  /** What the policies open to the pods of a workload or by them, as `whom:port`. */
  function opened(app: string, direction: 'ingress' | 'egress'): string[] {
    const rules = ofKind('NetworkPolicy')
      .filter(({ spec }) => chosen(spec.podSelector).some((one) => labelsOf(one).app === app))
      .flatMap(({ spec }) => spec[direction] ?? []);
    return rules.flatMap((rule) =>
      (rule[direction === 'ingress' ? 'from' : 'to'] ?? [{}])
        .flatMap(namesOf)
        .flatMap((name: string) => (rule.ports ?? [{}]).map(({ port }: any) => `${name}:${port ?? 'any'}`)),
    );
  }

  /** Of what one entry of a rule stands for: workloads, a namespace, a network, or everything. */
  function namesOf({ podSelector, namespaceSelector, ipBlock }: any): string[] {
    if (ipBlock) return [ipBlock.cidr];
    if (podSelector) return chosen(podSelector).map((one) => one.metadata.name);
    return [namespaceSelector?.matchLabels['kubernetes.io/metadata.name'] ?? 'anybody'];
  }

  const settled = (names: string[]) => [...new Set(names)].sort();
  const { to = [{}] } = ofKind('NetworkPolicy').find(
    ({ metadata }) => metadata.name === 'everybody-to-servers',
  )!.spec.egress[1];
  const servers = namesOf(to[0])[0]!;

  it('lets only the gateway call the services, nobody a worker, and only the ingress come from outside', () => {
    const nobody = ofKind('NetworkPolicy').find(({ metadata }) => metadata.name === 'nobody')!;
    expect(nobody.spec).toEqual({ podSelector: {}, policyTypes: ['Ingress', 'Egress'] });
    const callers = (app: string) => settled(opened(app, 'ingress'));
    for (const service of ['identity', 'ordering'])
      expect(callers(service)).toEqual(['gateway-api:http', 'gateway-worker:http', 'monitoring:metrics']);
    expect(callers('gateway-worker')).toEqual(['monitoring:metrics']);
    expect(callers('gateway-api')).toEqual([...['ingress:http', 'monitoring:metrics']]);
    expect(callers('migrate')).toEqual([]);
    if (name === 'overlays/redis-cluster')
      expect(callers('redis')).toEqual([
        ...['gateway-api:redis', 'gateway-worker:redis', 'redis-create:redis', 'redis:bus', 'redis:redis'],
      ]);
  });

  it('lets each process reach its servers and those whom it calls, and nothing else', () => {
    const everybody = ['anybody:53', `${servers}:5432`, `${servers}:6379`, 'monitoring:4318'];
    const services = ['identity:http', 'ordering:http'];
    const called: Record<string, string[]> = {
      'gateway-api': services,
      'gateway-worker': [...services, '0.0.0.0/0:443', '2000::/3:443'],
      identity: [],
      ordering: [],
      migrate: [],
    };
    for (const [app, own] of Object.entries(called))
      expect([app, settled(opened(app, 'egress'))]).toEqual([app, settled([...everybody, ...own])]);
  });

  it('lets webhooks out to public addresses alone', () => {
    const [{ spec }] = ofKind('NetworkPolicy').filter(
      ({ metadata }) => metadata.name === 'workers-to-webhooks',
    ) as [Manifest];
    const [{ ipBlock }] = spec.egress[0].to;
    const inside = new BlockList();
    for (const [address, bits] of ipBlock.except.map((network: string) => network.split('/')))
      inside.addSubnet(address, Number(bits));
    for (const address of [
      '10.1.2.3',
      '100.100.1.1',
      '127.0.0.1',
      '169.254.169.254',
      '172.31.0.1',
      '192.168.1.1',
    ])
      expect([address, inside.check(address)]).toEqual([address, true]);
    expect(inside.check('203.0.113.7')).toBe(false);
  });

  it('scales and shows what exists', () => {
    const deployments = ofKind('Deployment');
    for (const { spec } of ofKind('HorizontalPodAutoscaler', 'ScaledObject')) {
      const target = deployments.find(({ metadata }) => metadata.name === spec.scaleTargetRef.name)!;
      // A number of its own would undo what the scaler did each time that it is applied.
      expect(target.spec).not.toHaveProperty('replicas');
      expect(spec.minReplicas ?? spec.minReplicaCount).toBeGreaterThanOrEqual(2);
    }
    for (const { spec } of ofKind('Ingress')) {
      const { name, port } = spec.rules[0].http.paths[0].backend.service;
      const service = ofKind('Service').find(({ metadata }) => metadata.name === name)!;
      expect(service.spec.ports.map((one: any) => one.name)).toContain(port.name);
    }
  });

  it('has two of each process, one of which may be taken away at a time, and none before its successor is ready', () => {
    const budgets = ofKind('PodDisruptionBudget').map(({ spec }) => [
      ...chosen(spec.selector).map((one) => one.metadata.name),
      spec.maxUnavailable,
    ]);
    const kept = ofKind('Deployment', 'StatefulSet');
    expect(budgets.sort()).toEqual(kept.map(({ metadata }) => [metadata.name, 1]).sort());
    for (const { spec } of ofKind('Deployment')) {
      expect(spec.replicas ?? 2).toBeGreaterThanOrEqual(2);
      expect(spec.strategy).toEqual({ rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } });
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
      expect(Object.keys(pod).filter((member) => !MEMBERS_OF_POD.includes(member))).toEqual([]);
      const { app } = labelsOf(workload);
      const own = { name: 'tls', secret: { secretName: `tls-${app === 'migrate' ? 'migrations' : app}` } };
      for (const volume of pod.volumes ?? [])
        if (volume.secret) expect(volume).toEqual(own);
        else expect(volume).toHaveProperty('configMap');
      for (const container of containersOf(workload)) {
        // That and nothing else: a container could take back what its pod says.
        expect(container.securityContext).toEqual({
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ['ALL'] },
        });
        expect(container.resources).toMatchObject({
          requests: { cpu: expect.any(String), memory: expect.any(String) },
          limits: { memory: expect.any(String) },
        });
      }
    }
    const [{ metadata }] = ofKind('Namespace') as [Manifest];
    expect(metadata.labels).toEqual({ 'pod-security.kubernetes.io/enforce': 'restricted' });
  });

  it('probes each process, takes it out of service before it stops, and leaves it its time', () => {
    for (const { spec } of ofKind('Deployment')) {
      const {
        containers,
        terminationGracePeriodSeconds: grace,
        topologySpreadConstraints,
      } = spec.template.spec;
      const [{ livenessProbe, readinessProbe, startupProbe, lifecycle }] = containers;
      expect(startupProbe.httpGet).toEqual(livenessProbe.httpGet);
      const scheme = speaksTls(spec) ? { scheme: 'HTTPS' } : {};
      expect(livenessProbe.httpGet).toEqual({ path: '/health/live', port: 'http', ...scheme });
      expect(readinessProbe.httpGet).toEqual({ path: '/health/ready', port: 'http', ...scheme });
      const hasService = spec.selector.matchLabels.app !== 'gateway-worker';
      // The process itself serves on for SHUTDOWN_DELAY_MS.
      expect(lifecycle).toBeUndefined();
      expect(grace * 1000).toBeGreaterThanOrEqual(hasService ? GRACE_MS + SHUTDOWN_DELAY_MS : GRACE_MS);
      expect(topologySpreadConstraints[0].labelSelector).toEqual(spec.selector);
    }
  });

  const settings = manifests.find(
    ({ kind, metadata }) => kind === 'ConfigMap' && metadata.name === 'settings',
  )!;

  it('asks nobody for keys: each process has those that it verifies with, and only ready gateways are called', () => {
    expect(settings.data).not.toHaveProperty('GATEWAY_URL');
    for (const workload of ofKind('Deployment')) {
      const names = containersOf(workload)[0]!.env!.map((one) => one.name);
      const isGateway = labelsOf(workload).app!.startsWith('gateway');
      expect(names).toContain(isGateway ? 'TOKEN_VERIFY_KEYS' : 'SERVICE_VERIFY_KEYS');
    }
    const services = ofKind('Service').filter((one) => one.spec.publishNotReadyAddresses && !isHeadless(one));
    expect(services).toEqual([]);
  });

  it('lets all parts speak TLS, or none', () => {
    const https = name === 'overlays/production-example';
    expect(settings.data!.IDENTITY_URL).toBe(`${https ? 'https' : 'http'}://identity:3001`);
    expect(settings.data!.ORDERING_URL).toBe(`${https ? 'https' : 'http'}://ordering:3002`);
    expect(ofKind('Deployment').filter(({ spec }) => speaksTls(spec)).length).toBe(https ? 4 : 0);
    for (const container of ofKind('Job')
      .filter(({ metadata }) => metadata.name === 'migrate')
      .flatMap(containersOf))
      expect((container.env ?? []).some((one) => one.name === 'TLS_CA_FILE')).toBe(https);
  });

  function speaksTls({ template }: Manifest['spec']): boolean {
    const [{ env, volumeMounts = [] }] = template.spec.containers;
    const mounted = volumeMounts.some((mount: any) => mount.mountPath === '/run/tls');
    const files = env.filter((one: any) => /^TLS_(CA|CERT|KEY)_FILE$/.test(one.name));
    expect(files.length).toBe(mounted ? 3 : 0);
    return mounted;
  }

  /** What a container gets, given what the secrets hold. */
  function environment({ env = [], envFrom = [] }: Container, secrets: Variables): Variables {
    const from = envFrom.map(({ configMapRef }) => configMapRef.name);
    expect(from.filter((name) => name !== settings.metadata.name)).toEqual([]);
    const single = env.map(({ name, value, valueFrom }) => [
      name,
      value ?? secrets[valueFrom!.secretKeyRef!.key],
    ]);
    const given: Variables = { ...(from.length > 0 && settings.data), ...Object.fromEntries(single) };
    const expanded = (value: string): string =>
      value.replace(/\$\((\w+)\)/g, (_, one: string) => given[one] ?? '');
    return Object.fromEntries(Object.entries(given).map(([one, value]) => [one, value && expanded(value)]));
  }

  it.each(PROCESSES)(
    'gives %s what production asks for, out of the secrets that Compose has for it',
    (name) => {
      const variables = readEnvFile(envFile);
      const inCompose = readCompose('docker-compose.yml', variables).services[name]!;
      const [container] = containersOf(ofKind('Deployment').find(({ metadata }) => metadata.name === name)!);
      const { REDIS_PASSWORD } = variables;
      const given = environment(container!, {
        ...environmentOf(inCompose, variables),
        REDIS_PASSWORD: REDIS_PASSWORD!,
      });
      const files = Object.entries(OF_ITS_VOLUME).map(([file, own]) => [
        file,
        path.join(folder, 'certs', own(name)),
      ]);
      const here = given.TLS_CERT_FILE ? Object.fromEntries(files) : {};
      expect(() => READ[name]!({ NODE_ENV: 'production', ...given, ...here })).not.toThrow();
      const known = Object.keys(given).filter((one) => one !== 'REDIS_PASSWORD');
      expect(known.filter((one) => !isKnownVariable(one) || PORTS_OF_SETTINGS.includes(one))).toEqual([]);
      const secret = (container!.env ?? [])
        .map((one) => one.name)
        .filter((one) => one in inCompose.environment!);
      const wanted = Object.keys(inCompose.environment!).filter(
        (one) => !(one in settings.data!) && !one.startsWith('OTEL_'),
      );
      expect(secret.sort()).toEqual(wanted.filter((one) => !OF_ITS_PLACE.includes(one)).sort());
    },
  );

  it('gives each container its own secret alone, and the migrations no key', () => {
    const own: Record<string, string[]> = {
      gateway: name === 'overlays/redis-cluster' ? ['gateway', 'redis'] : ['gateway'],
      create: ['redis'],
    };
    const ofMigrations = name === 'overlays/redis-cluster' ? ['migrations', 'redis'] : ['migrations'];
    for (const workload of workloads)
      for (const container of containersOf(workload)) {
        const taken = (container.env ?? []).flatMap(({ valueFrom }) => valueFrom?.secretKeyRef ?? []);
        const isMigration = workload.metadata.name === 'migrate';
        const expected = isMigration
          ? ofMigrations.slice(0, container.name === 'gateway' ? 2 : 1)
          : (own[container.name] ?? [container.name]);
        expect([container.name, settled(taken.map((secret) => secret.name))]).toEqual([
          container.name,
          expected,
        ]);
        if (isMigration) for (const { key } of taken) expect(key).toMatch(/_URL$|^REDIS_PASSWORD$/);
      }
  });

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
      const role = container.env!.find(({ name }) => name.endsWith('_DATABASE_RUNTIME_ROLE'))!;
      expect(role).toEqual({
        name: `${container.name.toUpperCase()}_DATABASE_RUNTIME_ROLE`,
        value: `${container.name}_runtime`,
      });
    }
  });
});

/** Servers that find each other by name before they are ready. */
function isHeadless({ spec }: Manifest): boolean {
  return spec.clusterIP === 'None';
}

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
