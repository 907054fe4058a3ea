import type { DashboardSession, ProblemBody, ProblemCode } from '@turnpike/protocol';
import { BASE } from './base.js';

/** Any answer but success, with the problem that it brought. */
export class Refusal extends Error {
  constructor(readonly problem: Pick<ProblemBody, 'title' | 'status' | 'code' | 'detail'>) {
    super(problem.detail ?? problem.title);
  }
}

/** Only what is read is asked for again: an action may have been carried out though its answer was lost. */
function unreachable(method: string): Refusal {
  const detail =
    method === 'GET'
      ? 'This page asks again by itself.'
      : 'It cannot be said whether this was done. Look before you try again.';
  return new Refusal({ title: 'The gateway cannot be reached', detail, status: 503, code: 'unavailable' });
}

/** What the session gave this page; a page elsewhere cannot know it. */
let csrfToken = '';

export async function signIn(email: string, password: string): Promise<DashboardSession> {
  await post<DashboardSession>('/ops/session', { email, password });
  const session = await currentSession();
  if (!session) throw notKept();
  return session;
}

/** The gateway has opened a session of which the browser did not keep the cookie. */
function notKept(): Refusal {
  const detail =
    'Allow cookies for this site, and open the page over https, or from the machine that the gateway runs on.';
  const title = 'This browser did not keep the session';
  return new Refusal({ title, detail, status: 401, code: 'unauthenticated' });
}

/** Whoever is refused for another reason, such as too many requests, has a session all the same. */
const SIGNED_OUT: ReadonlySet<string> = new Set<ProblemCode>(['unauthenticated', 'forbidden']);

/** @returns the session that the browser's cookie stands for, or null */
export async function currentSession(): Promise<DashboardSession | null> {
  try {
    return took(await get<DashboardSession>('/ops/session'));
  } catch (error) {
    if (error instanceof Refusal && SIGNED_OUT.has(error.problem.code)) return null;
    throw error;
  }
}

/**
 * @param isUsed lets the session go on, since somebody uses the page
 * @returns false where it has ended; true where that cannot be said
 */
export async function sessionGoesOn(isUsed: boolean): Promise<boolean> {
  const headers = { ...(isUsed && { 'x-user-activity': 'true' }) };
  const answer = await fetch(`${BASE}/ops/session`, { headers }).catch(() => null);
  return answer?.status !== 401;
}

/** A session that has ended already is signed out of. */
export async function signOut(): Promise<void> {
  try {
    await send('DELETE', '/ops/session');
  } catch (error) {
    if (!(error instanceof Refusal) || error.problem.code !== 'unauthenticated') throw error;
  }
}

/** @throws Refusal */
export function get<Body>(path: string, signal?: AbortSignal): Promise<Body> {
  return send('GET', path, undefined, signal);
}

/** @throws Refusal */
export function post<Body>(path: string, body: object = {}): Promise<Body> {
  return send('POST', path, body);
}

function took(session: DashboardSession): DashboardSession {
  csrfToken = session.csrfToken;
  return session;
}

async function send<Body>(
  method: string,
  path: string,
  body?: object,
  signal: AbortSignal | null = null,
): Promise<Body> {
  const answer = await fetch(BASE + path, {
    method,
    signal,
    headers: {
      ...(method !== 'GET' && { 'x-csrf-token': csrfToken }),
      ...(body && { 'content-type': 'application/json' }),
    },
    body: body ? JSON.stringify(body) : null,
  }).catch((error: Error) => {
    throw error.name === 'AbortError' ? error : unreachable(method);
  });
  if (answer.ok) return (answer.status === 204 ? undefined : await answer.json()) as Body;
  throw new Refusal(await problemIn(answer));
}

/** A proxy on the way may answer by itself, and not with a problem. */
async function problemIn(answer: Response): Promise<ProblemBody> {
  const { status } = answer;
  const other = { type: '', title: `The answer was ${status}`, status, code: 'internal-error' } as const;
  return (await answer.json().catch(() => other)) as ProblemBody;
}
