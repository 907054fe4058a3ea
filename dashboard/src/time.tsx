import type { ReactElement } from 'react';
import { duration, useNow } from './clock.js';
import { Muted } from './parts.js';

const absolute = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' });

/** How long ago or in how long, and when exactly: in a tooltip, or beside it. What is no time stays as it is. */
export function Time({ at, exact = false }: { at: string; exact?: boolean }): ReactElement {
  const ms = useNow() - Date.parse(at);
  if (Number.isNaN(ms)) return <>{at}</>;
  const relative = Math.abs(ms) < 1000 ? 'now' : ms > 0 ? `${duration(ms)} ago` : `in ${duration(-ms)}`;
  const when = absolute.format(new Date(at));
  return (
    <time dateTime={at} title={when}>
      {relative}
      {exact && <Muted> · {when}</Muted>}
    </time>
  );
}
