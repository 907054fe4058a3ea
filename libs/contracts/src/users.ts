import {
  Email,
  Optional,
  PASSWORD_LENGTH,
  type Role,
  ROLES,
  Rule,
  Text,
  type UserState,
} from '@turnpike/protocol';
import { ArrayMaxSize, ArrayUnique, IsArray, IsIn, IsString, Length } from 'class-validator';

export type Claims = Record<string, string | number | boolean>;

/** The most bytes of JSON that a user's claims may have. */
const MAX_CLAIMS_BYTES = 4096;

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
