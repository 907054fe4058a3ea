// Every route that the gateway has by its own code.
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { HealthController } from '@turnpike/service';
import { type Route, routesOf } from '../../libs/engine/src/request/route-actions.js';

const ROOT = path.resolve(__dirname, '../..');

/** @returns the routes, as `GET /v1/orders/{id}`; those of services that join are not among them */
export function routesInCode(): Route[] {
  const files = ['gateway/src', 'libs/engine/src'].flatMap((folder) =>
    readdirSync(path.join(ROOT, folder), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.controller.ts'))
      .sort()
      .map((file) => path.join(ROOT, folder, file)),
  );
  const modules = files.map((file) => jest.requireActual<object>(file));
  const controllers = modules.flatMap((exported) => Object.values(exported) as (typeof HealthController)[]);
  return (
    [...controllers, HealthController]
      .flatMap(routesOf)
      // A controller of routes that are declared by services that join has no action of its own.
      .filter(({ actions }) => actions === 'public' || actions!.length > 0)
      .map((route) => ({ ...route, address: route.address.replaceAll(/:(\w+)/g, '{$1}') }))
  );
}
