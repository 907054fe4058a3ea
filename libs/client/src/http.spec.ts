import { Http } from './http.js';

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

describe('Http', () => {
  let sentAt: number[];

  beforeEach(() => {
    sentAt = [];
    jest.useFakeTimers();
  });
  afterEach(() => jest.useRealTimers());

  /** @returns what becomes of a request that is answered so, with all pauses taken */
  async function send(...answers: Given[]): Promise<unknown> {
    const http = new Http(
      {
        baseUrl: 'http://gateway',
        retries: 3,
        fetch: async () => {
          sentAt.push(Date.now());
          return answers[Math.min(sentAt.length, answers.length) - 1]!();
        },
      },
      { accessToken: async () => null, renew: async () => null },
    );
    const outcome = http.send({ method: 'GET', path: '/v1/me' }).then(
      ({ body }) => body,
      (error: unknown) => error,
    );
    await jest.runAllTimersAsync();
    return outcome;
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

  it.each<[string, Given]>([
    ['that asks for a long pause', problem(429, 'rate-limited', { 'retry-after': '300' })],
    ['that will not pass', problem(500, 'internal-error')],
    ['with which an accepted write has ended', problem(503, 'unavailable', { 'operation-id': 'an id' })],
  ])('throws a problem %s at once', async (_, failure) => {
    expect(await send(failure)).toMatchObject({ name: 'TurnpikeProblem' });
    expect(sentAt.length).toBe(1);
  });
});
