import { ConfigurationError } from '../process/environment.js';
import { type ServiceDefinition, toDeclaration } from './definition.js';
import { defineService } from './service.js';

const run = (): Promise<void> => Promise.resolve();

const LAMPS: ServiceDefinition = {
  service: 'lamps',
  version: '1',
  port: 3099,
  migrations: [],
  operations: [{ kind: 'lamps.light', steps: ['lamps.light'] }],
  steps: { 'lamps.light': { run }, 'lamps.dim': { run, undo: run }, 'lamps.purge': { run } },
  relations: [
    {
      ...{ name: 'lamps.lamps', from: 'lamps.lamps.user_id', to: 'identity.users.id' },
      ...{
        delete: { kind: 'cascade', step: 'lamps.dim' },
        purge: { kind: 'anonymise', step: 'lamps.purge' },
      },
      rows: 'select id, user_id as "userId", true as live from lamps',
    },
  ],
};
const RELATION = LAMPS.relations![0]!;

/** @returns what is wrong with it, each mistake by itself */
function mistakesIn(change: Partial<ServiceDefinition>): string[] {
  try {
    defineService({ ...LAMPS, ...change });
    return [];
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    const [subject, ...mistakes] = error.message.split('\n- ');
    expect(subject).toBe('The service lamps cannot be carried out:');
    return mistakes;
  }
}

describe('a service', () => {
  it('that has all that it speaks of is one', () => {
    expect(mistakesIn({})).toEqual([]);
  });

  it.each<[string, Partial<ServiceDefinition>, string[]]>([
    [
      'an operation has a step that nothing carries out',
      { operations: [{ kind: 'lamps.light', steps: ['lamps.ligth'] }] },
      ['the operation lamps.light has the step lamps.ligth, which nothing carries out'],
    ],
    [
      'a relation has one',
      {
        relations: [
          { ...RELATION, restore: { kind: 'cascade', step: 'lamps.brighten' }, follow: 'lamps.follow' },
        ],
      },
      [
        'the relation lamps.lamps has the step lamps.brighten, which nothing carries out',
        'the relation lamps.lamps has the step lamps.follow, which nothing carries out',
      ],
    ],
    [
      'a relation has one for the operations of others',
      { relations: [{ ...RELATION, on: { 'order.cancel': { kind: 'cascade', step: 'toString' } } }] },
      ['the relation lamps.lamps has the step toString, which nothing carries out'],
    ],
    [
      'a step is named as that of another service',
      { steps: { ...LAMPS.steps, 'lamp.light': { run } } },
      ['the step lamp.light has the name of another service'],
    ],
    [
      'a relation is from the table of another one',
      { relations: [{ ...RELATION, from: 'ordering.lamps.user_id' }] },
      ['the relation lamps.lamps is from ordering.lamps.user_id, a column of another service'],
    ],
    [
      'a step has nothing to run',
      { steps: { ...LAMPS.steps, 'lamps.wait': {} as never } },
      ['the step lamps.wait has nothing to run'],
    ],
    [
      'a step is that of a deletion and of a purge',
      { relations: [{ ...RELATION, purge: { kind: 'anonymise', step: 'lamps.dim' } }] },
      ['the step lamps.dim cannot be that of delete and purge at once'],
    ],
    [
      'nobody lists the rows of a relation',
      { relations: [{ ...RELATION, rows: undefined }] },
      ['the rows of the table lamps are listed by 0 of its relations'],
    ],
    [
      'two list the same rows',
      { relations: [RELATION, { ...RELATION, name: 'lamps.lamps (lit)' }] },
      ['the rows of the table lamps are listed by 2 of its relations'],
    ],
    [
      'something is there twice',
      { operations: [...LAMPS.operations!, ...LAMPS.operations!] },
      ['the operation lamps.light is there twice'],
    ],
  ])('is none where %s', (_what, change, mistakes) => {
    expect(mistakesIn(change)).toEqual(mistakes);
  });

  it('declares what it has, and nothing of how it does it', () => {
    expect(toDeclaration({ ...LAMPS, reads: [] })).toEqual({
      service: 'lamps',
      version: '1',
      operations: LAMPS.operations,
      steps: [
        { name: 'lamps.light', refuses: false, undo: false, event: null },
        { name: 'lamps.dim', refuses: false, undo: true, event: null },
        { name: 'lamps.purge', refuses: false, undo: false, event: null },
      ],
      relations: [{ ...RELATION, rows: undefined }],
      reads: [],
    });
  });
});
