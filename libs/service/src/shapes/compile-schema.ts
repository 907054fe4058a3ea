import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import type { JsonSchema } from '@turnpike/protocol';

/**
 * What a schema has that is not of the draft is a mistake. Types may be left out: a schema that has `properties` says enough,
 * and none is made unsafe by it.
 */
const OPTIONS = {
  ...{ strictSchema: true, strictNumbers: true, validateFormats: true },
  ...{ strictTypes: false, strictTuples: false, strictRequired: false },
  // A body has all its mistakes listed; what there can be of it is bounded before anything looks at it.
  allErrors: true,
  // Names of members are a client's: `toString` is not there because every object has one.
  ownProperties: true,
  // Two schemas may have the same `$id`: each is compiled by itself.
  addUsedSchema: false,
  logger: false as const,
};

/** Says whether a value is what a schema says. @throws Error in words, of a schema that is none, or refers to what is not in it */
export type CompileSchema = (schema: JsonSchema) => ValidateFunction;

/** @returns what compiles the schemas of one manifest: to make one takes as long as ten schemas, and it keeps what it has made */
export function schemaCompiler(): CompileSchema {
  const ajv = new Ajv2020(OPTIONS);
  formats(ajv, { keywords: false });
  return (schema) => {
    const validate = ajv.compile(schema);
    // Such a function answers with a promise, which is as good as true for whoever takes it for an answer.
    if ('$async' in validate) throw new Error('$async is not supported');
    return validate;
  };
}
