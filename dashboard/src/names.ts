import type {
  ActAction,
  HoldReason,
  InterventionAction,
  LaneState,
  LaneView,
  NoticeAction,
  OperationState,
  RoutineRead,
  WebhookAction,
} from '@turnpike/protocol';

/** Enough of an id to tell it from its neighbours: the end, since UUIDv7s of one hour begin alike. */
export function short(id: string): string {
  return `…${id.slice(-8)}`;
}

export function writes(count: number): string {
  return count === 1 ? '1 write' : `${count.toLocaleString()} writes`;
}

export function users(count: number): string {
  return count === 1 ? '1 user' : `${count.toLocaleString()} users`;
}

export function findings(count: number): string {
  return count === 1 ? '1 finding' : `${count.toLocaleString()} findings`;
}

/** @returns a text of a problem as a whole sentence: some end with a full stop, and titles do not */
export function sentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}

export function isUuid(text: string): boolean {
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text);
}

export const UNFINISHED: readonly OperationState[] = ['queued', 'running', 'retrying'];

/** How a state is coloured: every badge also says its word. */
export type Tone = 'calm' | 'good' | 'busy' | 'warn' | 'bad';

export const OPERATION_TONES: Readonly<Record<OperationState, Tone>> = {
  queued: 'calm',
  running: 'busy',
  retrying: 'warn',
  succeeded: 'good',
  failed: 'bad',
  cancelled: 'calm',
  rejected: 'bad',
};

export const LANE_TONES: Readonly<Record<LaneState, Tone>> = {
  open: 'good',
  paused: 'warn',
  halted: 'bad',
  deleting: 'busy',
  deleted: 'calm',
};

/** What a lane waits for that nobody holds. */
export function holdText({ reason, service }: { reason: HoldReason; service: string | null }): string {
  switch (reason) {
    case 'retry':
    case 'breaker':
      return `blocked by ${service ?? 'a service'}`;
    case 'lease':
      return 'its worker is silent';
    case 'worker':
      return 'waits for a worker';
  }
}

type AuditAction = InterventionAction | ActAction | RoutineRead | WebhookAction | NoticeAction;

/** What the audit log calls everything that the gateway itself does. */
const AUDIT_NAMES: Readonly<Record<AuditAction, string>> = {
  'lane.pause': 'lane paused',
  'lane.resume': 'lane resumed',
  'lane.release': 'lane released',
  'operation.retry': 'operation retried',
  'operation.cancel': 'operation cancelled',
  'operation.reveal': 'operation revealed',
  'user.suspend': 'user suspended',
  'user.reinstate': 'user reinstated',
  'user.grant-admin': 'administrator made by hand',
  'user.end-sessions': 'sessions ended',
  'bulk.begin': 'bulk run begun',
  'bulk.abort': 'bulk run aborted',
  'integrity.run': 'comparison begun',
  'integrity.repair': 'findings repaired',
  'audit.reveal': 'audit entry revealed',
  'operation.read': 'operation read',
  'lane.search': 'lanes searched',
  'audit.read': 'audit log read',
  'webhook.create': 'webhook created',
  'webhook.change': 'webhook changed',
  'webhook.delete': 'webhook deleted',
  'webhook.disable': 'webhook disabled',
  'webhook.rotate-secret': 'webhook secret rotated',
  'webhook.test': 'webhook tested',
  'webhook.replay': 'webhook replayed',
  'service.went-back': 'service database put back',
  'ledger.went-back': 'ledger put back',
};

/** @returns what an entry of the audit log is called: what services bring, and the end of a write, by its own name */
export function auditName(action: string): string {
  return (AUDIT_NAMES as Readonly<Record<string, string>>)[action] ?? action;
}

/** Where a lane stands, for the head of a table row. */
export function headOf({ head }: LaneView): string {
  return head ? `#${head.seq} ${head.kind}, ${head.state}` : 'nothing waits';
}
