// Requests as any client sends them. Nothing is thrown for an answer, whatever its status.
const TIMEOUT_MS = 40_000;

/** Rate limits count per minute: the longest that the story waits for one. */
const LONGEST_RETRY_S = 20;

/** Waits in the request for the outcome of a write. */
export const WAIT = { prefer: 'wait=30' };

/** An answer that the story cannot go on with. */
export class UnexpectedAnswer extends Error {}

/** Requests to `url`, with an access token if there is one. */
export function client(url, token) {
  const send = (method) => (path, body, headers) => patiently({ url, token, method, path, body, headers });
  const bodiless = (method) => (path, headers) => send(method)(path, undefined, headers);
  return {
    get: bodiless('GET'),
    delete: bodiless('DELETE'),
    post: send('POST'),
    put: send('PUT'),
    patch: send('PATCH'),
  };
}

/** @returns the body of an answer with that status; anything else ends the story, and says why */
export function expect(answer, status) {
  if (answer.status === status) return answer.body;
  const { code = '', detail = '' } = answer.body ?? {};
  throw new UnexpectedAnswer(
    `${answer.request} was answered with ${answer.status} ${code} ${detail}`.trimEnd() + `, not ${status}`,
  );
}

/** One request, sent once. */
export async function request({ url, token, method, path, body, headers }) {
  const response = await fetch(url + path, {
    method,
    headers: {
      ...(token && { authorization: `Bearer ${token}` }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...headers,
    },
    body: body === undefined ? undefined : JSON.stringify(body),
    redirect: 'manual',
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  const text = await response.text();
  return {
    request: `${method} ${path}`,
    status: response.status,
    headers: response.headers,
    body: parsed(text),
  };
}

/** A system with rate limits may ask for a pause; the story is told all the same. */
async function patiently(message) {
  for (;;) {
    const answer = await request(message);
    const seconds = Number(answer.headers.get('retry-after'));
    if (answer.body?.code !== 'rate-limited' || !(seconds <= LONGEST_RETRY_S)) return answer;
    await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
  }
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return text || undefined;
  }
}
