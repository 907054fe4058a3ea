import type { OpsSummary } from '@turnpike/protocol';
import type { UseQueryResult } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { BASE } from './base.js';
import { client, useRead } from './queries.js';

const SUMMARY = '/v1/ops/summary';

/** Milliseconds until a stream is asked for again that was refused: the browser then gives up by itself. */
const CONNECT_AGAIN_MS = 2000;

/** The summary: read once, and from then on as the gateway sends it. */
export function useLiveSummary(): { summary: UseQueryResult<OpsSummary>; isLive: boolean } {
  const [isLive, setLive] = useState(false);
  const summary = useRead<OpsSummary>(SUMMARY);
  useEffect(
    () =>
      follow((text) => {
        setLive(text !== null);
        if (text) client.setQueryData([SUMMARY], JSON.parse(text));
        // The answer tells what is the matter: the session may have ended.
        else void client.invalidateQueries({ queryKey: [SUMMARY] });
      }),
    [],
  );
  return { summary, isLive };
}

/** @param tell gets each summary, and null when the stream is lost. @returns what ends it */
function follow(tell: (text: string | null) => void): () => void {
  let source: EventSource;
  let timer: ReturnType<typeof setTimeout>;
  const connect = (): void => {
    source = new EventSource(`${BASE}/v1/ops/live`);
    source.addEventListener('summary', ({ data }: MessageEvent<string>) => tell(data));
    source.onerror = () => {
      tell(null);
      if (source.readyState === EventSource.CLOSED) timer = setTimeout(connect, CONNECT_AGAIN_MS);
    };
  };
  connect();
  return () => {
    clearTimeout(timer);
    source.close();
  };
}
