import type { DeclaredStepBody } from '@turnpike/protocol';
import type { EntityManager } from 'typeorm';
import { Problem } from '../problems/problem.js';
import { DeclaredStep } from './declared-step.js';
import type { StepRequest } from './definition.js';

const NO_TRANSACTION = {} as EntityManager;
const CALL = {
  call: {} as never,
  body: { operation: {}, input: {} } as DeclaredStepBody,
  ifMatch: undefined,
};

/** @returns what a step is refused with that refuses with that code */
async function refusedWith(code: string): Promise<unknown> {
  const run = ({ refuse }: StepRequest): never => {
    throw refuse(code, 'It is dark.', { watts: 5 });
  };
  const step = new DeclaredStep('lamps.light', {
    ...{ service: 'lamps', version: '1', port: 3099, migrations: [], steps: { 'lamps.light': { run } } },
    operations: [{ kind: 'lamps.light', steps: ['lamps.light'], refuses: ['fuse-blown'] }],
  });
  return step.apply(NO_TRANSACTION, CALL).catch((error: unknown) => error);
}

describe('a step refuses', () => {
  it('with a problem that is declared, by its status and title', async () => {
    const refusal = (await refusedWith('not-found')) as Problem;
    expect(refusal).toBeInstanceOf(Problem);
    expect(refusal.body).toMatchObject({ code: 'not-found', status: 404, detail: 'It is dark.', watts: 5 });
  });

  it('with one of another service, where an operation says so: whoever reads it knows its words', async () => {
    const refusal = (await refusedWith('fuse-blown')) as Problem;
    expect(refusal).toBeInstanceOf(Problem);
    expect(refusal.body).toEqual({
      ...{ type: '/problems/fuse-blown', title: 'fuse-blown', status: 409, code: 'fuse-blown' },
      ...{ detail: 'It is dark.', watts: 5 },
    });
  });

  it('with no other one: that is a mistake, and no answer', async () => {
    const mistake = await refusedWith('fuse-blwon');
    expect(mistake).not.toBeInstanceOf(Problem);
    expect(mistake).toEqual(new Error('No service declares the problem fuse-blwon.'));
  });
});
