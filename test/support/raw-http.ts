// HTTP as no client library would send it: bytes out over a socket of one's own, and what comes back.
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

export interface RawAnswer {
  /** Null where the connection ended without an answer. */
  status: number | null;
  headers: Headers;
  body: string;
  /** How many answers came. */
  answers: number;
}

/** Lines that end as HTTP's do, with the empty one that ends the head. */
export function head(...lines: string[]): string {
  return [...lines, '', ''].join('\r\n');
}

export function open(url: string): Promise<Socket> {
  const { hostname, port } = new URL(url);
  const socket = connect({ host: hostname, port: Number(port) });
  // A server that ends a connection while we write is what these tests are about.
  return once(
    socket.on('error', () => undefined),
    'connect',
  ).then(() => socket);
}

/** Sends the bytes and reads until the server ends the connection: send `Connection: close` with a good request. */
export async function exchange(url: string, bytes: string | Buffer): Promise<RawAnswer> {
  const socket = await open(url);
  let text = '';
  socket.on('data', (chunk: Buffer) => (text += chunk.toString('latin1')));
  socket.write(bytes);
  await once(socket, 'close');
  return parsed(text);
}

function parsed(text: string): RawAnswer {
  const [first = '', ...rest] = text.split('\r\n\r\n');
  const [statusLine = '', ...lines] = first.split('\r\n');
  const status = /^HTTP\/1\.1 (\d{3})/.exec(statusLine)?.[1];
  const pairs = lines.map((line): [string, string] => {
    const colon = line.indexOf(':');
    return [line.slice(0, colon), line.slice(colon + 1).trim()];
  });
  return {
    status: status ? Number(status) : null,
    headers: new Headers(pairs),
    body: rest.join('\r\n\r\n'),
    answers: [...text.matchAll(/^HTTP\/1\.1 /gm)].length,
  };
}
