import { Body, Delete, Patch, Post, Put, Req, Res, type Type } from '@nestjs/common';
import { PATH_METADATA } from '@nestjs/common/constants.js';
import { ApiOperation } from '@nestjs/swagger';
import type { OperationDefinition } from '../definitions/operation.js';
import { Id } from '../request/request-headers.js';
import { type DeclaredWrites, handlerOf } from './declared-routes.js';
import { AcceptsWrite, TakesNoBody } from './write-route.js';

const ROUTE = { POST: Post, PUT: Put, PATCH: Patch, DELETE: Delete } as const;

/** A controller whose writes are declared. */
export type HasWrites = Type<{ readonly declared: DeclaredWrites }>;

/**
 * Gives a controller a route for each of these operations, of which nothing has to be prepared before their acceptance.
 * It stands above `@Controller`, below whose path theirs have to lie.
 */
export function Writes(...definitions: readonly OperationDefinition[]): (controller: HasWrites) => void {
  return (controller) => definitions.forEach((definition) => addRoute(controller, definition));
}

function addRoute(controller: HasWrites, definition: OperationDefinition): void {
  const { kind, summary, body } = definition;
  const name = kind
    .slice(kind.indexOf('.') + 1)
    .replaceAll(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
  const prototype = controller.prototype as object;
  const path = pathBelow(controller, definition);
  const parameters = [...path.matchAll(/:(\w+)/g)].map(([, parameter]) => parameter!);
  const handler = handlerOf(definition, parameters);
  // The description looks the parameters up by the name of the function.
  Object.defineProperty(handler, 'name', { value: name });
  Object.defineProperty(prototype, name, { value: handler, configurable: true, writable: true });
  const descriptor = Object.getOwnPropertyDescriptor(prototype, name)!;
  Reflect.defineMetadata('design:paramtypes', [Object, Object, body ?? Object], prototype, name);
  Req()(prototype, name, 0);
  Res({ passthrough: true })(prototype, name, 1);
  if (body) Body()(prototype, name, 2);
  parameters.forEach((parameter, index) => Id(parameter)(prototype, name, FIRST_ID + index));
  const decorators = [
    ROUTE[definition.method!](path),
    AcceptsWrite(definition),
    ApiOperation({ summary }),
    ...(body ? [] : [TakesNoBody()]),
  ];
  for (const decorate of decorators.toReversed()) decorate(prototype, name, descriptor);
}

/** Behind request, reply and body. */
const FIRST_ID = 3;

/** @returns the operation's path below that of its controller, as the router has it: `:id/pay` */
function pathBelow(controller: HasWrites, { kind, path = '' }: OperationDefinition): string {
  const prefix = `/${String(Reflect.getMetadata(PATH_METADATA, controller))}`;
  if (!path.startsWith(prefix)) throw new Error(`${kind} has its route ${path} not below ${prefix}`);
  return path
    .slice(prefix.length)
    .replace(/^\//, '')
    .replaceAll(/\{(\w+)\}/g, ':$1');
}
