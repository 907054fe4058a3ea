// Where people may type what they like, by the description of an interface.

type Json = Record<string, any>;

const METHODS = ['post', 'put', 'patch', 'delete'];

/** Text() asks for something to read and no more. */
const ANYTHING = '\\S';

/** @returns `METHOD route field` for every text in the body of a request that no format or list of values binds */
export function freeTextFields(document: Json): string[] {
  const routes = Object.entries(document['paths'] as Record<string, Json>);
  return routes.flatMap(([route, operations]) =>
    METHODS.flatMap((method) => {
      const schema = operations[method]?.requestBody?.content?.['application/json']?.schema as
        Json | undefined;
      return fieldsOf(document, schema, '').map((field) => `${method.toUpperCase()} ${route} ${field}`);
    }),
  );
}

function fieldsOf(document: Json, given: Json | undefined, path: string): string[] {
  const schema = given && resolved(document, given);
  if (!schema) return [];
  if (schema['type'] === 'array') return fieldsOf(document, schema['items'] as Json, path);
  if (schema['type'] === 'string') return isFree(schema) ? [path] : [];
  const parts = ['allOf', 'oneOf', 'anyOf'].flatMap((name) => (schema[name] ?? []) as Json[]);
  const members = Object.entries((schema['properties'] ?? {}) as Record<string, Json>);
  return [
    ...parts.flatMap((part) => fieldsOf(document, part, path)),
    ...members.flatMap(([name, member]) => fieldsOf(document, member, path ? `${path}.${name}` : name)),
  ];
}

function resolved(document: Json, schema: Json): Json {
  const ref = schema['$ref'] as string | undefined;
  return ref === undefined ? schema : (document['components'].schemas[ref.split('/').at(-1)!] as Json);
}

function isFree({ enum: values, format, pattern = ANYTHING }: Json): boolean {
  return values === undefined && format === undefined && pattern === ANYTHING;
}
