import { getEventListeners } from 'node:events';
import { type Call, Http } from './http.js';
import type { Session } from './session.js';

/** Answers, or what is thrown instead, one for each request; the last one for all that follow. */
type Given = () => Response;

const problem = (status: number, code: string, headers: Record<string, string> = {}): Given => {
  const type = { 'content-type': 'application/problem+json' };
  const body = { type: `/problems/${code}`, title: code, status, code };
  return () => new Response(JSON.stringify(body), { status, headers: { ...type, ...headers } });
};
const nobodyThere: Given = () => {
  throw new TypeError('fetch failed');
};
const fine: Given = () => new Response('{"fine":true}');

const NOBODY = { userId: async () => null, accessToken: async () => null, renew: async () => null };
const READ: Call = { method: 'GET', path: '/v1/me' };

describe('Http', () => {
  let sentAt: number[];
  /** Whose token each request had. */
  let sentAs: (string | null)[];

  beforeEach(() => {
    sentAt = [];
    sentAs = [];
    jest.useFakeTimers();
  });
  afterEach(() => jest.useRealTimers());

  function httpOf(session: Pick<Session, 'userId' | 'accessToken' | 'renew'>, ...answers: Given[]): Http {
    const options = {
      baseUrl: 'http://gateway',
      retries: 3,
      fetch: async (_: unknown, init?: RequestInit) => {
        sentAt.push(Date.now());
        sentAs.push(new Headers(init?.headers).get('authorization'));
        return answers[Math.min(sentAt.length, answers.length) - 1]!();
      },
    };
    return new Http(options, session);
  }

  /** @returns what becomes of a request, with all pauses taken */
  async function outcomeOf(http: Http, call: Call): Promise<unknown> {
    const outcome = http.send(call).then(
      ({ body }) => body,
      (error: unknown) => error,
    );
    await jest.runAllTimersAsync();
    return outcome;
  }

  /** @returns what becomes of a request that is answered so */
  function send(...answers: Given[]): Promise<unknown> {
    return outcomeOf(httpOf(NOBODY, ...answers), READ);
  }

  const pauses = (): number[] => sentAt.slice(1).map((at, index) => at - sentAt[index]!);

  it.each<[string, Given]>([
    ['nothing answers', nobodyThere],
    ['the gateway is not available', problem(503, 'unavailable', { 'retry-after': '1' })],
    ['a proxy finds no gateway', () => new Response('<h1>Bad Gateway</h1>', { status: 502 })],
  ])('sends a request again when %s, a few times and ever more rarely', async (_, failure) => {
    expect(await send(failure, failure, failure, fine)).toEqual({ fine: true });
    expect(await send(failure)).toBeInstanceOf(Error);
    expect(sentAt.length).toBe(4 + 4);
    expect(pauses()[2]).toBeGreaterThanOrEqual(500);
  });

  it('waits as long as it is told', async () => {
    expect(await send(problem(429, 'lane-full', { 'retry-after': '7' }), fine)).toEqual({ fine: true });
    expect(pauses()).toEqual([7000]);
  });

  it('waits as long as a proxy asks for', async () => {
    const busy = () => new Response('busy', { status: 503, headers: { 'retry-after': '8' } });
    expect(await send(busy, fine)).toEqual({ fine: true });
    expect(pauses()).toEqual([8000]);
  });

  it.each<[string, Given, number]>([
    ['not where its answer is lost', nobodyThere, 1],
    ['not where it may have been done', problem(503, 'unavailable'), 1],
    ['where it was turned away', problem(429, 'rate-limited'), 2],
  ])('sends what is done as often as it is sent again %s', async (_, failure, times) => {
    await outcomeOf(httpOf(NOBODY, failure, fine), { ...READ, method: 'POST', counts: true });
    expect(sentAt.length).toBe(times);
  });

  it('gives an answer up after 15 seconds, or sooner where its call says so', async () => {
    const limits = jest.spyOn(AbortSignal, 'timeout');
    await outcomeOf(httpOf(NOBODY, fine), { ...READ, waitSeconds: 5 });
    await outcomeOf(httpOf(NOBODY, fine), { ...READ, answerWithinMs: 7000 });
    expect(limits.mock.calls).toEqual([[20_000], [7000]]);
    limits.mockRestore();
  });

  it('sends nothing as somebody else who has signed in since the first attempt', async () => {
    const signedIn = ['ada', 'grace'];
    const session = {
      userId: async () => signedIn[0]!,
      accessToken: async (userId: string) => (userId === signedIn[0] ? userId : null),
      renew: async () => null,
    };
    const http = httpOf(
      session,
      () => {
        signedIn.shift();
        throw new TypeError('lost');
      },
      problem(401, 'unauthenticated'),
    );
    expect(await outcomeOf(http, READ)).toMatchObject({ code: 'unauthenticated' });
    expect(sentAs).toEqual(['Bearer ada', null]);
  });

  it('gives up with its caller while the session is renewed', async () => {
    const endless = new Promise<never>(() => undefined);
    const http = httpOf({ ...NOBODY, userId: async () => 'ada', accessToken: () => endless }, fine);
    const signal = AbortSignal.abort(new Error('enough'));
    expect(await outcomeOf(http, { ...READ, signal })).toMatchObject({ message: 'enough' });
    const late = new AbortController();
    setTimeout(() => late.abort(new Error('too late')), 100);
    expect(await outcomeOf(http, { ...READ, signal: late.signal })).toMatchObject({ message: 'too late' });
  });

  it('leaves nothing behind on the signal of a stream that goes on', async () => {
    const { signal } = new AbortController();
    const http = httpOf({ ...NOBODY, accessToken: async () => 'token' }, fine);
    expect((await http.open({ ...READ, signal }, 'ada')).status).toBe(200);
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });

  it('takes a page for an answer for what it is', async () => {
    const page = await send(() => new Response('<h1>Sign in to this network</h1>'));
    expect(page).toMatchObject({ name: 'UnexpectedAnswer', status: 200 });
  });

  it.each<[string, Given]>([
    ['that asks for a long pause', problem(429, 'rate-limited', { 'retry-after': '300' })],
    ['that will not pass', problem(500, 'internal-error')],
    ['with which an accepted write has ended', problem(503, 'unavailable', { 'operation-id': 'an id' })],
  ])('throws a problem %s at once', async (_, failure) => {
    expect(await send(failure)).toMatchObject({ name: 'TurnpikeProblem' });
    expect(sentAt.length).toBe(1);
  });
});
