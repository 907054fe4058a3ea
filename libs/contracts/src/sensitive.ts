/*
 * Which members of what crosses a process' border may be shown to nobody, and which only to whom they are about. A
 * member of the contracts with a text in it stands in one of these lists, or in the test's list of those that may be
 * shown to operators; by their names, because what is logged has lost its class.
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
  'reference',
  'paymentReference',
  'trackingNumber',
  'reason',
  'cancelReason',
  'voidReason',
  'search',
  'description',
  'idempotency-key',
  // Whole resources, and what is known of them before and after a write.
  'payload',
  'result',
  'before',
  'after',
] as const;
