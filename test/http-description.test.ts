import { api } from './support/client.js';
import { startSystem, type System } from './support/system.js';

type Json = any;
interface Operation {
  operationId: string;
  parameters?: { name: string; in: string; required?: boolean; schema?: object; $ref?: string }[];
  requestBody?: { content: Record<string, { schema: object }>; required?: boolean };
  responses: Record<string, { description?: string; $ref?: string }>;
}

/** The writes of the contract, with the members that their bodies must have. */
const BODIES: Record<string, string[]> = {
  'post /v1/users': ['email', 'password', 'firstName', 'lastName'],
  'patch /v1/users/{id}': [],
  'delete /v1/users/{id}': [],
  'delete /v1/users/{id}/sessions': [],
  'put /v1/users/{id}/password': ['currentPassword', 'newPassword'],
  'put /v1/users/{id}/roles': ['roles'],
  'put /v1/users/{id}/claims': ['claims'],
  'put /v1/customers/{userId}': [],
  'post /v1/orders': ['lines'],
  'patch /v1/orders/{id}': [],
  'post /v1/orders/{id}/pay': ['paymentReference'],
  'post /v1/orders/{id}/cancel': [],
  'post /v1/orders/{id}/ship': ['trackingNumber'],
  'post /v1/sessions': ['email', 'password'],
  'post /v1/sessions/refresh': ['refreshToken'],
};

const WITHOUT_BODY = [
  'post /v1/users/{id}/restore',
  'post /v1/orders/{id}/deliver',
  'delete /v1/operations/{id}',
  'get /v1/sessions',
  'delete /v1/sessions/current',
  'delete /v1/sessions/{id}',
  'get /v1/me',
  'get /v1/users',
  'get /v1/users/{id}',
  'get /v1/customers/{userId}',
  'get /v1/orders',
  'get /v1/orders/{id}',
  'get /v1/operations',
  'get /v1/operations/{id}',
  'get /health/live',
  'get /health/ready',
];

const METHODS = ['get', 'put', 'post', 'delete', 'patch', 'head', 'options', 'trace'];

describe('the description', () => {
  let system: System;
  let urls: Record<string, string>;
  beforeAll(async () => {
    system = await startSystem();
    urls = { gateway: system.gatewayUrls[0]!, identity: system.identityUrl, ordering: system.orderingUrl };
  });
  afterAll(() => system?.stop());

  const describedBy = async (process: string): Promise<Json> => {
    const answer = await api(urls[process]!).get('/openapi.json');
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toContain('application/json');
    return answer.body;
  };

  it.each(['gateway', 'identity', 'ordering'])('of %s is OpenAPI 3 without loose ends', async (process) => {
    const document = await describedBy(process);
    expect(document.openapi).toMatch(/^3\.[01]\./);
    expect(document.info).toMatchObject({ title: expect.any(String), version: expect.any(String) });
    for (const reference of referencesIn(document)) expect(resolve(document, reference)).toBeDefined();
    const seen = new Set<string>();
    for (const [route, path, operation] of operationsIn(document)) {
      const inPath = (operation.parameters ?? []).filter((parameter) => parameter.in === 'path');
      const placeholders = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
      expect({ route, names: inPath.map(({ name }) => name).sort() }).toEqual({
        route,
        names: placeholders.sort(),
      });
      for (const parameter of inPath) expect(parameter.required).toBe(true);
      for (const parameter of operation.parameters ?? []) expect(parameter.schema).toBeDefined();
      expect(operation.responses['default']).toHaveProperty([
        'content',
        'application/problem+json',
        'schema',
      ]);
      for (const [status, response] of Object.entries(operation.responses)) {
        expect(status).toMatch(/^([1-5]\d\d|default)$/);
        expect(response).toMatchObject({ description: expect.any(String) });
      }
      expect(seen).not.toContain(operation.operationId);
      seen.add(operation.operationId);
    }
  });

  it('lists every route of the contract, and the bodies that they take', async () => {
    const document = await describedBy('gateway');
    const operations = new Map(operationsIn(document).map(([route, , operation]) => [route, operation]));
    expect([...operations.keys()]).toEqual(expect.arrayContaining([...Object.keys(BODIES), ...WITHOUT_BODY]));
    for (const [route, members] of Object.entries(BODIES)) {
      const schema = resolved(
        document,
        operations.get(route)!.requestBody!.content['application/json']!.schema,
      );
      expect({ route, type: schema.type }).toEqual({ route, type: 'object' });
      expect({ route, required: (schema.required ?? []).sort() }).toEqual({
        route,
        required: members.sort(),
      });
      expect(Object.keys(schema.properties)).toEqual(expect.arrayContaining(members));
    }
    for (const route of WITHOUT_BODY) expect(operations.get(route)).not.toHaveProperty('requestBody');
  });

  it('has the limits of what can be sent', async () => {
    const { components } = await describedBy('gateway');
    const { RegisterUser, OrderLine, PlaceOrder, Money } = components.schemas;
    expect(RegisterUser.properties.password).toMatchObject({ minLength: 10, maxLength: 128 });
    expect(OrderLine.properties.quantity).toMatchObject({ minimum: 1, maximum: 10_000 });
    expect(Money.properties.amount).toMatchObject({ minimum: 0 });
    expect(PlaceOrder.properties.lines).toMatchObject({ type: 'array' });
  });

  it('has what writes answer and which headers they understand', async () => {
    const document = await describedBy('gateway');
    // An integrity run is accepted too, but is no write.
    const writes = operationsIn(document).filter(
      ([route, , operation]) => operation.responses['202'] && !route.includes('/v1/ops/'),
    );
    expect(writes.length).toBeGreaterThanOrEqual(14);
    for (const [route, , operation] of writes) {
      const accepted = resolved(
        document,
        (operation.responses['202'] as Json).content['application/json'].schema,
      );
      expect({ route, members: Object.keys(accepted.properties) }).toEqual({
        route,
        members: expect.arrayContaining([
          'id',
          'kind',
          'state',
          'seq',
          'steps',
          'target',
          'problem',
          'links',
        ]),
      });
      const headers = (operation.parameters ?? []).filter(({ in: where }) => where === 'header');
      expect(headers.map(({ name }) => name)).toEqual(expect.arrayContaining(['Prefer', 'Idempotency-Key']));
    }
  });

  it.each(['gateway', 'identity', 'ordering'])(
    'of %s has a page for people, without a script of others',
    async (process) => {
      const answer = await fetch(`${urls[process]}/docs`);
      expect(answer.status).toBe(200);
      expect(answer.headers.get('content-type')).toContain('text/html');
      const html = await answer.text();
      const sources = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, source]) => source!);
      expect(sources.filter((source) => /^(https?:)?\/\//.test(source))).toEqual([]);
      for (const source of sources.filter((item) => /\.(js|css)$/.test(item))) {
        const asset = await fetch(new URL(source, answer.url));
        expect({ source, status: asset.status }).toEqual({ source, status: 200 });
        await asset.arrayBuffer();
      }
    },
  );

  it.each(['gateway', 'identity', 'ordering'])('of the health of %s: alive and ready', async (process) => {
    const client = api(urls[process]!);
    expect(await client.get('/health/live')).toMatchObject({ status: 200, body: { status: 'live' } });
    const ready = await client.get('/health/ready');
    expect(ready).toMatchObject({ status: 200, body: { status: 'ready', checks: { database: true } } });
    expect(ready.headers.has('x-request-id')).toBe(true);
  });
});

function operationsIn(document: Json): [route: string, path: string, operation: Operation][] {
  return Object.entries(document.paths as Record<string, Record<string, Operation>>).flatMap(([path, item]) =>
    METHODS.filter((method) => item[method]).map((method): [string, string, Operation] => [
      `${method} ${path}`,
      path,
      item[method]!,
    ]),
  );
}

function referencesIn(value: Json): string[] {
  if (typeof value !== 'object' || value === null) return [];
  const own = typeof value.$ref === 'string' ? [value.$ref as string] : [];
  return [...own, ...Object.values(value).flatMap(referencesIn)];
}

function resolve(document: Json, reference: string): Json {
  expect(reference).toMatch(/^#\//);
  return reference
    .slice(2)
    .split('/')
    .reduce((value, name) => value?.[name], document);
}

function resolved(document: Json, schema: Json): Json {
  return schema.$ref ? resolve(document, schema.$ref as string) : schema;
}
