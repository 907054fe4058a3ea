import 'reflect-metadata';
import { validateSync } from 'class-validator';
import { OperationsQuery, OperationView } from './operations/operations.js';
import { tellsOfAnEnd } from './operators/audit.js';
import { CreateWebhook } from './operators/webhooks.js';
import { learn, VOCABULARY, type Words } from './vocabulary.js';

const WORDS: Words = {
  kinds: ['user.delete', 'lamp.light'],
  clientKinds: ['lamp.light'],
  services: ['lamps'],
  targetTypes: ['lamp'],
  reads: ['lamp.read'],
  steps: [
    { event: 'lamp.lit', undo: true },
    { event: null, undo: false },
  ],
};

const asked = (kind: string): string[] => messages(Object.assign(new OperationsQuery(), { kind }));

function messages(body: object): string[] {
  return validateSync(body).flatMap(({ constraints }) => Object.values(constraints ?? {}));
}

beforeEach(() => learn(WORDS));

describe('a rule about words', () => {
  it('takes those that were learnt, in place of all before, and lists them in their order', () => {
    expect(asked('lamp.light')).toEqual([]);
    learn({ ...WORDS, kinds: ['lamp.break', 'lamp.light'] });
    expect(asked('lamp.break')).toEqual([]);
    expect(asked('user.delete')).toEqual([
      'kind must be one of the following values: lamp.break, lamp.light',
    ]);
  });

  it('takes as many events as there are now', () => {
    const { events } = VOCABULARY;
    const body = (types: readonly string[]): object =>
      Object.assign(new CreateWebhook(), { url: 'https://a.example', events: types });
    expect(messages(body(events))).toEqual([]);
    expect(messages(body([...events, events[0]!]))).toContain(
      `events must contain no more than ${events.length} elements`,
    );
  });

  it('is described by the list itself, which the description has when it is made', () => {
    const described: unknown = Reflect.getMetadata(
      'swagger/apiModelProperties',
      OperationView.prototype,
      'kind',
    );
    expect((described as { enum: unknown }).enum).toBe(VOCABULARY.kinds);
  });
});

it('makes events of the steps, and of the undo of each that has one', () => {
  expect(VOCABULARY.events).toEqual([
    ...['*', 'operation.succeeded', 'operation.failed', 'operation.cancelled', 'operation.rejected'],
    ...['turnpike.lamp.lit', 'turnpike.lamp.lit.undone'],
  ]);
});

it('has an event once that several steps leave', () => {
  const { events } = VOCABULARY;
  const before = [...events];
  learn({ ...WORDS, steps: [...WORDS.steps, { event: 'lamp.lit', undo: false }] });
  expect(events).toEqual(before);
});

it('tells the end of a write from all else, also of a kind that is gone', () => {
  const told = ['lamp.light', 'lamp.light failed', 'genie.free rejected', 'lamp.read', 'lane.pause'];
  expect(told.filter(tellsOfAnEnd)).toEqual(['lamp.light', 'lamp.light failed', 'genie.free rejected']);
});
