import { declarePersonal, declareProblems, learn, PROBLEM_CODES } from '@turnpike/protocol';
import { trailOf } from '@turnpike/service';
import type { Catalogue } from '../definitions/catalogue.js';

/** What whoever gets a problem can do where its service does not say. */
const NO_HELP = 'Read `detail`, and what the service says of it.';

/** Codes that came with manifests; all others are compiled in. */
const taught = new Set<string>();

/** @returns the codes of problems that any process of this build knows, whatever services have declared */
export function compiledProblems(): string[] {
  return PROBLEM_CODES.filter((code) => !taught.has(code));
}

/**
 * Teaches the process the words of the manifests that are in force: the kinds that requests may name, the problems that
 * answers may have, and which members are hidden from operators and logs. What is personal once stays so.
 */
export function teach(catalogue: Catalogue, services: readonly string[]): void {
  learn(catalogue.words(services));
  for (const { problems = [], operations = [], reads = [] } of catalogue.manifests) {
    problems.forEach(({ code }) => taught.add(code));
    declareProblems(
      Object.fromEntries(
        problems.map(({ code, status, title, help = NO_HELP }) => [code, { status, title, help }]),
      ),
    );
    declarePersonal([...operations, ...reads].flatMap(({ personal = [] }) => personal.map(memberAt)));
  }
}

/** @returns the name of the member that a JSON pointer ends with: what lies below it is hidden with it */
function memberAt(pointer: string): string {
  return trailOf(pointer).at(-1)!;
}
