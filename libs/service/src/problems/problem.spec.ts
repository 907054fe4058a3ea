import { BadRequestException } from '@nestjs/common';
import { QueryFailedError } from 'typeorm';
import { Problem, problemOf } from './problem.js';

const CANARY = 'canary7310';

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
