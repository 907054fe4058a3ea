// Holds answers to the description of the process that gave them: the status must be listed for that route (the
// response `default` is for clients and counts for nothing here), with its content type, its headers and its body.
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';

export interface Described {
  method: string;
  path: string;
  status: number;
  headers: Headers;
  /** Parsed where it is JSON, undefined where there is none. */
  body: unknown;
}

type Json = Record<string, any>;

/** What no description lists, since no controller answers it. */
const BESIDE = /^\/(openapi\.json|docs(\/.*)?|ops(\/.*)?)$/;

/** What is answered on any address: by the router, and to too many requests. */
const ANYWHERE = [404, 405, 429];

/** By address of the process. */
const descriptions = new Map<string, Description>();
/** By the text of the document. */
const known = new Map<string, Description>();

/** From now on what that process answers must be in its description. Two of one build have one description. */
export async function learnDescription(url: string): Promise<void> {
  const answer = await fetch(`${url}/openapi.json`);
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${url}/openapi.json answers ${answer.status}`);
  const description = known.get(text) ?? new Description(JSON.parse(text) as Json);
  known.set(text, description);
  descriptions.set(url, description);
}

/** @throws Error that says in what the answer differs from the description of the process at `url` */
export function assertDescribed(url: string, answer: Described): void {
  const deviation = descriptions.get(url)?.deviationOf(answer);
  if (!deviation) return;
  const { method, path, status, body } = answer;
  throw new Error(
    `${method} ${path} answered ${status}, ${deviation}: ${JSON.stringify(body)?.slice(0, 1500)}`,
  );
}

/** An OpenAPI document; the schemas of its answers are compiled when the first such answer comes. */
class Description {
  private readonly ajv = new Ajv2020({ strict: false, allErrors: true, validateSchema: false });
  private readonly compiled = new Map<string, ValidateFunction>();
  private readonly routes: { pattern: RegExp; template: string }[];

  constructor(private readonly document: Json) {
    addFormats.default(this.ajv);
    this.ajv.addSchema(document, 'document');
    const templates = Object.keys(document['paths'] as Json);
    // What has a name of its own is meant before what a parameter would take it for.
    templates.sort((one, other) => one.split('{').length - other.split('{').length);
    this.routes = templates.map((template) => ({
      template,
      pattern: new RegExp(`^${template.replaceAll('.', '\\.').replaceAll(/\{\w+\}/g, '[^/]+')}/?$`),
    }));
  }

  /** @returns in what the answer differs, or null */
  deviationOf({ method, path, status, headers, body }: Described): string | null {
    const pathname = path.split('?')[0]!;
    const template = this.routes.find(({ pattern }) => pattern.test(pathname))?.template;
    const operation = template && this.document['paths'][template][method.toLowerCase()];
    if (!operation) {
      const isExpected = ANYWHERE.includes(status) || BESIDE.test(pathname);
      return isExpected ? null : 'at an address that is not described';
    }
    const response = operation.responses[status];
    if (!response) return 'which is not described';
    const missing = requiredHeaders(response).filter((name) => !headers.has(name));
    if (missing.length > 0) return `without ${missing.join(', ')}`;
    const pointer = ['paths', template, method.toLowerCase(), 'responses', String(status)];
    return this.contentDeviation(response, pointer, headers, body);
  }

  private contentDeviation(
    response: Json,
    pointer: string[],
    headers: Headers,
    body: unknown,
  ): string | null {
    const type = headers.get('content-type')?.split(';')[0];
    const content = response['content'] as Json | undefined;
    if (!content) return body === undefined ? null : 'with a body that is not described';
    if (!type || !content[type]) return `as ${type ?? 'nothing'}, not ${Object.keys(content).join(' or ')}`;
    const validate = this.validatorOf([...pointer, 'content', type, 'schema']);
    if (validate(body)) return null;
    return `which does not match (${this.ajv.errorsText(validate.errors, { dataVar: 'body' })}) ${extraMembers(validate)}`;
  }

  private validatorOf(pointer: string[]): ValidateFunction {
    const escaped = pointer.map((part) =>
      encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1')),
    );
    const reference = `document#/${escaped.join('/')}`;
    const validate = this.compiled.get(reference) ?? this.ajv.compile({ $ref: reference });
    this.compiled.set(reference, validate);
    return validate;
  }
}

function requiredHeaders(response: Json): string[] {
  const headers = (response['headers'] ?? {}) as Record<string, { required?: boolean }>;
  return Object.keys(headers).filter((name) => headers[name]!.required);
}

/** ajv says that there are more members than the schema has, and not which. */
function extraMembers({ errors }: ValidateFunction): string {
  const names = (errors ?? []).map(
    ({ params }) => (params as Json)['additionalProperty'] as string | undefined,
  );
  return names.filter(Boolean).join(', ');
}
