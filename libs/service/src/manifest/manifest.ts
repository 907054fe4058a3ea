import { createHash } from 'node:crypto';
import { type Manifest, MANIFEST_VERSION, type ServiceDeclaration, type Shape } from '@turnpike/protocol';
import { jsonSchemaOf } from './json-schema.js';

/** @returns what the service says of itself, as the gateway reads it */
export function manifestOf(declaration: ServiceDeclaration): Manifest {
  const { resources, operations, steps, reads } = declaration;
  return {
    manifest: MANIFEST_VERSION,
    ...declaration,
    ...(resources && { resources: resources.map((one) => withSchemas(one, 'schema')) }),
    ...(operations && { operations: operations.map((one) => withSchemas(one, 'body', 'result')) }),
    ...(steps && { steps: steps.map((one) => withSchemas(one, 'answer')) }),
    ...(reads && { reads: reads.map((one) => withSchemas(one, 'result')) }),
  };
}

function withSchemas<Item extends object>(item: Item, ...members: (keyof Item)[]): Item {
  const shapes = members.filter((member) => item[member]);
  const schemas = shapes.map((member) => [member, jsonSchemaOf(item[member] as Shape)]);
  return { ...item, ...(Object.fromEntries(schemas) as Partial<Item>) };
}

/** The manifest of this process, which does not change while it runs. */
export class ManifestDocument {
  readonly manifest: Manifest;
  /** By what it says: a service that is started anew and says the same has the same. */
  readonly etag: string;

  constructor(declaration: ServiceDeclaration) {
    this.manifest = manifestOf(declaration);
    const hash = createHash('sha256').update(JSON.stringify(this.manifest)).digest('base64url');
    this.etag = `"${hash}"`;
  }
}
