import { Optional, Text } from '@turnpike/protocol';
import { IsInt } from 'class-validator';
import { checkOf } from './shapes.js';

class Lamp {
  @IsInt() watts: number;
  @Optional() @Text(10) name?: string;
}

const SCHEMA = {
  type: 'object',
  required: ['watts'],
  properties: { watts: { type: 'integer' }, name: { type: 'string', maxLength: 10 } },
  additionalProperties: false,
};

describe.each([
  ['a class', Lamp],
  ['a schema', SCHEMA],
])('an input whose shape is %s', (_what, shape) => {
  it('is let through where it is as the shape says', async () => {
    expect(await checkOf(shape)({ watts: 5, name: 'desk' })).toEqual({ watts: 5, name: 'desk' });
  });

  it.each([
    {},
    { watts: 1.5 },
    { watts: '5' },
    { watts: 5, name: 'a very long name' },
    { watts: 5, more: 1 },
  ])('is refused where it is not: %j', async (input) => {
    const refusal = checkOf(shape)(input);
    await expect(refusal).rejects.toMatchObject({ code: 'invalid-request', body: { status: 400 } });
  });
});
