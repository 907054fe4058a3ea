import { parseBody } from './body.js';

const nested = (depth: number): string => '{"a":'.repeat(depth) + '1' + '}'.repeat(depth);
const lists = (of: number, length: number): string =>
  `{"a":[${Array(of)
    .fill(`[${Array(length).fill(1).join()}]`)
    .join()}]}`;

const codeOf = (body: string): string => {
  try {
    parseBody(Buffer.from(body));
    return 'taken';
  } catch (error) {
    return (error as { code: string }).code;
  }
};

describe('a body', () => {
  it.each([
    ['is 20 deep at most', nested(20), nested(21), 'invalid-request'],
    ['has 2,000 values at most', lists(14, 141), lists(15, 140), 'invalid-request'],
    ['has lists of 200 items at most', lists(1, 200), lists(1, 201), 'invalid-request'],
    [
      'has texts of 4,096 characters at most',
      `{"a":"${'x'.repeat(4096)}"}`,
      `{"a":"${'x'.repeat(4097)}"}`,
      'invalid-request',
    ],
    ['has each member once', '{"a":{"a":1},"b":":"}', '{"a":1,"b":":","a":1}', 'invalid-json'],
    [
      'has each member once, however it is written',
      '{"a":"\\"a\\":1"}',
      '{"a":1,"\\u0061":1}',
      'invalid-json',
    ],
    ['has no member with the name of a prototype', '{"proto":1}', '{"__proto__":{"a":1}}', 'invalid-json'],
    ['has numbers that are exact', '{"a":9007199254740991}', '{"a":9007199254740993}', 'invalid-request'],
    ['can be stored', '{"a":"\\ud83d\\ude82"}', '{"a":"\\ud83d"}', 'invalid-request'],
  ])('%s', (_what, taken, refused, code) => {
    expect([codeOf(taken), codeOf(refused)]).toEqual(['taken', code]);
  });
});
