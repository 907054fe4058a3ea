import { applyDecorators, type INestApplication, type Type } from '@nestjs/common';
import {
  ApiExtension,
  ApiExtraModels,
  ApiOkResponse,
  DocumentBuilder,
  getSchemaPath,
  type OpenAPIObject,
  SwaggerModule,
} from '@nestjs/swagger';
import { type ProblemCode, PROBLEM_CODES, PROBLEMS, STEPS_PATH, vocabularyVersion } from '@turnpike/protocol';

/*
 * The description of a process is made of its decorators. What follows from the form of a route alone is added here,
 * once for all of them: which problems it can answer with, which headers every answer has, that nothing else stands
 * in a body. Tests hold every answer that they get to it.
 */

/** An extension for each problem, taken out again below: of several with one name the framework keeps one. */
const PROBLEM_PREFIX = 'x-problem-';

type Json = Record<string, unknown>;
type Operation = NonNullable<OpenAPIObject['paths'][string]['get']>;
interface Parameter {
  required?: boolean;
  schema?: { default?: unknown };
}
type Responses = Record<string, { description: string; headers?: Json; content?: Json }>;

const METHODS = ['get', 'post', 'put', 'patch', 'delete'] as const;

export interface ApiDescription {
  title: string;
  description: string;
  /** @returns routes that are there now, beside those of controllers; asked for whenever the description is read */
  others?: () => readonly DescribedRoute[];
}

/** A route that was not there when the description was made. */
export interface DescribedRoute {
  method: string;
  path: string;
  operation: object;
}

/** @returns members of a route's description that name problems which it may answer with */
export function problemsAs(codes: readonly string[]): Json {
  return Object.fromEntries(codes.map((code) => [`${PROBLEM_PREFIX}${code}`, code]));
}

/** Names problems that a route may answer with, beside those that follow from its form. */
export function ApiProblems(...codes: ProblemCode[]): MethodDecorator {
  return applyDecorators(...codes.map((code) => ApiExtension(`${PROBLEM_PREFIX}${code}`, code)));
}

/** The route answers with a page of a list. */
export function ApiPage(item: Type): MethodDecorator {
  const nextCursor = { type: ['string', 'null'] };
  return apiItems(item, 'A page; `nextCursor` is null on the last.', { nextCursor });
}

/** The route answers with a list; whoever wants more asks for what comes after its last item. */
export function ApiItems(item: Type): MethodDecorator {
  return apiItems(item, 'The items.', {});
}

function apiItems(item: Type, description: string, more: Json): MethodDecorator {
  const properties = { items: { type: 'array', items: { $ref: getSchemaPath(item) } }, ...more };
  const required = Object.keys(properties);
  const schema = { type: 'object', required, properties, additionalProperties: false } as object;
  return applyDecorators(ApiExtraModels(item), ApiOkResponse({ description, schema }));
}

/** Serves `/openapi.json` and, for people, `/docs`. */
export function describeApi(
  app: INestApplication,
  { title, description, server, others = () => [] }: ApiDescription & { server: string },
): void {
  const config = new DocumentBuilder()
    .setOpenAPIVersion('3.1.0')
    .setTitle(title)
    .setDescription(description)
    .setVersion('1')
    .setLicense('Apache-2.0', 'https://www.apache.org/licenses/LICENSE-2.0')
    .addServer(server)
    .addBearerAuth()
    .addSecurityRequirements('bearer')
    .build();
  const current = remade(() => completed(SwaggerModule.createDocument(app, config)));
  SwaggerModule.setup('docs', app, current, {
    jsonDocumentUrl: 'openapi.json',
    customSiteTitle: title,
    patchDocumentOnRequest: () => withOthers(current(), others()),
  });
}

/** @returns the document; it is made when somebody asks for it, and again when services have brought other words */
function remade(make: () => OpenAPIObject): () => OpenAPIObject {
  let made: { version: number; document: OpenAPIObject } | undefined;
  return () => {
    const version = vocabularyVersion();
    if (made?.version !== version) made = { version, document: make() };
    return made.document;
  };
}

function withOthers(document: OpenAPIObject, others: readonly DescribedRoute[]): OpenAPIObject {
  const paths = { ...document.paths };
  for (const { method, path, operation } of others) {
    complete(operation as Operation, method, path);
    paths[path] = { ...paths[path], [method]: operation as Operation };
  }
  return { ...document, paths };
}

function completed(document: OpenAPIObject): OpenAPIObject {
  const { paths, components } = document;
  for (const [path, item] of Object.entries(paths)) {
    for (const method of METHODS) if (item[method]) complete(item[method], method, path);
  }
  const schemas = Object.entries(components?.schemas ?? {}).map(([name, schema]) => [
    name,
    closed(schema as Json),
  ]);
  const all = { ...(Object.fromEntries(schemas) as Json), Problem: PROBLEM };
  return { ...document, components: { ...components, schemas: all } };
}

/** Only what a class names stands in its objects: the validation refuses the rest, and views have nothing else. */
function closed(schema: Json): Json {
  return schema['properties'] ? { additionalProperties: false, ...schema } : schema;
}

function complete(operation: Operation, method: string, path: string): void {
  const isPublic = operation.security?.some((requirement) => Object.keys(requirement).length === 0) ?? false;
  if (isPublic) operation.security = [];
  for (const parameter of operation.parameters ?? []) makeOptional(parameter as Parameter);
  const codes = [...takeProblems(operation as unknown as Json), ...problemsOf(method, path, isPublic)];
  const responses = operation.responses as Responses;
  dropGuesses(responses);
  for (const [status, ofStatus] of byStatus(codes)) responses[status] = problemResponse(ofStatus);
  responses['default'] = {
    description: 'A problem (RFC 9457): the page at `type` says what to do.',
    content: { 'application/problem+json': { schema: PROBLEM_REFERENCE } },
  };
  for (const response of Object.values(responses)) response.headers = { ...REQUEST_ID, ...response.headers };
}

/** What has a default may be left out; the build takes a member that always has a value for required. */
function makeOptional(parameter: Parameter): void {
  if (parameter.schema?.default !== undefined) parameter.required = false;
}

function takeProblems(operation: Json): ProblemCode[] {
  const names = Object.keys(operation).filter((name) => name.startsWith(PROBLEM_PREFIX));
  return names.map((name) => {
    const code = operation[name] as ProblemCode;
    delete operation[name];
    return code;
  });
}

/** What the protocol answers to any step, beside what the step is refused for. */
const STEP_PROBLEMS: ProblemCode[] = ['stale-fence', 'step-sealed', 'undo-refused', 'user-deleted'];

/** What any route of that form may answer. */
function problemsOf(method: string, path: string, isPublic: boolean): ProblemCode[] {
  const withBody: ProblemCode[] = ['invalid-json', 'payload-too-large', 'unsupported-media-type'];
  return [
    'invalid-request',
    'rate-limited',
    'internal-error',
    'unavailable',
    ...(isPublic ? [] : (['unauthenticated'] as const)),
    ...(path.includes('{') ? (['not-found'] as const) : []),
    ...(method === 'get' ? [] : withBody),
    ...(path.startsWith(`${STEPS_PATH}/`) ? STEP_PROBLEMS : []),
  ];
}

/** The build guesses an answer from the type of a method, without a word; where a decorator says more, it goes. */
function dropGuesses(responses: Responses): void {
  const successes = Object.entries(responses).filter(([status]) => status.startsWith('2'));
  if (successes.every(([, { description }]) => description === '')) {
    for (const [, response] of successes) response.description = 'Done.';
    return;
  }
  for (const [status, { description }] of successes) if (description === '') delete responses[status];
}

function byStatus(codes: readonly ProblemCode[]): Map<string, ProblemCode[]> {
  const grouped = new Map<string, ProblemCode[]>();
  for (const code of new Set(codes)) {
    const status = String(PROBLEMS[code].status);
    grouped.set(status, [...(grouped.get(status) ?? []), code]);
  }
  return grouped;
}

function problemResponse(codes: readonly ProblemCode[]): Responses[string] {
  const narrowed = { required: ['instance'], properties: { code: { enum: codes } } };
  return {
    description: codes.map((code) => `\`${code}\`: ${PROBLEMS[code].title}`).join('. '),
    headers: Object.assign({}, ...codes.map((code) => HEADERS_OF_PROBLEMS[code] ?? {})) as Json,
    content: { 'application/problem+json': { schema: { allOf: [PROBLEM_REFERENCE, narrowed] } } },
  };
}

function header(description: string, schema: Json = { type: 'string' }): Json {
  return { description, required: true, schema };
}

function optionalHeader(description: string): Json {
  return { description, schema: { type: 'string' } };
}

const REQUEST_ID = { 'X-Request-Id': header('Names this request', { type: 'string', format: 'uuid' }) };
const CHALLENGE = { 'WWW-Authenticate': header('`Bearer`, and what is wrong with the token (RFC 6750)') };
const RETRY_AFTER = { 'Retry-After': header('Seconds', { type: 'string', pattern: '^\\d+$' }) };

/** Other answers have them too, except those of `/health` and `/.well-known`, which are not limited. */
const QUOTAS = {
  'RateLimit-Policy': optionalHeader('The quotas: `"address";q=300;w=60, "user";q=1200;w=60`'),
  RateLimit: optionalHeader('What is left of each (r), and for how many seconds (t)'),
};

const HEADERS_OF_PROBLEMS: Partial<Record<ProblemCode, Json>> = {
  unauthenticated: CHALLENGE,
  'invalid-credentials': CHALLENGE,
  'rate-limited': { ...RETRY_AFTER, ...QUOTAS },
  'lane-full': RETRY_AFTER,
};

const PROBLEM_REFERENCE = { $ref: '#/components/schemas/Problem' };

const PROBLEM: Json = {
  type: 'object',
  description: 'RFC 9457. Members beyond these are a code’s own.',
  required: ['type', 'title', 'status', 'code'],
  properties: {
    type: { type: 'string', format: 'uri-reference' },
    title: { type: 'string' },
    status: { type: 'integer', minimum: 400, maximum: 599 },
    detail: { type: 'string' },
    code: { type: 'string', enum: PROBLEM_CODES },
    instance: { type: 'string', format: 'uuid', description: 'The request, as in X-Request-Id' },
    errors: {
      type: 'array',
      items: {
        type: 'object',
        required: ['path', 'message'],
        properties: { path: { type: 'string' }, message: { type: 'string' } },
        additionalProperties: false,
      },
    },
  },
};
