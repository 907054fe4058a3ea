import { useQuery } from '@tanstack/react-query';
import { get } from './api.js';

/*
 * The words by which lists are narrowed. Services bring their own, also while the page is open, so none of them is
 * built in: the description of the interface says which there are.
 */

export interface Words {
  kinds: readonly string[];
  /** The kinds that clients ask for; the system itself asks for the others, and sees to them. */
  clientKinds: readonly string[];
  problems: readonly string[];
  auditActions: readonly string[];
}

/** Milliseconds: a service that joins is seen without a new page. */
const LOOK_AGAIN_MS = 60_000;

interface Schema {
  enum?: string[];
}

/** What is read of the description. */
interface Description {
  paths: Record<string, { get: { parameters: { name: string; schema: Schema }[] } }>;
  components: { schemas: Record<string, { properties: Record<string, Schema> }> };
}

/** @returns undefined until they are read */
export function useWords(): Words | undefined {
  const { data } = useQuery({
    queryKey: ['words'],
    queryFn: async ({ signal }) => wordsOf(await get<Description>('/openapi.json', signal)),
    staleTime: LOOK_AGAIN_MS,
    refetchInterval: LOOK_AGAIN_MS,
  });
  return data;
}

function wordsOf({ paths, components }: Description): Words {
  const parameter = (path: string, name: string): readonly string[] =>
    paths[path]?.get.parameters.find((one) => one.name === name)?.schema.enum ?? [];
  return {
    kinds: parameter('/v1/ops/operations', 'kind'),
    clientKinds: components.schemas['BulkFilter']?.properties['kind']?.enum ?? [],
    problems: parameter('/v1/ops/operations', 'problem'),
    auditActions: parameter('/v1/ops/audit', 'action'),
  };
}
