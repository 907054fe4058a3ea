import { declareSteps, eventOf, readDeclaredKey } from './declared-steps.js';

const ID = '019bc0de-0000-7000-8000-000000000001';

beforeAll(() =>
  declareSteps([
    { name: 'lamps.light2', event: 'lamp.lit' },
    { name: 'lamps.look', event: null },
  ]),
);

describe('the key of a step', () => {
  it.each(['lamps.light2', 'lamps.light2/undo', 'lamps.light2~2', 'lamps.light2~2/undo~3'])(
    'names a step that is declared: %s',
    (step) => {
      const read = readDeclaredKey(`${ID}/${step}`);
      expect(read).toEqual({ operationId: ID, step: 'lamps.light2', isUndo: step.includes('undo') });
    },
  );

  it.each(['lamps.break', 'toString', 'lamps.light2/redo', 'lamps.light2~', ''])(
    'names none that is not: %s',
    (step) => {
      expect(readDeclaredKey(`${ID}/${step}`)).toBeNull();
    },
  );
});

it('has an event where its step has one, and no step is without a declaration', () => {
  expect([eventOf('lamps.light2'), eventOf('lamps.look')]).toEqual(['lamp.lit', null]);
  expect(() => eventOf('lamps.break')).toThrow('There is no step lamps.break.');
});
