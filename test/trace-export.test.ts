import { spawn } from 'node:child_process';
import path from 'node:path';
import { Collector } from './support/collector.js';

const ROOT = path.resolve(__dirname, '..');
const LIBRARY = path.join(ROOT, 'dist/gateway/libs/service/src');

interface Told {
  /** How long its end has taken. */
  ms: number;
  /** What of OpenTelemetry it has loaded. */
  packages: string[];
}

/** Makes a span in a process of its own, which ends then. */
async function makeSpan(protocol: string | null, variables: Record<string, string>): Promise<Told> {
  // All of the library is loaded where it matters what is loaded.
  const file = path.join(LIBRARY, protocol ? 'process/tracing.js' : 'index.js');
  const script = `
    const { startTracing, inSpan, activeContext } = require(${JSON.stringify(file)});
    void (async () => {
      const stop = await startTracing('some-service', ${JSON.stringify(protocol && { protocol })});
      const work = () => ({ name: 'some work', parent: activeContext() });
      await inSpan(work, () => Promise.reject(new TypeError('somebody@example.com'))).catch(() => undefined);
      const begun = performance.now();
      await stop();
      const files = Object.keys(require.cache).flatMap((name) => /@opentelemetry.[\\w-]+/.exec(name) ?? []);
      console.log(JSON.stringify({ ms: performance.now() - begun, packages: [...new Set(files)] }));
      process.exit();
    })();`;
  const env = { PATH: process.env.PATH, ...variables };
  const child = spawn(process.execPath, ['-e', script], {
    cwd: ROOT,
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const output = Buffer.concat((await child.stdout.toArray()) as Buffer[]).toString();
  return JSON.parse(output) as Told;
}

describe('the export of spans', () => {
  let collector: Collector;

  beforeEach(async () => {
    collector = await Collector.start();
  });

  afterEach(() => collector.stop());

  it.each([
    ['http/protobuf', 'application/x-protobuf'],
    ['http/json', 'application/json'],
  ])(
    'by %s sends what is left when the process ends, and of an error its kind alone',
    async (protocol, type) => {
      await makeSpan(protocol, { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url });
      expect(collector.requests).toMatchObject([{ url: '/v1/traces', headers: { 'content-type': type } }]);
      expect(collector.content).toContain('some-service');
      expect(collector.content).toContain('some work');
      expect(collector.content).toContain('TypeError');
      expect(collector.content).not.toContain('somebody');
    },
  );

  it('keeps to what the environment says of names and headers', async () => {
    await makeSpan('http/json', {
      OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${collector.url}/another/path`,
      OTEL_EXPORTER_OTLP_HEADERS: 'authorization=Basic%20some-key',
      OTEL_SERVICE_NAME: 'another-name',
      OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=staging',
    });
    expect(collector.spans).toMatchObject([{ service: 'another-name', name: 'some work' }]);
    expect(collector.content).toContain('staging');
    expect(collector.requests).toMatchObject([
      { url: '/another/path', headers: { authorization: 'Basic some-key' } },
    ]);
  });

  it('sends nothing of what is not sampled', async () => {
    const off = { OTEL_TRACES_SAMPLER: 'always_off', OTEL_EXPORTER_OTLP_ENDPOINT: collector.url };
    await makeSpan('http/json', off);
    expect(collector.requests).toEqual([]);
  });

  it('ends within two seconds where the collector answers nothing', async () => {
    collector.fallSilent();
    const { ms } = await makeSpan('http/json', { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url });
    expect(collector.spans).toHaveLength(1);
    expect(ms).toBeLessThan(3000);
  });

  it('is not loaded where no collector is named, but for the interface', async () => {
    const { packages } = await makeSpan(null, {});
    expect(packages).toEqual(['@opentelemetry/api']);
  });
});
