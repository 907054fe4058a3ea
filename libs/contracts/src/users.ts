import { ArrayMaxSize, ArrayUnique, IsArray, IsIn, IsString, Length } from 'class-validator';
import { Email, Optional, Rule, Text } from './validation.js';

/**
 * The roles: `operator` looks at everything that operators see, `operator.act` acts on it too, `operator.reveal` opens
 * sealed payloads too, `admin` may do all of this and what the shop's administrators do.
 */
export const ROLES = ['operator', 'operator.act', 'operator.reveal', 'admin'] as const;
export type Role = (typeof ROLES)[number];

/** @returns whether those roles hold what that role lets do; administrators may do all of it */
export function holds(roles: readonly Role[], role: Role): boolean {
  return roles.includes(role) || roles.includes('admin');
}

export type Claims = Record<string, string | number | boolean>;

/** The most bytes of JSON that a user's claims may have. */
const MAX_CLAIMS_BYTES = 4096;

/** NIST SP 800-63B: length and a list of common passwords, no rules of composition. */
export const PASSWORD_LENGTH = { min: 10, max: 128 } as const;

function isFlatClaims(value: unknown): boolean {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    Object.values(value).every((item) => ['string', 'number', 'boolean'].includes(typeof item)) &&
    Buffer.byteLength(JSON.stringify(value)) <= MAX_CLAIMS_BYTES
  );
}

export class RegisterUser {
  @Email()
  email: string;

  @IsString()
  @Length(PASSWORD_LENGTH.min, PASSWORD_LENGTH.max)
  password: string;

  @Text()
  firstName: string;

  @Text()
  lastName: string;
}

/** Says again who one is, where a session alone is not enough. */
export class CurrentPassword {
  /** The user's password; needed of the user, unless the session began in the last five minutes. */
  @Optional()
  @IsString()
  @Length(1, PASSWORD_LENGTH.max)
  currentPassword?: string;
}

export class UserChanges {
  @Optional()
  @Email()
  email?: string;

  @Optional()
  @Text()
  firstName?: string;

  @Optional()
  @Text()
  lastName?: string;
}

/** What the user asks for: of a new `email` it has to be confirmed who asks. */
export class UpdateUser extends UserChanges {
  /** Confirms a change of `email` by the user, unless the session began in the last five minutes. */
  @Optional()
  @IsString()
  @Length(1, PASSWORD_LENGTH.max)
  currentPassword?: string;
}

export class ChangePassword {
  @IsString()
  @Length(1, PASSWORD_LENGTH.max)
  currentPassword: string;

  @IsString()
  @Length(PASSWORD_LENGTH.min, PASSWORD_LENGTH.max)
  newPassword: string;
}

export class SetRoles {
  @IsArray()
  @ArrayUnique()
  @ArrayMaxSize(ROLES.length)
  @IsIn(ROLES, { each: true })
  roles: Role[];
}

export class SetClaims {
  /** A flat object of strings, numbers and booleans, at most 4 KiB. */
  @Rule(
    'flatClaims',
    `claims must be a flat object of strings, numbers and booleans of at most ${MAX_CLAIMS_BYTES} bytes`,
    isFlatClaims,
  )
  claims: Claims;
}

export class DeleteUserQuery {
  /** What happens to the writes that wait before the deletion: they run, or are cancelled. */
  @Optional()
  @IsIn(['run', 'cancel'])
  pending: 'run' | 'cancel' = 'run';
}

export const USER_STATES = ['active', 'deleted'] as const;
export type UserState = (typeof USER_STATES)[number];

/** What `identity.confirm` answers. `absent` is who never was, or is purged. */
export const CONFIRMED_STATES = [...USER_STATES, 'absent'] as const;
export type ConfirmedState = (typeof CONFIRMED_STATES)[number];

/** What the ledger, which is the register of deletions, says of a user whom it has decided about. */
export const REGISTERED_STATES = ['active', 'deleted', 'purged'] as const;
export type RegisteredState = (typeof REGISTERED_STATES)[number];

export class UserView {
  id: string;
  email: string;
  firstName: string;
  lastName: string;
  roles: Role[];
  claims: Claims;
  state: UserState;
  version: number;
  createdAt: string;
  updatedAt: string;
  /** Only of a deleted user. */
  deletedAt?: string;
}

/** Answer of identity's `GET /internal/users/administrators`. */
export class Administrators {
  ids: string[];
}

export class RestoredUser extends UserView {
  /** The orders that the deletion has cancelled, and that stay so. */
  staysCancelled: string[];
}
