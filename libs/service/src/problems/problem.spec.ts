import { BadRequestException } from '@nestjs/common';
import { QueryFailedError } from 'typeorm';
import { Problem, problemOf } from './problem.js';

const CANARY = 'canary7310';

describe('a problem that is passed on', () => {
  const given = { type: '/problems/lamp-lit', title: 'The lamp is lit', status: 409, code: 'lamp-lit' };

  test('is as it was where its code is not declared here, but for the request that it was the answer to', () => {
    const { code, body } = Problem.from({ ...given, detail: CANARY, instance: 'r', lamp: 1 });
    expect(code).toBe('lamp-lit');
    expect(body).toEqual({ ...given, detail: CANARY, lamp: 1 });
  });

  test('has our words and its own members where its code is declared here', () => {
    const { body } = Problem.from({ ...given, code: 'lane-full', title: CANARY, status: 200, depth: 3 });
    expect(body).toEqual({ ...new Problem('lane-full').body, depth: 3 });
  });
});

describe('the answer to what nobody foresaw', () => {
  test.each([
    ['an error', new Error(CANARY)],
    ['an error of a statement', new QueryFailedError(CANARY, [CANARY], new Error(CANARY))],
    ['an error with a status', Object.assign(new Error(CANARY), { statusCode: 500, detail: CANARY })],
    ['a text', CANARY],
    ['nothing', undefined],
  ])('tells nothing of the inside: %s', (_what, thrown) => {
    const { code, body, headers } = problemOf(thrown);
    expect(code).toBe('internal-error');
    expect(body.status).toBe(500);
    expect(JSON.stringify({ body, headers })).not.toContain(CANARY);
  });

  test('is not that to what was foreseen, whose own words are the answer', () => {
    expect(problemOf(new Problem('lane-full', CANARY)).body.detail).toBe(CANARY);
    expect(problemOf(new BadRequestException(CANARY)).body).toMatchObject({ code: 'invalid-request' });
    expect(JSON.stringify(problemOf(new BadRequestException(CANARY)).body)).not.toContain(CANARY);
  });
});
