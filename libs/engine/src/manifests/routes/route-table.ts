import type { IncomingMessage } from 'node:http';
import type { Manifest, OperationDeclaration, ReadDeclaration } from '@turnpike/protocol';
import { schemaCompiler } from '@turnpike/service';
import FindMyWay, { type HTTPMethod, type HTTPVersion, type Instance } from 'find-my-way';
import type { Catalogue } from '../../definitions/catalogue.js';
import { nameOfReads } from '../../definitions/known.js';
import type { ActionDefinition } from '../../request/authorise.js';
import { type BodyValidator, bodyValidator } from '../shapes/body-validator.js';
import { overlaps, type Route } from '../checks/route.js';

/** Below which requests to routes of manifests are answered; clients never see it. */
export const DECLARED_PATH = '/declared-by-services';

/** A route of a manifest. */
export type DeclaredRoute = { service: string; action: ActionDefinition } & (
  { operation: OperationDeclaration; body: BodyValidator | null } | { read: ReadDeclaration }
);

/** What a request to such a route asks for; without a route where the path knows other methods alone. */
export interface Match {
  route: DeclaredRoute | null;
  params: Readonly<Record<string, string>>;
  /** The methods that the path knows. */
  allow: readonly string[];
}

const METHODS: readonly HTTPMethod[] = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'];

const matches = new WeakMap<IncomingMessage, Match>();

/** @returns what a request asks for that fitted a route of a manifest; undefined of any other */
export function matchOf(request: IncomingMessage): Match | undefined {
  return matches.get(request);
}

/** Characters of a part of a path, as of the routes that are compiled in. */
const MAX_PARAMETER = 200;

/**
 * The routes of the manifests that are in force. A server has its own routes before it listens, and services join while it
 * runs: a request that fits a route of theirs is sent to one address, which finds out here which it was.
 */
export class RouteTable {
  private table = tableOf([]);

  /** @param own the routes that the server has by itself */
  constructor(
    private readonly catalogue: Catalogue,
    private readonly own: readonly Route[],
  ) {}

  /** @returns the address under which the server answers a request; its own where no manifest has the path */
  readonly addressOf = (request: IncomingMessage): string => {
    const url = request.url ?? '/';
    // Nobody comes here but by a route of a manifest.
    if (url.startsWith(DECLARED_PATH)) return '/';
    const match = this.find(request.method ?? 'GET', url.split('?', 1)[0]!);
    if (!match) return url;
    matches.set(request, match);
    return DECLARED_PATH + url;
  };

  /** @returns every route, for the description of the process */
  routes(): readonly DeclaredRoute[] {
    return this.current().routes;
  }

  private find(method: string, path: string): Match | null {
    const { router, routes } = this.current();
    if (routes.length === 0) return null;
    const found = METHODS.flatMap((known) => {
      const at = router.find(known, path);
      return at ? [{ known, route: at.store as DeclaredRoute, params: at.params as Match['params'] }] : [];
    });
    if (found.length === 0) return null;
    const asked = method === 'HEAD' ? 'GET' : method;
    const fitting = found.find(({ known }) => known === asked);
    if (!fitting && this.isOwn(path)) return null;
    const allow = found.flatMap(({ known }) => (known === 'GET' ? ['GET', 'HEAD'] : known)).sort();
    return { route: fitting?.route ?? null, params: (fitting ?? found[0]!).params, allow };
  }

  /** Whether the server knows the path, for whatever method. */
  private isOwn(path: string): boolean {
    return this.own.some((route) => overlaps({ ...route, method: '' }, { method: '', path }));
  }

  private current(): Table {
    const { manifests } = this.catalogue;
    if (this.table.manifests !== manifests) this.table = tableOf(manifests);
    return this.table;
  }
}

/** What was made of manifests. */
interface Table {
  manifests: readonly Manifest[];
  router: Instance<HTTPVersion.V1>;
  routes: readonly DeclaredRoute[];
}

function tableOf(manifests: readonly Manifest[]): Table {
  const router = FindMyWay({ maxParamLength: MAX_PARAMETER, ignoreTrailingSlash: false });
  const routes = manifests.flatMap(routesIn);
  for (const route of routes) {
    const { method, path } = 'read' in route ? route.read : route.operation;
    router.on(method as HTTPMethod, path!.replaceAll(/\{(\w+)\}/g, ':$1'), NOTHING, route);
  }
  return { manifests, router, routes };
}

/** The router is asked what fits, and calls nobody. */
const NOTHING = (): void => undefined;

function routesIn(manifest: Manifest): DeclaredRoute[] {
  const { service, operations = [], reads = [] } = manifest;
  const compile = schemaCompiler();
  return [
    ...operations
      .filter(({ method, path }) => method && path)
      .map((operation) => ({
        service,
        operation,
        action: { name: operation.kind, allow: operation.allow ?? [] },
        body: operation.body ? bodyValidator(operation.body, compile) : null,
      })),
    ...reads.map((read) => ({ service, read, action: readingOf(service, read) })),
  ];
}

/** Whoever is let in to somebody's data by a role is told of, as of any read that shows it. */
function readingOf(service: string, { allow }: ReadDeclaration): ActionDefinition {
  const name = nameOfReads(service);
  return { name, allow, shows: name };
}
