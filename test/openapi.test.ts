import { spawn } from 'node:child_process';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { PROBLEMS } from '@turnpike/protocol';
import { billing } from '../examples/billing/src/billing.js';
import { ACTIONS } from './support/shop.js';
import { startSystem, type System } from './support/system.js';

type Json = any;

/** By the name of each action of the shop and of the service that has joined it. */
const ALLOWED = new Map<string, unknown>([
  ...ACTIONS.map(({ name, allow }) => [name, allow] as const),
  ...billing.declaration.operations!.map(({ kind, allow }) => [kind, allow] as const),
  ...billing.declaration.reads!.map(({ allow }) => ['billing.read', allow] as const),
]);
const LINTER = path.join(__dirname, 'support/lint-openapi.mjs');

describe('the OpenAPI document', () => {
  let system: System;
  beforeAll(async () => {
    system = await startSystem({ billing: true });
  });
  afterAll(() => system?.stop());

  const documentOf = async (name: string): Promise<string> => {
    const { gatewayUrls, identityUrl, orderingUrl, processes } = system;
    const urls: Record<string, string> = {
      gateway: gatewayUrls[0]!,
      identity: identityUrl,
      ordering: orderingUrl,
      billing: processes.billing!.url,
    };
    return (await fetch(`${urls[name]}/openapi.json`)).text();
  };

  it.each(['gateway', 'identity', 'ordering', 'billing'])(
    'of %s breaks no rule of the linter',
    async (name) => {
      expect(await lint(await documentOf(name))).toEqual([]);
    },
  );

  it('is judged by a linter that finds something in one that is wrong', async () => {
    const document = JSON.parse(await documentOf('gateway'));
    delete document.paths['/v1/me'].get.operationId;
    expect(await lint(JSON.stringify(document))).toEqual([expect.stringContaining('operationId')]);
  });

  it('says of every route of the gateway who may, and what is answered to those who may not', async () => {
    const { paths } = JSON.parse(await documentOf('gateway'));
    for (const [route, operation] of operationsOf(paths)) {
      const allowed = Object.entries(operation['x-allowed'] ?? {});
      expect({ route, allowed }).toEqual({
        route,
        allowed: allowed.map(([action]) => [action, ALLOWED.get(action)]),
      });
      const [[, first] = ['public', ['anyone']]] = allowed as [string, string[]][];
      const isPublic = first.includes('anyone');
      expect({ route, security: operation.security }).toEqual({ route, security: isPublic ? [] : undefined });
      const onlyAdmin = allowed.some(([, who]) => String(who) === 'admin');
      const refusals = Object.keys(operation.responses);
      if (!isPublic)
        expect({ route, refusals }).toEqual({ route, refusals: expect.arrayContaining(['401']) });
      if (onlyAdmin)
        expect({ route, refusals }).toEqual({ route, refusals: expect.arrayContaining(['403']) });
      if (first.includes('owner')) {
        expect({ route, refusals }).toEqual({ route, refusals: expect.arrayContaining(['404']) });
      }
    }
  });

  it('lists each problem under the status that it has', async () => {
    const { paths } = JSON.parse(await documentOf('gateway'));
    for (const [route, { responses }] of operationsOf(paths)) {
      for (const [status, response] of Object.entries(responses as Record<string, Json>)) {
        const codes =
          response.content?.['application/problem+json']?.schema.allOf?.[1].properties.code.enum ?? [];
        for (const code of codes as (keyof typeof PROBLEMS)[]) {
          expect({ route, code, status }).toEqual({ route, code, status: String(PROBLEMS[code].status) });
        }
      }
    }
  });
});

function operationsOf(paths: Json): [route: string, operation: Json][] {
  return Object.entries(paths as Record<string, Json>).flatMap(([address, item]) =>
    Object.entries(item).map(([method, operation]): [string, Json] => [`${method} ${address}`, operation]),
  );
}

async function lint(document: string): Promise<string[]> {
  const child = spawn(process.execPath, [LINTER], { stdio: ['pipe', 'pipe', 'inherit'] });
  child.stdin.end(document);
  return JSON.parse(await text(child.stdout)) as string[];
}
