import { EFFECTS, MANIFEST_VERSION } from '@turnpike/protocol';

/*
 * The form of a manifest as a JSON Schema. What else has to hold, of its names, its plans and what others have declared, is
 * said in `checks`. A member that is not known is refused: the service would take it for granted, and nothing would come of it.
 */

/** `loyalty.redeem` */
const NAME = { type: 'string', maxLength: 100, pattern: '^[a-z][a-z0-9-]*(\\.[a-z][a-z0-9-]*)*$' };
/** `loyalty` */
const SERVICE = { type: 'string', maxLength: 50, pattern: '^[a-z][a-z0-9-]*$' };
/** `shelf.things (sold)`: a relation is named for its table. */
const RELATION = {
  ...{ type: 'string', maxLength: 100 },
  pattern: '^[a-z][a-z0-9_-]*(\\.[a-z][a-z0-9_-]*)*( \\([a-z, ]+\\))?$',
};
/** `loyalty.accounts.user_id` */
const COLUMN = {
  ...{ type: 'string', maxLength: 150 },
  pattern: '^[a-z][a-z0-9-]*\\.[a-z][a-z0-9_]*\\.[a-z][a-z0-9_]*$',
};
/** `/v1/users/{userId}/points`: each part of it is a name or a parameter. */
const PATH = {
  ...{ type: 'string', maxLength: 200 },
  pattern: '^/v[1-9][0-9]?(/([a-z0-9][a-z0-9._-]*|\\{[a-zA-Z][a-zA-Z0-9]*\\}))+$',
};
/** An address of the service's own. */
const INTERNAL = {
  ...{ type: 'string', maxLength: 200 },
  pattern: '^/internal(/([a-z0-9][a-z0-9._-]*|\\{[a-zA-Z][a-zA-Z0-9]*\\}))+$',
};
const LANE = {
  ...{ type: 'string', maxLength: 100 },
  pattern: '^(caller|resource|(path|body):[a-zA-Z][a-zA-Z0-9]*)$',
};
const TEXT = { type: 'string', minLength: 1, maxLength: 500 };
const WORD = { type: 'string', minLength: 1, maxLength: 50 };
/** A member of an answer, or a pointer into one. */
const MEMBER = { type: 'string', minLength: 1, maxLength: 100 };
const POINTER = { type: 'string', maxLength: 200, pattern: '^(/([^~/]|~[01])+)+$' };
/** A JSON Schema itself; whether it is one is found out by compiling it. */
const SHAPE = { type: 'object' };
const SHAPE_OR_NONE = { type: ['object', 'null'] };

const listOf = (items: object, maxItems: number): object => ({ type: 'array', maxItems, items });
const entity = (required: readonly string[], properties: object): object => ({
  type: 'object',
  required,
  properties,
  additionalProperties: false,
});

const RESOURCE = entity(['type', 'path'], { type: NAME, path: PATH, schema: SHAPE });

const OPERATION = entity(['kind', 'steps'], {
  kind: NAME,
  method: { enum: ['POST', 'PUT', 'PATCH', 'DELETE'] },
  path: PATH,
  summary: TEXT,
  effect: { enum: EFFECTS },
  lane: LANE,
  allow: listOf(WORD, 20),
  body: SHAPE_OR_NONE,
  result: SHAPE_OR_NONE,
  personal: listOf(POINTER, 50),
  refuses: listOf(NAME, 50),
  creates: { anyOf: [NAME, { type: 'null' }] },
  ifMatch: { type: 'boolean' },
  onFailure: { enum: ['continue', 'hold'] },
  steps: { ...listOf(NAME, 20), minItems: 1 },
  after: NAME,
  input: { type: 'object', maxProperties: 50, additionalProperties: POINTER },
});

const STEP = entity(['name', 'refuses', 'undo', 'event'], {
  name: NAME,
  refuses: { type: 'boolean' },
  undo: { type: 'boolean' },
  event: { anyOf: [NAME, { type: 'null' }] },
  answer: SHAPE,
});

const RULE = {
  type: 'object',
  required: ['kind'],
  properties: {
    kind: { enum: ['copy', 'cascade', 'restrict', 'anonymise', 'retain'] },
    ...{ step: NAME, counts: MEMBER },
  },
  additionalProperties: false,
  if: { properties: { kind: { const: 'retain' } } },
  then: { properties: { counts: false } },
  else: { required: ['step'] },
};

const RELATION_OF = entity(['name', 'from', 'to'], {
  name: RELATION,
  from: COLUMN,
  to: COLUMN,
  each: { enum: ['one', 'optional'] },
  ...{ register: RULE, update: RULE, delete: RULE, restore: RULE, purge: RULE },
  on: { type: 'object', maxProperties: 50, propertyNames: NAME, additionalProperties: RULE },
  copies: { type: 'object', maxProperties: 50, additionalProperties: MEMBER },
  follow: NAME,
});

const READ = entity(['method', 'path', 'lane', 'allow', 'internal'], {
  method: { const: 'GET' },
  path: PATH,
  summary: TEXT,
  lane: LANE,
  allow: listOf(WORD, 20),
  internal: INTERNAL,
  result: SHAPE,
  personal: listOf(POINTER, 50),
});

/** What a step may be refused with for good: clients are told by 401 to sign in again, and by 429 to wait. */
const PROBLEM = entity(['code', 'status', 'title'], {
  code: { type: 'string', maxLength: 50, pattern: '^[a-z][a-z0-9-]*$' },
  status: { type: 'integer', minimum: 400, maximum: 499, not: { enum: [401, 429] } },
  title: TEXT,
  help: TEXT,
});

export const MANIFEST_SCHEMA = entity(['manifest', 'service', 'version'], {
  manifest: { const: MANIFEST_VERSION },
  service: SERVICE,
  version: { type: 'string', pattern: '^[!-~]{1,50}$' },
  resources: listOf(RESOURCE, 50),
  operations: listOf(OPERATION, 100),
  steps: listOf(STEP, 100),
  relations: listOf(RELATION_OF, 50),
  reads: listOf(READ, 100),
  problems: listOf(PROBLEM, 100),
}) as Readonly<Record<string, unknown>>;
