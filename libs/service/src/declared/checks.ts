import type { RelationDeclaration } from '@turnpike/protocol';
import { ConfigurationError } from '../process/environment.js';
import type { RelationDefinition, ServiceDefinition } from './definition.js';
import { happeningsBy } from './lifecycle.js';

/*
 * What a service can see by itself: that it has what it speaks of, and carries it out. Whether the gateway can carry its
 * plans out is for the gateway to say.
 */

/** @throws ConfigurationError that names everything that is wrong; the process must not start */
export function assertSound(definition: ServiceDefinition): void {
  const checks = [foreignNames, repeatedNames, missingSteps, idleSteps, ambiguousSteps, missingRows];
  const mistakes = checks.flatMap((check) => check(definition));
  if (mistakes.length === 0) return;
  const all = mistakes.map((mistake) => `\n- ${mistake}`).join('');
  throw new ConfigurationError(`The service ${definition.service}`, `cannot be carried out:${all}`);
}

function foreignNames({ service, steps, relations = [] }: ServiceDefinition): string[] {
  const isForeign = (name: string): boolean => !name.startsWith(`${service}.`);
  const foreign = Object.keys(steps).filter(isForeign);
  return [
    ...foreign.map((name) => `the step ${name} has the name of another service`),
    ...relations
      .filter(({ from }) => isForeign(from))
      .map(({ name, from }) => `the relation ${name} is from ${from}, a column of another service`),
  ];
}

function repeatedNames({
  operations = [],
  relations = [],
  reads = [],
  problems = [],
}: ServiceDefinition): string[] {
  return [
    ...repeated(operations.map(({ kind }) => `the operation ${kind}`)),
    ...repeated(relations.map(({ name }) => `the relation ${name}`)),
    ...repeated(reads.map(({ internal }) => `the read at ${internal}`)),
    ...repeated(problems.map(({ code }) => `the problem ${code}`)),
  ].map((name) => `${name} is there twice`);
}

function missingSteps({ steps, operations = [], relations = [] }: ServiceDefinition): string[] {
  const plans = [
    ...operations.map((one) => ({ plan: `the operation ${one.kind}`, names: one.steps })),
    ...relations.map((one) => ({ plan: `the relation ${one.name}`, names: stepsOf(one) })),
  ];
  return plans.flatMap(({ plan, names }) => {
    const missing = names.filter((name) => !Object.hasOwn(steps, name));
    return missing.map((name) => `${plan} has the step ${name}, which nothing carries out`);
  });
}

/** Written in JavaScript a step may have nothing to run. */
function idleSteps({ steps }: ServiceDefinition): string[] {
  const idle = Object.entries(steps).filter(([, { run }]) => typeof run !== 'function');
  return idle.map(([name]) => `the step ${name} has nothing to run`);
}

/** What a step means for the tombstone has to follow from its name. */
function ambiguousSteps({ steps, relations = [] }: ServiceDefinition): string[] {
  const all = Object.keys(steps).map((name) => ({ name, happenings: happeningsBy(name, relations) }));
  return all
    .filter(({ happenings }) => happenings.length > 1)
    .map(({ name, happenings }) => `the step ${name} cannot be that of ${happenings.join(' and ')} at once`);
}

function missingRows({ relations = [] }: ServiceDefinition): string[] {
  const tables = new Set(relations.map(tableOf));
  return [...tables].flatMap((table) => {
    const listing = relations.filter(
      (relation) => tableOf(relation) === table && relation.rows !== undefined,
    );
    return listing.length === 1
      ? []
      : [`the rows of the table ${table} are listed by ${listing.length} of its relations`];
  });
}

/** @returns `accounts` of `loyalty.accounts.user_id` */
export function tableOf({ from }: Pick<RelationDefinition, 'from'>): string {
  return from.split('.')[1]!;
}

function stepsOf({ on = {}, follow, ...relation }: RelationDeclaration): string[] {
  const { register, update, delete: remove, restore, purge } = relation;
  const rules = [register, update, remove, restore, purge, ...Object.values(on)];
  const steps = rules.map((rule) => (rule && rule.kind !== 'retain' ? rule.step : undefined));
  return [...new Set([...steps, follow])].filter((step) => step !== undefined);
}

function repeated(names: readonly string[]): string[] {
  return [...new Set(names.filter((name, index) => names.indexOf(name) !== index))];
}
