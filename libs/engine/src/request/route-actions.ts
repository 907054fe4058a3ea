import {
  applyDecorators,
  type ExecutionContext,
  Injectable,
  type OnModuleInit,
  RequestMethod,
  SetMetadata,
} from '@nestjs/common';
import { METHOD_METADATA, PATH_METADATA } from '@nestjs/common/constants.js';
import { DiscoveryService, MetadataScanner, Reflector } from '@nestjs/core';
import { ApiExtension, ApiSecurity } from '@nestjs/swagger';
import type { ProblemCode } from '@turnpike/protocol';
import { ApiProblems, PUBLIC } from '@turnpike/service';
import type { FastifyRequest } from 'fastify';
import { type Action, type ActionDefinition, actionOf } from './authorise.js';

const ACTIONS = 'turnpike:actions';

export type Controller = abstract new (...parameters: never[]) => object;
export type Handler = ReturnType<ExecutionContext['getHandler']>;

/**
 * Names what a route does, as the table of authorisation has it.
 * @param first whether the caller comes in at all
 * @param others what the handler asks for beside it, where the request is about more
 */
export function Allows(first: Action, ...others: Action[]): MethodDecorator {
  const actions = [first, ...others].map(actionOf);
  return applyDecorators(
    SetMetadata(ACTIONS, actions),
    ApiExtension('x-allowed', Object.fromEntries(actions.map(({ name, allow }) => [name, allow]))),
    ApiProblems(...actions.flatMap(refusalsOf)),
    ...(actions[0]!.allow.includes('anyone') ? [ApiSecurity({})] : []),
  );
}

/** What a route does that is about many things: it is told by the request. */
type ActionsByRequest = (request: FastifyRequest) => readonly ActionDefinition[];

/** A route that does what the request asks for. */
export function AllowsByRequest(actionsIn: ActionsByRequest): MethodDecorator {
  return SetMetadata(ACTIONS, actionsIn);
}

/** @returns what `authorise` answers to somebody who is signed in and may not */
export function refusalsOf({ allow: allowed, neverOwn }: ActionDefinition): ProblemCode[] {
  if (allowed.includes('anyone') || allowed.includes('user')) return [];
  const isShared = allowed.includes('owner') && allowed.includes('admin');
  return [
    ...(allowed.includes('owner') ? (['not-found'] as const) : []),
    ...(!isShared || neverOwn ? (['forbidden'] as const) : []),
  ];
}

/** What a route says of what it does. */
export type RouteActions = readonly ActionDefinition[] | ActionsByRequest | 'public';

/** @returns the actions that a route names, or what tells them, or `public`; null for one that somebody has forgotten */
export function actionsNamedBy(handler: Handler, controller: Controller): RouteActions | null {
  const reflector = new Reflector();
  const isPublic = reflector.getAllAndOverride<boolean | undefined>(PUBLIC, [handler, controller]);
  if (isPublic) return 'public';
  return reflector.get<ActionDefinition[] | ActionsByRequest | undefined>(ACTIONS, handler) ?? null;
}

export interface Route {
  /** The controller and its method. */
  name: string;
  /** `GET /v1/operations/:id` */
  address: string;
  /** None of a route that does what the request asks for; null of one that somebody has forgotten. */
  actions: Exclude<RouteActions, ActionsByRequest> | null;
}

/** @returns the routes of a controller, from its decorators */
export function routesOf(controller: Controller): Route[] {
  const prototype = controller.prototype as Record<string, Handler>;
  return new MetadataScanner().getAllMethodNames(prototype).flatMap((name) => {
    const handler = prototype[name]!;
    const method = Reflect.getMetadata(METHOD_METADATA, handler) as RequestMethod | undefined;
    if (method === undefined) return [];
    const parts = [controller, handler].map((part) => Reflect.getMetadata(PATH_METADATA, part) as string);
    const path = parts.filter((part) => part !== '/').join('/');
    return [
      {
        name: `${controller.name}.${name}`,
        address: `${RequestMethod[method]} /${path}`,
        actions: actionsOf(handler, controller),
      },
    ];
  });
}

function actionsOf(handler: Handler, controller: Controller): Route['actions'] {
  const named = actionsNamedBy(handler, controller);
  return typeof named === 'function' ? [] : named;
}

/** Stops the start of a process with a route of which nobody has said who may use it. */
@Injectable()
export class RouteCheck implements OnModuleInit {
  constructor(private readonly discovery: DiscoveryService) {}

  onModuleInit(): void {
    const controllers = this.discovery.getControllers().map(({ metatype }) => metatype as Controller);
    const forgotten = controllers.flatMap(routesOf).filter(({ actions }) => actions === null);
    if (forgotten.length === 0) return;
    const names = forgotten.map(({ name }) => name).join(', ');
    throw new Error(`${names}: a route names its action by @Allows, or is @Public`);
  }
}
