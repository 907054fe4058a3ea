import type { Role } from './roles.js';

/** Who is signed in at the dashboard; the session itself is a cookie that its page cannot read. */
export class DashboardSession {
  userId: string;
  /** Sent back as `X-CSRF-Token` with whatever is not a plain read. */
  csrfToken: string;
  expiresAt: string;
  roles: Role[];
}
