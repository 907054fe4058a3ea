import { getSchemaPath } from '@nestjs/swagger';
import { OperationView, type ReadDeclaration, type Shape } from '@turnpike/protocol';
import { type DescribedRoute, problemsAs } from '@turnpike/service';
import { isAnonymous, type OperationDefinition, successStatusOf } from '../../definitions/operation.js';
import {
  ACCEPTED,
  ADMISSION_PROBLEMS,
  ETAG,
  IF_NONE_MATCH,
  LATE_PROBLEMS,
  LOCATION,
  OUTCOME,
  READ_HEADERS,
  WAITED,
  WRITE_HEADERS,
} from '../../http/write-route.js';
import { refusalsOf } from '../../request/route-actions.js';
import { parametersIn } from '../checks/access.js';
import type { BodyValidator } from '../shapes/body-validator.js';
import type { DeclaredRoute } from './route-table.js';

/** @returns what the description of the process says of a route that a service declares, in the words of those that are compiled in */
export function descriptionOf(route: DeclaredRoute): DescribedRoute {
  const { service, action } = route;
  const common = {
    ...{ tags: [service], 'x-allowed': { [action.name]: action.allow } },
    ...problemsAs(refusalsOf(action)),
  };
  return 'read' in route
    ? { ...addressOf(route.read), operation: { ...common, ...readOf(route.read) } }
    : { ...addressOf(route.operation), operation: { ...common, ...writeOf(route.operation, route.body) } };
}

function addressOf({ method = 'GET', path = '' }: { method?: string; path?: string }): {
  method: string;
  path: string;
} {
  return { method: method.toLowerCase(), path };
}

function writeOf(definition: OperationDefinition, body: BodyValidator | null): object {
  const { kind, summary, path = '', result, creates, refuses = [] } = definition;
  const outcome = {
    description: OUTCOME,
    headers: { ...WAITED, ...(creates && LOCATION), ...(hasVersion(result) && ETAG) },
    ...(result && contentOf(result)),
  };
  return {
    operationId: kind,
    ...(summary && { summary }),
    parameters: [...parametersOf(path), ...headersOf(WRITE_HEADERS)],
    ...(body && { requestBody: { required: true, ...jsonOf(body.schema()) } }),
    responses: {
      202: { description: ACCEPTED, headers: LOCATION, ...jsonOf({ $ref: getSchemaPath(OperationView) }) },
      [successStatusOf(definition)]: outcome,
    },
    ...(isAnonymous(definition) && { security: [{}] }),
    ...problemsAs([...ADMISSION_PROBLEMS, ...LATE_PROBLEMS, ...refuses]),
  };
}

function readOf({ path, summary, result }: ReadDeclaration): object {
  return {
    operationId: `read${path.replaceAll(/[{}]/g, '')}`,
    ...(summary && { summary }),
    parameters: [...parametersOf(path), ...headersOf([...READ_HEADERS, IF_NONE_MATCH])],
    responses: {
      200: { description: 'What was asked for.', headers: ETAG, ...(result && contentOf(result)) },
      304: { description: 'The client has it already.', headers: ETAG },
    },
    ...problemsAs(['operation-pending', 'not-found', 'user-deleted']),
  };
}

function parametersOf(path: string): object[] {
  const schema = { type: 'string' };
  return parametersIn(path).map((name) => ({ name, in: 'path', required: true, schema }));
}

function headersOf(headers: readonly { name: string; required: boolean; description: string }[]): object[] {
  return headers.map((header) => ({ in: 'header', schema: { type: 'string' }, ...header }));
}

/** Without a version a result has no ETag: it is not what a read of the resource would answer. */
function hasVersion(result: Shape | null | undefined): boolean {
  const { properties = {} } = (result ?? {}) as { properties?: object };
  return Object.hasOwn(properties, 'version');
}

/** Of a manifest every shape is a schema. */
function contentOf(shape: Shape): object {
  return jsonOf(shape);
}

function jsonOf(schema: object): object {
  return { content: { 'application/json': { schema } } };
}
