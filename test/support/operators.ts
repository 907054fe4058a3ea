// Users with roles, and lanes that stand still.
import type { Role } from '@turnpike/protocol';
import {
  type Answer,
  api,
  expectStatus,
  type Operation,
  type Person,
  register,
  signIn,
  WAIT,
} from './client.js';

/** Registers somebody with those roles, and signs in again, since roles stand in tokens. */
export async function newOperator(url: string, adminToken: string, ...roles: Role[]): Promise<Person> {
  const person = await register(url);
  if (roles.length === 0) return person;
  const given = await api(url, adminToken).put(`/v1/users/${person.id}/roles`, { roles }, WAIT);
  expectStatus(given, 200);
  return { ...person, token: await signIn(url, person) };
}

/** A request of somebody, to be sent as anybody. */
export interface Asked {
  method: 'post' | 'put' | 'patch' | 'delete';
  path: string;
  body?: object;
}

export function ask(url: string, token: string | undefined, { method, path, body }: Asked): Promise<Answer> {
  const client = api(url, token);
  return method === 'delete' ? client.delete(path) : client[method](path, body);
}

/** The operation of a write that is accepted. */
export async function accepted(url: string, token: string, asked: Asked): Promise<Operation> {
  return expectStatus<Operation>(await ask(url, token, asked), 202);
}
