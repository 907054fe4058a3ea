// Whether the table of guards is true of a checkout. Nothing is run.
import { DOCUMENT, withTable } from './document.mjs';

/** Compiled by a plugin, which writes rules into the result that a compiler of single files does not. */
const NOT_ALONE = /^libs\/(contracts|protocol)\//;

/**
 * @param read gives the text of a file, or null for one that does not exist
 * @returns lines, each about one thing that is wrong
 */
export function complaintsAbout(guards, read) {
  return [
    ...guards.flatMap((guard) => [
      ...complaintsAboutPlace(guard, read),
      ...complaintsAboutProof(guard, read),
    ]),
    ...complaintsAboutNames(guards),
    ...complaintsAboutDocument(guards, read(DOCUMENT)),
  ];
}

function complaintsAboutPlace({ name, file, edits }, read) {
  const source = read(file);
  if (NOT_ALONE.test(file)) return [`${name}: ${file} cannot be compiled alone`];
  if (source === null) return [`${name}: the guard has moved, ${file} does not exist`];
  return edits
    .map(([text]) => [text, source.split(text).length - 1])
    .filter(([, count]) => count !== 1)
    .map(
      ([text, count]) => `${name}: the guard has moved, ${file} has ${count} times ${JSON.stringify(text)}`,
    );
}

function complaintsAboutProof({ name, tests }, read) {
  if (tests.length === 0) return [`${name}: no test proves it`];
  return tests
    .filter(([file, test]) => !read(file)?.includes(test))
    .map(([file, test]) => `${name}: ${file} has no test “${test}”`);
}

function complaintsAboutNames(guards) {
  const names = guards.map(({ name }) => name);
  return names.filter((name, index) => names.indexOf(name) < index).map((name) => `${name} is there twice`);
}

function complaintsAboutDocument(guards, text) {
  if (text !== null && withTable(text, guards) === text) return [];
  return [`${DOCUMENT} is out of date: npm run mutants -- --write`];
}
