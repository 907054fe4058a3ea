import type { JsonSchema, OperationDeclaration, Shape } from '@turnpike/protocol';
import { type CompileSchema, schemaCompiler, trailOf } from '@turnpike/service';
import { inEach } from '../form/lines.js';
import { bodyValidator } from '../shapes/body-validator.js';
import type { Candidate } from './candidate.js';
import { mayHave } from './pointers.js';

/** Schemas can be compiled, and what is personal in a body or a result can be there. */
export function unsoundShapes({ manifest }: Candidate): string[] {
  const compile = schemaCompiler();
  return [
    ...inEach(manifest, 'resources', ({ schema }) => complaintAbout('schema', schema, compile)),
    ...inEach(manifest, 'operations', (operation) => [
      ...complaintAboutBody(operation, compile),
      ...complaintAbout('result', operation.result, compile),
      ...lostPersonal('body', operation.body, operation.personal),
    ]),
    ...inEach(manifest, 'reads', ({ result, personal }) => [
      ...complaintAbout('result', result, compile),
      ...lostPersonal('result', result, personal),
    ]),
    ...inEach(manifest, 'steps', ({ answer }) => complaintAbout('answer', answer, compile)),
  ];
}

function complaintAbout(what: string, shape: Shape | null | undefined, compile: CompileSchema): string[] {
  return shape ? failureOf(what, () => compile(shape as JsonSchema)) : [];
}

/** As it is compiled when the manifest is in force. */
function complaintAboutBody({ body }: OperationDeclaration, compile: CompileSchema): string[] {
  return body ? failureOf('body', () => bodyValidator(body, compile)) : [];
}

function failureOf(what: string, attempt: () => unknown): string[] {
  try {
    attempt();
    return [];
  } catch (error) {
    return [`its ${what} is no JSON Schema that can be compiled: ${(error as Error).message}`];
  }
}

/** A pointer with a typing error would show what it was to hide. */
function lostPersonal(
  what: string,
  shape: Shape | null | undefined,
  personal: readonly string[] = [],
): string[] {
  return personal
    .filter((pointer) => !shape || !mayHave(shape, trailOf(pointer)))
    .map((pointer) => `has nothing at ${pointer} of its ${what}, which is to be personal`);
}
