import type { DashboardSession, Page } from '@turnpike/protocol';
import {
  QueryCache,
  QueryClient,
  type UseInfiniteQueryResult,
  type InfiniteData,
  useInfiniteQuery,
  useQuery,
  type UseQueryResult,
} from '@tanstack/react-query';
import { currentSession, get, Refusal } from './api.js';

const SESSION = ['session'];

/** Milliseconds between two looks at what changes by itself. */
const LOOK_AGAIN_MS = 2000;

export const client = new QueryClient({
  queryCache: new QueryCache({
    onError: (error) => {
      if (error instanceof Refusal && error.problem.code === 'unauthenticated') signedOut();
    },
  }),
  defaultOptions: {
    queries: {
      // What is refused once is refused again; what is away for the moment comes back.
      retry: (count, error) => error instanceof Refusal && error.problem.status >= 500 && count < 2,
      retryDelay: 500,
      refetchOnWindowFocus: true,
    },
  },
});

export function signedIn(session: DashboardSession): void {
  client.setQueryData(SESSION, session);
}

/** Back to the sign-in, with nothing left of what was read. */
export function signedOut(): void {
  client.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== SESSION[0] });
  client.setQueryData(SESSION, null);
}

export function useSession(): UseQueryResult<DashboardSession | null> {
  return useQuery({ queryKey: SESSION, queryFn: currentSession, staleTime: Infinity, retry: false });
}

/** @returns whether the operator may read users, which is for administrators; the gateway would refuse, and log it */
export function useReadsUsers(): boolean {
  return useSession().data?.roles.includes('admin') ?? false;
}

interface Reading<Body> {
  /** Whether it is looked at again and again; a function decides by what was read last. */
  live?: boolean | ((body: Body) => boolean);
}

/** @param path null for what cannot be asked for yet */
export function useRead<Body>(
  path: string | null,
  { live = false }: Reading<Body> = {},
): UseQueryResult<Body> {
  return useQuery<Body>({
    queryKey: [path],
    queryFn: ({ signal }) => get(path!, signal),
    enabled: path !== null,
    refetchInterval: ({ state }) => {
      const goesOn = typeof live === 'boolean' ? live : state.data !== undefined && live(state.data);
      return goesOn && LOOK_AGAIN_MS;
    },
  });
}

export type Pages<Item> = UseInfiniteQueryResult<InfiniteData<Page<Item>>>;

/** A list by its cursor, up to date while it has no more than so many pages: who reads on is not disturbed. */
export function usePages<Item>(path: string, filters: object, { livePages = 1 } = {}): Pages<Item> {
  return useInfiniteQuery({
    queryKey: [path, filters],
    queryFn: ({ pageParam, signal }) =>
      get<Page<Item>>(`${path}${queryOf({ ...filters, cursor: pageParam })}`, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ nextCursor }) => nextCursor,
    refetchInterval: ({ state }) => (state.data?.pages.length ?? 1) <= livePages && LOOK_AGAIN_MS,
  });
}

/** @returns the query string with what is set; empty without anything */
export function queryOf(values: Record<string, unknown>): string {
  const set = Object.entries(values).filter(([, value]) => value !== undefined && value !== '');
  const query = new URLSearchParams(set.map(([name, value]) => [name, String(value)])).toString();
  return query && `?${query}`;
}

/** After an action everything that is shown is read again. */
export function readAgain(): void {
  void client.invalidateQueries({ predicate: ({ queryKey }) => queryKey[0] !== SESSION[0] });
}
