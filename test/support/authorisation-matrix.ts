// What the table of authorisation says to each of those who may come, about what belongs to somebody.
import { type Role, ROLES } from '@turnpike/protocol';
import { problemOf } from '@turnpike/service';
import { type ActionDefinition, authorise, roleIn } from '../../libs/engine/src/request/authorise.js';
import { ACTIONS, SHOP } from './shop.js';

/** Whoever comes, as the columns of the matrix. */
export const PERSONS = ['owner', 'other', 'actor', 'former', ...ROLES, 'admin (own)'] as const;
export type PersonName = (typeof PERSONS)[number];

const OWNER = 'the owner';

/** The former operator has asked for the operation, and has no role now; the actor has still one that acts. */
function rolesOf(person: PersonName): Role[] {
  if (person === 'actor') return ['operator.act'];
  if (person === 'admin (own)') return ['admin'];
  return ROLES.filter((role) => role === person);
}

/**
 * @returns `own` where no role is needed; `role` where only a role lets in, so that of a write it is asked for again at
 *   its turn; else the status of the refusal
 */
export function answerTo(person: PersonName, action: ActionDefinition): string {
  const isOwner = person === 'owner' || person === 'admin (own)';
  const asker = { userId: isOwner ? OWNER : person, roles: rolesOf(person) };
  const actorId = person === 'actor' || person === 'former' ? person : null;
  try {
    return roleIn(authorise(action, asker, OWNER, actorId)) ? 'role' : 'own';
  } catch (error) {
    return String(problemOf(error).body.status);
  }
}

/** Every action with its row. */
export function matrix(): [action: string, ...cells: string[]][] {
  return ACTIONS.map((action) => [action.name, ...PERSONS.map((person) => answerTo(person, action))]);
}

/** The writes to which a role lets somebody in. */
export function kindsByRole(): string[] {
  const byRole = (kind: string): boolean => {
    const action = ACTIONS.find(({ name }) => name === kind)!;
    return PERSONS.some((person) => answerTo(person, action) === 'role');
  };
  return SHOP.clientKinds.filter(byRole);
}
