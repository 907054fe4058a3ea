// The table of docs/faults.md, and what it takes to hold a running system to it.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { type Answer, api, LINE, type Person } from '../support/client.js';
import { pause } from '../support/processes.js';
import type { TcpProxy, Trap } from '../support/proxy.js';

/** Seconds until all is well after a fault is over, at most. */
const WELL_WITHIN_S = 10;

/** Until readiness says what the table says: what is proven holds 6 s, and a look 1 s. */
const NOTICED_WITHIN_MS = 20_000;

/** Milliseconds that a slow link takes for each message, in either direction. */
const SLOW_MS = 30;

const LOOK_AGAIN_MS = 100;

const EVERY_MESSAGE = 1_000_000;

const DOCUMENT = path.resolve(__dirname, '../../docs/faults.md');

export interface Cell {
  link: string;
  fault: string;
  /** The statuses that a client may see meanwhile. */
  clients: string[];
  /** `200`, or `503` and the check that fails. */
  ready: string;
  /** Seconds until all is well after the fault, as the document promises. */
  wellWithin: number;
}

/** The rows of the document whose link is one of these. */
export function cellsOf(links: readonly string[]): Cell[] {
  const rows = readFileSync(DOCUMENT, 'utf8').matchAll(
    /^\| (\S.*?) \| (\S.*?) \| (\S.*?) \| (\S.*?) \| (\d+) \|$/gm,
  );
  return [...rows]
    .map(([, link, fault, clients, ready, seconds]) => ({
      ...{ link: link!, fault: fault!, clients: clients!.split(' or '), ready: ready!.replaceAll('`', '') },
      wellWithin: Number(seconds),
    }))
    .filter(({ link }) => links.includes(link));
}

/** @returns how a fault ends */
export type Fault = () => Promise<() => unknown>;

/** The faults of a connection, whatever is at its other end. @param begunWith of some of its connections only */
export function faultsOf(proxy: () => TcpProxy, garbage: string, begunWith?: string): Record<string, Fault> {
  const nothing = (): void => undefined;
  return {
    reset: () => Promise.resolve(proxy().cut(begunWith)).then(() => nothing),
    refused: () =>
      proxy()
        .down()
        .then(() => () => proxy().up()),
    forgotten: () => Promise.resolve(proxy().forget(begunWith)).then(() => nothing),
    vanished: () => Promise.resolve(proxy().vanish()).then(() => () => proxy().appear()),
    slow: () => Promise.resolve(proxy().slow(SLOW_MS)).then(() => () => proxy().slow(0)),
    garbage: () =>
      Promise.resolve(
        released(proxy().trap('response', () => true, { type: 'replace', by: garbage }, EVERY_MESSAGE)),
      ),
  };
}

/** The other end answers every request with this. */
export function answering(proxy: () => TcpProxy, by: string): Fault {
  const isRequest = (message: string): boolean => /^[A-Z]+ \/\S* HTTP/.test(message);
  return () =>
    Promise.resolve(released(proxy().trap('request', isRequest, { type: 'answer', by }, EVERY_MESSAGE)));
}

function released(trap: Trap): () => void {
  return () => trap.release();
}

export interface Seen {
  clients: string[];
  ready: string;
  wellAfter: number;
}

/** What a person writes, and waits for in the request for so many seconds. */
export type Write = (person: Person, wait: number) => Promise<Answer>;

export const placing =
  (url: string): Write =>
  (person, wait) =>
    api(url, person.token).post('/v1/orders', { lines: [LINE] }, { prefer: `wait=${wait}` });

export const renaming =
  (url: string): Write =>
  (person, wait) =>
    api(url, person.token).patch(
      `/v1/users/${person.id}`,
      { firstName: 'Augusta' },
      { prefer: `wait=${wait}` },
    );

/** Lets the fault happen, looks at what clients and orchestrators are told, ends it, and measures until all is well. */
export async function observe(
  url: string,
  { cell, fault, write, person }: { cell: Cell; fault: Fault; write: Write; person: Person },
): Promise<Seen> {
  const end = await fault();
  const seen = [await write(person, 1)];
  const ready = await readinessUntil(url, cell.ready);
  seen.push(await write(person, 1));
  await end();
  const since = performance.now();
  await untilWell(url, () => write(person, 5));
  const clients = [...new Set(seen.map(({ status }) => String(status)))].sort();
  return { clients, ready, wellAfter: (performance.now() - since) / 1000 };
}

/** @returns the cell that does not hold, in words, or null */
export function contradiction(cell: Cell, seen: Seen): string | null {
  const holds =
    seen.clients.every((status) => cell.clients.includes(status)) &&
    seen.ready === cell.ready &&
    seen.wellAfter <= cell.wellWithin &&
    cell.wellWithin <= WELL_WITHIN_S;
  return holds ? null : `${cell.link}, ${cell.fault}: ${JSON.stringify(seen)}`;
}

/** Waits until readiness is as it should be, and not for ever. @returns what it is */
async function readinessUntil(url: string, wanted: string): Promise<string> {
  const deadline = performance.now() + NOTICED_WITHIN_MS;
  let ready = await readiness(url);
  while (ready !== wanted && performance.now() < deadline) {
    await pause(LOOK_AGAIN_MS);
    ready = await readiness(url);
  }
  return ready;
}

async function readiness(url: string): Promise<string> {
  const { status, body } = await api(url).get<{ checks: Record<string, boolean> }>('/health/ready');
  const missing = Object.entries(body.checks)
    .filter(([, there]) => !there)
    .map(([name]) => name);
  return [status, ...missing].join(' ');
}

async function untilWell(url: string, write: () => Promise<Answer>): Promise<void> {
  const deadline = performance.now() + 3 * WELL_WITHIN_S * 1000;
  while (performance.now() < deadline) {
    const { status } = await write();
    if ((status === 201 || status === 200) && (await readiness(url)) === '200') return;
    await pause(LOOK_AGAIN_MS);
  }
}
