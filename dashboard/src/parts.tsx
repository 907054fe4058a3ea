import type { OperationState } from '@turnpike/protocol';
import { Alert, Badge as Pill, Button, DataList, Paper, Table, Text, Title } from '@mantine/core';
import type { UseQueryResult } from '@tanstack/react-query';
import { type ReactElement, type ReactNode, useEffect, useRef } from 'react';
import { Link } from 'wouter';
import { entryOf } from '../../libs/protocol/src/problems/problems.js';
import { Refusal } from './api.js';
import { AsItWas } from './as-it-was.js';
import { useIsOlder } from './clock.js';
import { OPERATION_TONES, short, type Tone } from './names.js';
import type { Pages } from './queries.js';

interface ViewProps {
  title: string;
  /** What stands beside the title. */
  aside?: ReactNode;
  children: ReactNode;
}

export function View({ title, aside, children }: ViewProps): ReactElement {
  useEffect(() => {
    document.title = `${title} · Turnpike`;
  }, [title]);
  return (
    <>
      <div className="title">
        <Title order={1} size="h2">
          {title}
        </Title>
        <div className="row">{aside}</div>
      </div>
      {children}
    </>
  );
}

export function Card({ title, children }: { title?: string; children: ReactNode }): ReactElement {
  return (
    <Paper component="section" className="card">
      {title && <Heading>{title}</Heading>}
      {children}
    </Paper>
  );
}

/** Of a part of a view. */
export function Heading({ children }: { children: ReactNode }): ReactElement {
  return (
    <Title order={2} size="h5">
      {children}
    </Title>
  );
}

/** The library's colours of the tones; style.css makes them dark enough to be read. */
const COLOURS: Readonly<Record<Tone, string>> = {
  calm: 'gray',
  good: 'green',
  busy: 'blue',
  warn: 'yellow',
  bad: 'red',
};

export function Badge({ tone, children }: { tone: Tone; children: ReactNode }): ReactElement {
  return <Pill color={COLOURS[tone]}>{children}</Pill>;
}

export function StateBadge({ state }: { state: OperationState }): ReactElement {
  return <Badge tone={OPERATION_TONES[state]}>{state}</Badge>;
}

export function LaneLink({ id }: { id: string }): ReactElement {
  return (
    <Link href={`/lanes/${id}`} className="id" title={id}>
      {short(id)}
    </Link>
  );
}

export function OperationLink({ id, children }: { id: string; children?: ReactNode }): ReactElement {
  return (
    <Link href={`/operations/${id}`} className={children ? '' : 'id'} title={id}>
      {children ?? short(id)}
    </Link>
  );
}

/** Who did something; neither the system itself nor who registers has an account. */
export function Actor({ id, action = '' }: { id: string | null; action?: string }): ReactElement {
  if (id) return <LaneLink id={id} />;
  return <Muted>{action.startsWith('user.register') ? 'whoever registered' : 'the system'}</Muted>;
}

/** Words among others that matter less. */
export function Muted({ children }: { children: ReactNode }): ReactElement {
  return (
    <Text span inherit c="dimmed">
      {children}
    </Text>
  );
}

export function Loading(): ReactElement {
  return (
    <Text c="dimmed" className="state" role="status">
      Loading…
    </Text>
  );
}

export function Empty({ children }: { children: ReactNode }): ReactElement {
  return (
    <Text c="dimmed" className="state">
      {children}
    </Text>
  );
}

/** What went wrong while reading, and what to do about it. */
export function Trouble({ error, retry }: { error: Error; retry: () => void }): ReactElement {
  return (
    <div className="state">
      <Refused error={error} />
      <Button onClick={retry}>Try again</Button>
    </div>
  );
}

/** What somebody has to know who looks at this. */
export function Notice({ children }: { children: ReactNode }): ReactElement {
  return (
    <Alert color="yellow" role="status">
      {children}
    </Alert>
  );
}

/** A refusal: what it is, what was said of it, and what helps. */
export function Refused({ error }: { error: Error }): ReactElement {
  const problem =
    error instanceof Refusal ? error.problem : { title: 'Something went wrong', detail: error.message };
  const help = 'code' in problem ? entryOf(problem.code)?.help : null;
  return (
    <Alert color="red" title={problem.title}>
      {problem.detail && problem.detail !== problem.title && <p>{problem.detail}</p>}
      {help && <p>{help.replaceAll('`', '')}</p>}
    </Alert>
  );
}

interface ReadProps<Body> {
  query: UseQueryResult<Body>;
  /** How old what is read may be until it is shown as old; left out, as old as it likes. */
  maxAgeMs?: number;
  children: (body: Body) => ReactNode;
}

/** What is read, or why it is not there yet. What was read before stays, in grey, while it cannot be read anew. */
export function Read<Body>({ query, maxAgeMs = Infinity, children }: ReadProps<Body>): ReactNode {
  const isOld = useIsOlder(query.dataUpdatedAt, maxAgeMs);
  if (query.data === undefined) {
    return query.isError ? <Trouble error={query.error} retry={() => void query.refetch()} /> : <Loading />;
  }
  return (
    <AsItWas at={isOld || query.isError ? query.dataUpdatedAt : null} error={query.error}>
      {children(query.data)}
    </AsItWas>
  );
}

interface PagedProps<Item> {
  pages: Pages<Item>;
  head: readonly string[];
  label: string;
  empty: ReactNode;
  row: (item: Item) => ReactElement;
}

/** A list as a table that goes on when its end comes into sight. */
export function Paged<Item>({ pages, head, label, empty, row }: PagedProps<Item>): ReactElement {
  const { data, error, hasNextPage, isFetchingNextPage, isFetchNextPageError, fetchNextPage, refetch } =
    pages;
  const asOf = pages.isRefetchError ? pages.dataUpdatedAt : null;
  if (!data) return error ? <Trouble error={error} retry={() => void refetch()} /> : <Loading />;
  const items = data.pages.flatMap((page) => page.items);
  return (
    <AsItWas at={asOf} error={error}>
      {items.length === 0 && <Empty>{empty}</Empty>}
      {items.length > 0 && (
        <Listing label={label} head={head}>
          {items.map(row)}
        </Listing>
      )}
      {isFetchNextPageError && <Refused error={error} />}
      {hasNextPage && (
        <More
          more={() => void fetchNextPage({ cancelRefetch: false })}
          busy={isFetchingNextPage}
          byItself={!isFetchNextPageError}
        />
      )}
    </AsItWas>
  );
}

interface ListingProps {
  label: string;
  head: readonly string[];
  children: ReactNode;
}

export function Listing({ label, head, children }: ListingProps): ReactElement {
  return (
    // It scrolls sideways on a phone, and a keyboard must be able to do that too.
    <Paper className="table" role="region" aria-label={label} tabIndex={0}>
      <Table highlightOnHover verticalSpacing="xs" horizontalSpacing="md">
        <Table.Thead>
          <Table.Tr>
            {head.map((name) => (
              <Table.Th key={name} scope="col">
                {name}
              </Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>{children}</Table.Tbody>
      </Table>
    </Paper>
  );
}

interface MoreProps {
  more: () => void;
  busy: boolean;
  /** Whether coming into sight is enough: what was refused would be asked for again without a pause. */
  byItself: boolean;
}

function More({ more, busy, byItself }: MoreProps): ReactElement {
  const button = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (!byItself) return;
    const observer = new IntersectionObserver(([entry]) => {
      if (entry?.isIntersecting) more();
    });
    observer.observe(button.current!);
    return () => observer.disconnect();
  }, [more, byItself]);
  return (
    <Button ref={button} className="more" onClick={more} disabled={busy}>
      {busy ? 'Loading…' : 'Show more'}
    </Button>
  );
}

/** Names and what they stand for. */
export function Facts({ facts }: { facts: readonly (readonly [string, ReactNode])[] }): ReactElement {
  return (
    <DataList orientation="vertical" className="facts">
      {facts.map(([name, value]) => (
        <DataList.Item key={name}>
          <DataList.ItemLabel>{name}</DataList.ItemLabel>
          <DataList.ItemValue>{value}</DataList.ItemValue>
        </DataList.Item>
      ))}
    </DataList>
  );
}

export function NotHere(): ReactElement {
  return (
    <View title="There is nothing here">
      <Empty>
        The address is not one of this page’s. <Link href="/">Back to the overview</Link>
      </Empty>
    </View>
  );
}
