import { v7 as uuidv7, validate, version } from 'uuid';
import { assertFollowOns, derivedId, inputFrom, type Succeeded } from './follow-ons.js';

const SUCCEEDED: Succeeded = {
  operation: {
    ...{ id: uuidv7(), kind: 'order.pay', userId: 'u', actorId: null, seq: 7 },
    target: { type: 'order', id: 'o' },
  },
  input: { method: 'card', 'a/b': 1, 'c~d': 2 },
  answers: { 'ordering.pay': { receipt: 'r' } },
  result: { id: 'o', total: { amount: 350 }, lines: [{ sku: 'x' }, { sku: 'y' }], note: null },
};

describe('what an operation holds that follows another one', () => {
  it.each([
    ['/operation/target/id', 'o'],
    ['/operation/seq', 7],
    ['/input/method', 'card'],
    ['/input/a~1b', 1],
    ['/input/c~0d', 2],
    ['/answers/ordering.pay/receipt', 'r'],
    ['/result/total/amount', 350],
    ['/result/lines/1/sku', 'y'],
    ['/result/note', null],
    ['/result', SUCCEEDED.result],
  ])('is taken from %s', (pointer, value) => {
    expect(inputFrom(SUCCEEDED, { member: pointer })).toEqual({ member: value });
  });

  it.each([
    '/result/nothing',
    '/result/note/nothing',
    '/result/lines/2',
    '/result/constructor',
    '/input/method/length',
  ])('has no member for %s, where nothing is', (pointer) => {
    expect(inputFrom(SUCCEEDED, { member: pointer })).toEqual({});
  });
});

describe('the id of what follows', () => {
  const first = uuidv7();

  it('is the same each time, and another one for each kind and each first operation', () => {
    const ids = [derivedId(first, 'a'), derivedId(first, 'b'), derivedId(uuidv7(), 'a')];
    expect(ids[0]).toBe(derivedId(first, 'a'));
    expect(new Set(ids).size).toBe(3);
  });

  it('has its place among the others by the time of the first', () => {
    const id = derivedId(first, 'a');
    expect([validate(id), version(id), id.slice(0, 13)]).toEqual([true, 7, first.slice(0, 13)]);
  });
});

describe('the start is refused, with the name of the kind, where', () => {
  const START = { kind: 'order.place' } as const;

  it.each<[string, Parameters<typeof assertFollowOns>[0], string]>([
    [
      'nothing is followed',
      [{ kind: 'order.pay', after: 'order.place' }],
      'order.pay follows order.place, which is none.',
    ],
    [
      'a deletion is followed',
      [
        { kind: 'user.delete', effect: 'closes' },
        { kind: 'order.pay', after: 'user.delete' },
      ],
      'order.pay follows user.delete, which leaves nobody.',
    ],
    [
      'it is more than a write',
      [START, { kind: 'user.delete', effect: 'closes', after: 'order.place' }],
      'user.delete follows another one, and is more than a write in line.',
    ],
    [
      'it would be carried out beside the lane',
      [START, { kind: 'user.set-roles', beside: true, after: 'order.place' }],
      'user.set-roles follows another one, and is more than a write in line.',
    ],
    ['it follows itself', [{ kind: 'order.pay', after: 'order.pay' }], 'order.pay follows itself.'],
    [
      'it follows itself by another one',
      [
        { kind: 'order.pay', after: 'order.ship' },
        { kind: 'order.ship', after: 'order.pay' },
      ],
      'order.pay follows itself.',
    ],
  ])('%s', (_what, definitions, message) => {
    expect(() => assertFollowOns(definitions)).toThrow(
      `The operation ${definitions.at(-1)!.kind}`.slice(0, 13),
    );
    expect(() => assertFollowOns(definitions)).toThrow(message);
  });

  it('and is not of a chain', () => {
    const chain = [
      START,
      { kind: 'order.pay', after: 'order.place' },
      { kind: 'order.ship', after: 'order.pay' },
    ];
    expect(() => assertFollowOns(chain as Parameters<typeof assertFollowOns>[0])).not.toThrow();
  });
});
