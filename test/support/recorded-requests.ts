// The requests that pass through proxies, with their headers, as they are sent.
import type { TcpProxy } from './proxy.js';

export interface RecordedRequest {
  method: string;
  path: string;
  headers: Record<string, string>;
}

const REQUEST_LINE = /^([A-Z]+) (\/\S*) HTTP\/1\.1\r\n/;

/** @returns a list that grows with every request that goes through one of the proxies from now on */
export function recordRequests(proxies: readonly TcpProxy[]): RecordedRequest[] {
  const recorded: RecordedRequest[] = [];
  const note = (message: string): false => {
    const request = requestIn(message);
    if (request) recorded.push(request);
    return false;
  };
  for (const proxy of proxies) proxy.trap('request', note, { type: 'reset' });
  return recorded;
}

/** A body that is sent on its own is no request. */
function requestIn(message: string): RecordedRequest | null {
  const [, method, path] = REQUEST_LINE.exec(message) ?? [];
  if (!method || !path) return null;
  const lines = message.slice(0, message.indexOf('\r\n\r\n')).split('\r\n').slice(1);
  const headers = lines.map((line) => {
    const [name = '', ...value] = line.split(':');
    return [name.toLowerCase(), value.join(':').trim()] as const;
  });
  return { method, path, headers: Object.fromEntries(headers) };
}

/** An answer that says nothing of the step. */
export function answerOf503(): string {
  return 'HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n';
}
