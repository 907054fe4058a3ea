import 'reflect-metadata';
import { type ArgumentMetadata, type Type, ValidationPipe } from '@nestjs/common';
import * as contracts from '@turnpike/contracts';
import { AcknowledgeEvents, AuditQuery, learn, normaliseEmail } from '@turnpike/protocol';
import { Allow, IsDefined, IsString, ValidateBy } from 'class-validator';
import fc from 'fast-check';
import { Environment } from '../process/environment.js';
import { isSound } from './fast-validation.js';
import { assertStorable, validationPipe } from './validation.js';

const ours = validationPipe();
/** The framework's own way from the same settings. */
const theirs = validationPipe();
theirs.transform = (value, metadata) => ValidationPipe.prototype.transform.call(theirs, value, metadata);

const { PlaceOrder, ChangeOrder, UpdateCustomer, RegisterUser, UpdateUser, SetRoles, SetClaims } = contracts;
const { OrdersQuery, DeleteUserQuery, IssueInvoiceStep } = contracts;
learn({
  kinds: contracts.ORDER_OPERATIONS.map(({ kind }) => kind),
  clientKinds: contracts.ORDER_OPERATIONS.map(({ kind }) => kind),
  services: contracts.SERVICES,
  targetTypes: contracts.TARGET_TYPES,
  reads: contracts.SHOP_READS,
  steps: contracts.STEPS,
});

const BODIES: Type[] = [
  ...[PlaceOrder, ChangeOrder, UpdateCustomer, RegisterUser, UpdateUser, SetRoles, SetClaims],
  ...[OrdersQuery, DeleteUserQuery, IssueInvoiceStep, AcknowledgeEvents, AuditQuery],
];

const scalar = fc.oneof(
  ...[fc.string(), fc.integer(), fc.double(), fc.boolean(), fc.constant(null), fc.constant('x'.repeat(201))],
);
const anything = fc.oneof(scalar, fc.array(scalar, { maxLength: 2 }), fc.dictionary(fc.string(), scalar));
const text = fc.oneof({ weight: 20, arbitrary: fc.constantFrom('Tea', ' ', 'EUR', 'eur', 'DE') }, anything);

/** Mostly right, sometimes wrong, sometimes absent, sometimes with more than there is. */
function mostly<Value>(value: fc.Arbitrary<Value>): fc.Arbitrary<unknown> {
  return fc.oneof({ weight: 30, arbitrary: value }, { weight: 1, arbitrary: anything });
}

function body(fields: Record<string, fc.Arbitrary<unknown>>): fc.Arbitrary<object> {
  const known = fc.record(
    Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, mostly(value)])),
    { requiredKeys: Object.keys(fields).filter((name) => !name.endsWith('?')) },
  );
  const plain = known.map((given) =>
    Object.fromEntries(Object.entries(given).map(([name, value]) => [name.replace('?', ''), value])),
  );
  const more = fc.oneof({ weight: 20, arbitrary: fc.constant({}) }, fc.constant({ more: 1 }));
  return fc.tuple(plain, more).map(([given, added]) => ({ ...given, ...added }));
}

const money = body({ amount: fc.integer({ min: 0 }), currency: fc.constantFrom('EUR', 'USD', 'EUR') });
const address = body({
  ...{ 'name?': text, line1: fc.constant('1 Main Street'), 'line2?': text, city: fc.constant('Berlin') },
  ...{ postalCode: fc.constant('10115'), country: fc.constantFrom('DE', 'de', 'XX', 'FR') },
});
const line = body({
  ...{
    sku: fc.constant('TEA'),
    name: text,
    quantity: fc.integer({ min: -1, max: 10_001 }),
    unitPrice: money,
  },
});
const fields = body({
  ...{ 'lines?': fc.array(line, { maxLength: 3 }), 'deliveryAddress?': address, 'reference?': text },
});
const others = body({
  ...{
    email: fc.constantFrom(' ADA@Example.com', 'ada'),
    password: fc.constantFrom('correct horse', 'short'),
  },
  ...{
    firstName: text,
    lastName: text,
    'phone?': text,
    'roles?': fc.constantFrom(['admin'], [], ['admin', 'admin']),
  },
  ...{ 'claims?': fc.dictionary(fc.string(), scalar), 'limit?': fc.constantFrom('7', '0', 'x', 7) },
  ...{ 'status?': fc.constantFrom('paid', 'lost'), 'pending?': fc.constantFrom('run', 'later') },
  ...{ 'billTo?': address, 'total?': money, 'invoiceId?': fc.uuid(), 'orderId?': fc.uuid() },
  ...{ 'ids?': fc.array(fc.oneof(fc.uuid(), fc.string())), 'userId?': fc.uuid(), 'cursor?': text },
});

/** Only the names that the class knows, most of the time: another one is refused whatever its value. */
function ofType(type: Type, given: object, all: boolean): object {
  const known = new Set(KNOWN.get(type));
  return all ? given : Object.fromEntries(Object.entries(given).filter(([name]) => known.has(name)));
}

const KNOWN = new Map<Type, string[]>([
  [PlaceOrder, ['lines', 'deliveryAddress', 'reference']],
  [ChangeOrder, ['lines', 'deliveryAddress']],
  [UpdateCustomer, ['deliveryAddress', 'phone']],
  [RegisterUser, ['email', 'password', 'firstName', 'lastName']],
  [UpdateUser, ['email', 'firstName', 'lastName']],
  [SetRoles, ['roles']],
  [SetClaims, ['claims']],
  [OrdersQuery, ['limit', 'status', 'userId', 'cursor']],
  [DeleteUserQuery, ['pending']],
  [IssueInvoiceStep, ['billTo', 'total', 'invoiceId', 'orderId']],
  [AcknowledgeEvents, ['ids']],
  [AuditQuery, ['limit', 'cursor', 'userId']],
]);

/** What is not never comes as far as the pipe. */
function isStorable(value: unknown): boolean {
  try {
    assertStorable(value);
    return true;
  } catch {
    return false;
  }
}

async function outcomeOf(pipe: ValidationPipe, type: Type, value: unknown): Promise<unknown> {
  const metadata: ArgumentMetadata = { type: 'body', metatype: type };
  return pipe.transform(structuredClone(value), metadata).then(
    (input: object) => ({ input, type: input.constructor }),
    (error: { body: unknown }) => ({ refused: error.body }),
  );
}

describe('input', () => {
  it.each(BODIES.map((type) => [type.name, type] as const))(
    'as a %s is accepted, changed and refused as class-validator and class-transformer do',
    async (_name, type) => {
      let accepted = 0;
      let refused = 0;
      const given = fc.tuple(fields, others, fc.integer({ max: 20, min: 0 }));
      await fc.assert(
        fc.asyncProperty(given, async ([one, other, rare]) => {
          const value = ofType(type, { ...one, ...other }, rare === 0);
          fc.pre(isStorable(value));
          const outcome = await outcomeOf(ours, type, value);
          if ('input' in (outcome as object)) accepted += 1;
          else refused += 1;
          expect(outcome).toEqual(await outcomeOf(theirs, type, value));
        }),
        { numRuns: 400 },
      );
      expect(Math.min(accepted, refused)).toBeGreaterThan(4);
    },
  );

  it.each([undefined, null, 'text', 7, [], [{}], {}])('%j is, too', async (value) => {
    for (const type of BODIES) {
      expect(await outcomeOf(ours, type, value)).toEqual(await outcomeOf(theirs, type, value));
    }
  });

  it('in order is found so without class-validator, or nothing would be gained', () => {
    const unitPrice = Object.assign(new contracts.Money(), { amount: 1, currency: 'EUR' });
    const line = { sku: 'TEA', name: 'Tea', quantity: 1, unitPrice };
    const lines = [Object.assign(new contracts.OrderLine(), line)];
    expect(isSound(Object.assign(new PlaceOrder(), { lines }))).toBe(true);
  });

  it('with a rule of a kind that is not known is left to class-validator', () => {
    class Later {
      @ValidateBy({ name: 'later', validator: { validate: () => Promise.resolve(true) } })
      value = 1;
    }
    class Defined {
      @IsDefined()
      value = 1;
    }
    class Allowed {
      @Allow()
      value = 1;
    }
    class Sometimes {
      @IsString({ validateIf: () => false })
      value = 1;
    }
    for (const type of [Later, Defined, Allowed, Sometimes]) expect(isSound(new type())).toBe(false);
  });
});

describe('an e-mail address', () => {
  it('in its normal form stays as it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const normal = normaliseEmail(text);
        expect(normaliseEmail(normal)).toBe(normal);
      }),
      { numRuns: 5000 },
    );
  });
});

describe('origins', () => {
  const originsIn = (value: string): string[] =>
    new Environment({ CORS_ORIGINS: value }).origins('CORS_ORIGINS');

  it('are none unless they are given, and separated by commas', () => {
    expect(originsIn('')).toEqual([]);
    expect(originsIn('https://a.example,http://b.example:8080')).toEqual([
      'https://a.example',
      'http://b.example:8080',
    ]);
  });

  it.each(['*', 'null', 'a.example', 'https://a.example/', 'https://a.example/path', 'https://*.example, x'])(
    'are not %s',
    (value) => expect(() => originsIn(value)).toThrow('CORS_ORIGINS must be origins'),
  );
});
