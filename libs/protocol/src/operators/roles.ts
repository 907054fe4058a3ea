/**
 * The roles: `operator` looks at everything that operators see, `operator.act` acts on it too, `operator.reveal` opens
 * sealed payloads too, `admin` may do all of this and what the application's administrators do.
 */
export const ROLES = ['operator', 'operator.act', 'operator.reveal', 'admin'] as const;
export type Role = (typeof ROLES)[number];

/** @returns whether those roles hold what that role lets do; administrators may do all of it */
export function holds(roles: readonly Role[], role: Role): boolean {
  return roles.includes(role) || roles.includes('admin');
}
