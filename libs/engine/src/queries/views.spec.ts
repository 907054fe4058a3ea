import type { OperationRead } from '../ledger/operation.entity.js';
import { changedView, toView } from './views.js';

const COUNTS = [{ relation: 'desk.notes', rule: 'cascade', rows: 2 }];
const step = { name: 'desk.tear', service: 'desk', state: 'applied' as const, attempts: 1 };

/** A claim, and the end. */
const [BEGUN, ENDED] = ['4294967297', '4294967298'];

const TORN = {
  ...{ id: 'o', kind: 'letter.tear', userId: 'u', actorId: 'u', seq: 2, state: 'succeeded', attempts: 1 },
  ...{
    targetType: 'letter',
    targetId: 'l',
    createdAt: new Date(0),
    result: null,
    problem: null,
    cause: null,
  },
  steps: [{ ...step, counts: COUNTS }, step],
  changes: [BEGUN, ENDED],
} as unknown as OperationRead;

it('an operation tells what it did to the rows of relations, and its steps as before', () => {
  expect(toView(TORN)).toMatchObject({ relations: COUNTS, steps: [step, step] });
  expect(toView(TORN).steps[0]).toEqual(step);
  expect(toView({ ...TORN, steps: [step] })).not.toHaveProperty('relations');
});

it('an operation that has not ended yet has done nothing to them', () => {
  expect(changedView(TORN, BEGUN)).not.toHaveProperty('relations');
  expect(changedView(TORN, ENDED)).toMatchObject({ relations: COUNTS });
});
