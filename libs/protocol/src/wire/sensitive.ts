/*
 * Which members of what crosses a process' border may be shown to nobody, and which only to whom they are about. A
 * member with a text in it stands in one of these lists, is declared beside them, or stands in the test's list of those
 * that may be shown to operators; by their names, because what is logged has lost its class.
 */

/** Whoever has these can act as somebody else. Headers are among them. */
export const SECRET_MEMBERS = [
  'password',
  'currentPassword',
  'newPassword',
  'accessToken',
  'refreshToken',
  'token',
  'authorization',
  'cookie',
  'set-cookie',
  'operation-token',
  'csrfToken',
  'secret',
  // The address of a webhook: whoever knows some of them may write there.
  'url',
] as const;

/** What tells of a person, and what people type without being asked for it. */
export const PERSONAL_MEMBERS = [
  'email',
  'firstName',
  'lastName',
  'name',
  'phone',
  'line1',
  'line2',
  'city',
  'postalCode',
  'country',
  'claims',
  // With which browser and system somebody signed in.
  'client',
  'reason',
  'search',
  'description',
  'idempotency-key',
  // Whole resources, and what is known of them before and after a write.
  'payload',
  'input',
  'answers',
  'result',
  'before',
  'after',
] as const;

const personal = new Set(PERSONAL_MEMBERS.map((name) => name.toLowerCase()));

/** Adds to the names of what is personal in this process. */
export function declarePersonal(names: readonly string[]): void {
  for (const name of names) personal.add(name.toLowerCase());
}

/** @returns whether a member of that name is personal, however it is written */
export function isPersonal(name: string): boolean {
  return personal.has(name.toLowerCase());
}
