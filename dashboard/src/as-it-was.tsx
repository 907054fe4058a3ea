import { Alert } from '@mantine/core';
import type { ReactElement, ReactNode } from 'react';
import { duration, useNow } from './clock.js';

interface AsItWasProps {
  /** When it was so; null for what is so now. */
  at: number | null;
  error: Error | null;
  children: ReactNode;
}

/** What is not so now, or not known to be, looks like nothing that is: grey, with its age and the reason. */
export function AsItWas({ at, error, children }: AsItWasProps): ReactElement {
  return (
    <div className={at === null ? 'as-it-is' : 'as-it-was'}>
      {at !== null && <Age at={at} error={error} />}
      {children}
    </div>
  );
}

function Age({ at, error }: Pick<AsItWasProps, 'error'> & { at: number }): ReactElement {
  const age = duration(Math.max(useNow() - at, 1000));
  return (
    <Alert color="red" role="status" title={`This is how it was ${age} ago; how it is now is not known`}>
      {error?.message ?? 'There has been no answer since.'}
    </Alert>
  );
}
