import { IsString, MaxLength, MinLength } from 'class-validator';
import { Email } from '../wire/validation.js';
import type { Role } from './roles.js';

/** NIST SP 800-63B: length and a list of common passwords, no rules of composition. */
export const PASSWORD_LENGTH = { min: 10, max: 128 } as const;

/** What somebody signs in with. */
export class SignIn {
  @Email()
  email: string;

  @IsString()
  @MinLength(1)
  @MaxLength(PASSWORD_LENGTH.max)
  password: string;
}

/** What a sign-in, or a refresh, answers. */
export class SessionView {
  accessToken: string;
  refreshToken: string;
  tokenType: 'Bearer';
  /** Seconds until the access token expires. */
  expiresIn: number;
  userId: string;
}

/** Who is signed in at the dashboard; the session itself is a cookie that its page cannot read. */
export class DashboardSession {
  userId: string;
  /** Sent back as `X-CSRF-Token` with whatever is not a plain read. */
  csrfToken: string;
  expiresAt: string;
  roles: Role[];
}
