import { Optional, Text } from '@turnpike/protocol';
import { IsInt } from 'class-validator';
import { checkOf } from './check-of-shape.js';

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
    [{ watts: 1.5 }, 'watts must be an integer number'],
    [{ watts: '5' }, 'watts must be an integer number'],
    [{ watts: 5, name: 'a very long name' }, 'name must be shorter than or equal to 10 characters'],
    [{ watts: 5, more: 1 }, 'property more should not exist'],
  ])('is refused where it is not, in the same words: %j', async (input, message) => {
    const body = { status: 400, errors: [{ message }] };
    await expect(checkOf(shape)(input)).rejects.toMatchObject({ code: 'invalid-request', body });
  });

  it.each([{}, undefined])('is refused where something is missing: %j', async (input) => {
    const refusal = checkOf(shape)(input);
    await expect(refusal).rejects.toMatchObject({ body: { errors: [{ path: 'watts' }] } });
  });
});
