// What a process has written, read as a log.
import { type SystemProcess, until } from './processes.js';

export interface LogLine {
  level: number;
  event?: string;
  severity?: string;
  requestId?: string;
  userId?: string;
  sessionId?: string;
  address?: string;
  subject?: string;
  route?: string;
  action?: string;
  code?: string;
  status?: number;
  operationId?: string;
  traceId?: string;
  [member: string]: unknown;
}

/** @returns the lines that have those members, in their order */
export function linesOf(process: SystemProcess, members: Record<string, unknown>): LogLine[] {
  const parsed = process.output().split('\n').flatMap(lineIn);
  return parsed.filter((line) => Object.entries(members).every(([name, value]) => line[name] === value));
}

/** @returns the newest line that has those members; lines come with a delay. It fails where none comes. */
export async function lineWith(process: SystemProcess, members: Record<string, unknown>): Promise<LogLine> {
  await until(() => Promise.resolve(linesOf(process, members).length > 0), 10_000);
  return linesOf(process, members).at(-1)!;
}

/** The first line of what is kept may be half of one. */
function lineIn(text: string): LogLine[] {
  try {
    return [JSON.parse(text) as LogLine];
  } catch {
    return [];
  }
}
