import { setTimeout as pause } from 'node:timers/promises';
import { HttpService } from '@nestjs/axios';
import { normaliseEmail, type Role } from '@turnpike/protocol';
import type { UserView } from '@turnpike/contracts';
import {
  type Asked,
  assertKeys,
  Breakers,
  type Command,
  isEnded,
  type NewOperation,
  type OpenLedger,
  type OperationRead,
  operator,
  say,
  Services,
  Usage,
  withLedger,
} from '@turnpike/engine';
import { ServiceTokenSigner } from '@turnpike/service';
import { isUUID } from 'class-validator';
import { v7 as uuidv7 } from 'uuid';
import type { ShopConfig } from '../config.js';
import { catalogueOf } from '../operations/definitions.js';

/** Milliseconds in which a worker carries the write out, if one runs. */
const DONE_WITHIN_MS = 30_000;
const LOOK_AGAIN_MS = 200;

/** `npm run ledger -- grant-admin`. */
export const GRANT_ADMIN: Command = {
  usage: [
    'grant-admin <e-mail|userId>',
    'makes somebody an administrator, the way back where none is left; needs DATA_KEY, IDENTITY_URL and SERVICE_SIGNING_KEY',
  ],
  ...{ options: [], takesArgument: true, run: grant },
};

/** Whom to make an administrator, and what the audit trail says of who did it. */
export interface GrantAdmin {
  /** An e-mail address or an id. */
  whom: string;
  reason: string;
  /** Says beforehand who that is. */
  tell: (line: string) => void;
}

/**
 * Gives somebody the role `admin` beside the roles that the user has: a write in the user's lane, as an administrator's
 * would be, that nobody has asked for. It is the way back where no administrator is left. The audit trail tells of it
 * before it is accepted: an entry may tell of what was then refused, but nothing is accepted of which none tells.
 * @returns what has become of it, in words
 * @throws Error where it is not accepted
 */
export async function grantAdmin(
  config: ShopConfig,
  open: OpenLedger,
  { whom, reason, tell }: GrantAdmin,
): Promise<string> {
  await assertKeys(open);
  const services = servicesOf(config);
  const userId = isUUID(whom) ? whom.toLowerCase() : await idOf(services, whom);
  const known = await open.endings.knownRoles(userId);
  if (!known) throw new Error(`There is no lane of ${userId}.`);
  const { roles, state, createdAt } = await ask<UserView>(services, `/internal/users/${userId}`);
  tell(
    `It is the user ${userId}, ${state}, registered at ${createdAt}, with the roles: ${roles.join(', ') || 'none'}.`,
  );
  if (roles.includes('admin')) return `${userId} is an administrator already.`;
  const operation = grantOf(config, userId, [...roles, 'admin']);
  const { id: operationId } = operation;
  await open.trail.append({ action: 'user.grant-admin', userId, operationId, actorId: null, reason });
  const terms = { clientKey: null, maxDepth: config.laneMaxDepth };
  const admitted = await open.ledger.admit({ operation, ...terms, grantsSince: known.lastSeq });
  if (admitted.outcome !== 'accepted')
    throw new Error(
      `The lane of ${userId} does not take it: ${admitted.outcome === 'refused' ? admitted.code : ''}`,
    );
  return said(await endOf(open, operationId));
}

/** The gateway's own calls, of a process that is none. */
function servicesOf(config: ShopConfig): Services {
  return new Services(
    new HttpService(),
    new ServiceTokenSigner(config.serviceSigningKey),
    new Breakers(),
    config,
  );
}

function ask<Body>(services: Services, path: string, query?: object): Promise<Body> {
  return services.ask<Body>('identity', { method: 'GET', path, query, quiet: true });
}

async function idOf(services: Services, email: string): Promise<string> {
  const query = { email: normaliseEmail(email) };
  return (await ask<{ id: string }>(services, '/internal/users/by-email', query)).id;
}

function grantOf(config: ShopConfig, userId: string, roles: readonly Role[]): NewOperation {
  const payload = { roles };
  const catalogue = catalogueOf(config);
  return {
    id: uuidv7(),
    userId,
    kind: 'user.set-roles',
    ...catalogue.factsOf('user.set-roles'),
    actorId: null,
    target: { type: 'user', id: userId },
    payload,
    ifMatch: null,
    steps: catalogue.stepsOf('user.set-roles', payload),
    traceparent: null,
  };
}

/** @returns the write as it is once it has ended, or when nobody has carried it out by then */
async function endOf({ queries }: OpenLedger, id: string): Promise<OperationRead> {
  const deadline = performance.now() + DONE_WITHIN_MS;
  for (;;) {
    const operation = (await queries.operation(id))!;
    if (isEnded(operation.state) || performance.now() > deadline) return operation;
    await pause(LOOK_AGAIN_MS);
  }
}

function said({ id, userId, state, problem }: OperationRead): string {
  if (state === 'succeeded') return `${userId} is an administrator now (operation ${id}).`;
  if (isEnded(state)) throw new Error(`Operation ${id} ended as ${state}: ${problem?.code ?? 'no problem'}.`);
  return `Operation ${id} is accepted and ${state}: a worker carries it out when it can.`;
}

async function grant({ argument, values: _none, ...around }: Asked): Promise<void> {
  if (!argument) throw new Usage('grant-admin needs an e-mail address or the id of a user.');
  const whom = { whom: argument, reason: `npm run ledger, ${operator()}` };
  const tell = (line: string): void => say(around, line);
  await withLedger(around, async (ledger) => {
    tell(await grantAdmin(around.configOf() as ShopConfig, ledger, { ...whom, tell }));
  });
}
