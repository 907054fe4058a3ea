import { type ArgumentMetadata, type Type, ValidationPipe } from '@nestjs/common';
import type { FieldError } from '@turnpike/protocol';
import { plainToInstance } from 'class-transformer';
import { getMetadataStorage, type ValidationArguments, type ValidationError } from 'class-validator';
import { invalidRequest } from '../problems/problem.js';

/**
 * One pipe for every process: unknown fields are refused, answers list every field that is wrong. What is in order
 * is let through after a look at the rules alone; all else is the framework's own pipe's to refuse or to accept.
 */
class InputPipe extends ValidationPipe {
  constructor() {
    super({
      transform: true,
      whitelist: true,
      forbidNonWhitelisted: true,
      // A rejected value may be a password.
      validationError: { target: false, value: false },
      exceptionFactory: (errors) => invalidRequest(errors.flatMap((error) => fieldErrors(error))),
    });
  }

  override async transform(value: unknown, metadata: ArgumentMetadata): Promise<unknown> {
    const input = this.toValidate(metadata) ? inputOf(metadata.metatype!, value ?? {}) : null;
    return input && isSound(input) ? input : super.transform(value, metadata);
  }
}

export function validationPipe(): ValidationPipe {
  return new InputPipe();
}

/** @returns the body or query as an instance of its class, or null for what is no object */
function inputOf(type: Type, value: unknown): object | null {
  if (typeof value !== 'object' || Array.isArray(value)) return null;
  const input: unknown = plainToInstance(type, value);
  return input instanceof type ? (input as object) : null;
}

function fieldErrors(error: ValidationError, parent = ''): FieldError[] {
  const path = parent ? `${parent}.${error.property}` : error.property;
  const own = Object.values(error.constraints ?? {}).map((message) => ({ path, message }));
  return [...own, ...(error.children ?? []).flatMap((child) => fieldErrors(child, path))];
}

/** What class-validator knows of one property, in the form in which it is asked for at every request. */
interface Field {
  conditions: ((object: object, value: unknown) => boolean)[];
  rules: ((object: object, value: unknown) => boolean)[];
  nested: boolean;
}

type Plan = ReadonlyMap<string, Field>;
type Metadata = ReturnType<ReturnType<typeof getMetadataStorage>['getTargetValidationMetadatas']>[number];

const plans = new Map<unknown, Plan | null>();

/**
 * Asks class-validator's own rules, and no others, whether there is nothing to complain about. class-validator
 * looks its rules up, sorts them and prepares its complaints anew for every object, which costs several times what
 * the rules cost; here each class is looked up once.
 * @returns true only if class-validator would accept the object, unknown properties forbidden; false if it refuses
 *   it, or has a rule of a kind that is not known here: then it is to be asked
 */
export function isSound(object: object): boolean {
  const plan = planOf(object.constructor);
  if (!plan) return false;
  for (const name of Object.keys(object)) if (!plan.has(name)) return false;
  for (const [name, field] of plan) {
    if (!isFieldSound(object, (object as Record<string, unknown>)[name], field)) return false;
  }
  return true;
}

function isFieldSound(object: object, value: unknown, { conditions, rules, nested }: Field): boolean {
  if (!conditions.every((applies) => applies(object, value))) return true;
  return rules.every((holds) => holds(object, value)) && (!nested || isNestedSound(value));
}

/** What is absent is for other rules to refuse. */
function isNestedSound(value: unknown): boolean {
  if (value === undefined || value === null) return true;
  if (Array.isArray(value)) return value.every(isNestedSound);
  return typeof value === 'object' && isSound(value);
}

function planOf(type: unknown): Plan | null {
  let plan = plans.get(type);
  if (plan === undefined) plans.set(type, (plan = makePlan(type)));
  return plan;
}

function makePlan(type: unknown): Plan | null {
  if (typeof type !== 'function') return null;
  const plan = new Map<string, Field>();
  for (const metadata of getMetadataStorage().getTargetValidationMetadatas(type, '', false, false)) {
    const field = plan.get(metadata.propertyName) ?? { conditions: [], rules: [], nested: false };
    plan.set(metadata.propertyName, field);
    if (!addTo(field, metadata)) return null;
  }
  return plan;
}

/** @returns whether the rule is of a kind that is known here */
function addTo(field: Field, metadata: Metadata): boolean {
  if (metadata.validateIf) return false;
  switch (metadata.type) {
    case 'conditionalValidation':
      field.conditions.push(metadata.constraints[0] as Field['conditions'][number]);
      return true;
    case 'nestedValidation':
      field.nested = true;
      return true;
    case 'customValidation':
      field.rules.push(ruleOf(metadata));
      return true;
    default:
      return false;
  }
}

/** A rule that answers later, with a promise, does not hold now. */
function ruleOf({ propertyName, constraints, constraintCls, each }: Metadata): Field['rules'][number] {
  const validators = getMetadataStorage()
    .getTargetValidatorConstraints(constraintCls)
    .map(({ instance }) => instance);
  return (object, value) => {
    const targetName = object.constructor.name;
    const args: ValidationArguments = { targetName, property: propertyName, object, value, constraints };
    const holds = (item: unknown): boolean => validators.every((one) => one.validate(item, args) === true);
    return each && Array.isArray(value) ? value.every(holds) : holds(value);
  };
}
