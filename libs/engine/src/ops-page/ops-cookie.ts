import type { FastifyRequest } from 'fastify';

/**
 * `__Host-`: for this host alone, and never set by a neighbour or over a connection that is not trustworthy. It demands
 * the path `/`; below a path that a proxy adds, the cookie is for that path and not for what else the host serves.
 */
const NAME = { ofHost: '__Host-turnpike-ops', ofPath: '__Secure-turnpike-ops' };

/** How browsers know the dashboard's cookie of this installation. */
export class OpsCookie {
  private readonly name: string;
  private readonly path: string;
  private readonly form: RegExp;

  /** @param before the path that a proxy adds, or nothing */
  constructor(before: string) {
    this.name = before === '' ? NAME.ofHost : NAME.ofPath;
    this.path = before === '' ? '/' : before;
    this.form = new RegExp(`(?:^|;\\s*)${this.name}=([\\w-]{43})(?:;|$)`);
  }

  idIn({ headers }: FastifyRequest): string | null {
    return this.form.exec(headers.cookie ?? '')?.[1] ?? null;
  }

  set(id: string, maxAgeSeconds: number): string {
    return `${this.name}=${id}; Path=${this.path}; Max-Age=${maxAgeSeconds}; HttpOnly; Secure; SameSite=Strict`;
  }
}
