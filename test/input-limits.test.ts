// Every field that any process takes has a limit. The rules are class-validator's own record of them; nothing is started.
import 'reflect-metadata';
import { getMetadataStorage } from 'class-validator';
import '../gateway/src/app.module.js';
import '../identity/src/app.module.js';
import '../ordering/src/app.module.js';

/** Rules that leave finitely many values, none of them long. */
const BOUNDED_BY_ITSELF = [
  'isIn',
  'isUuid',
  'isBoolean',
  'isISO31661Alpha2',
  'isISO4217CurrencyCode',
  'flatClaims',
];

/** Rules that hold only together, by what the field is. */
const BOUNDED_TOGETHER = [
  ['maxLength'],
  ['isLength'],
  ['isInt', 'min', 'max'],
  ['isObject', 'nestedValidation'],
];

/** What is held to a shape that its service declares, and what a service has answered itself: as large as a body may be. */
const BOUNDED_BY_BODY = ['DeclaredStepBody.input', 'DeclaredStepBody.answers'];

interface Field {
  name: string;
  rules: string[];
  patterns: RegExp[];
}

const fields = fieldsOfEveryInput();

test('there are fields to look at, of all processes', () => {
  const names = fields.map(({ name }) => name);
  for (const one of [
    'PlaceOrder.lines',
    'SignIn.password',
    'PayOrderStep.orderId',
    'RevokedQuery.since',
    'EventsQuery.limit',
  ]) {
    expect(names).toContain(one);
  }
});

test.each(fields)('$name has a limit', ({ name, rules, patterns }) => {
  const has = (rule: string): boolean => rules.includes(rule);
  const bounded =
    BOUNDED_BY_ITSELF.some(has) ||
    BOUNDED_TOGETHER.some((together) => together.every(has)) ||
    BOUNDED_BY_BODY.includes(name) ||
    patterns.some(isFinite);
  expect({ rules, bounded }).toMatchObject({ bounded: true });
});

test.each(fields.filter(({ rules }) => rules.includes('isArray')))(
  '$name is a list of so many at most',
  ({ rules }) => {
    expect(rules).toContain('arrayMaxSize');
  },
);

function fieldsOfEveryInput(): Field[] {
  const storage = getMetadataStorage() as unknown as {
    validationMetadatas: Map<new () => object, unknown[]>;
  };
  return [...storage.validationMetadatas.keys()].flatMap((type) => {
    const rules = getMetadataStorage().getTargetValidationMetadatas(type, '', false, false);
    const names = [...new Set(rules.map(({ propertyName }) => propertyName))];
    return names.map((property) => {
      const own = rules.filter(({ propertyName }) => propertyName === property);
      return {
        name: `${type.name}.${property}`,
        rules: own.map(({ name, type: kind }) => name ?? kind),
        patterns: own.flatMap(({ constraints }) => constraints ?? []).filter((one) => one instanceof RegExp),
      };
    });
  });
}

/** A pattern for the whole text, without a star, a plus or an open range. */
function isFinite({ source }: RegExp): boolean {
  return source.startsWith('^') && source.endsWith('$') && !/[*+]|,\}/.test(source);
}
