import type { LaneView, OperationView } from '@turnpike/protocol';
import { post } from './api.js';
import type { Action, Choice } from './dialog.js';
import { sentence, short, writes } from './names.js';

/** What may be done to a lane as it is; what cannot be done now is left out. */
export function laneActions(lane: LaneView): Action[] {
  if (lane.state === 'deleted') return [];
  return [
    ...(lane.state === 'halted' ? [release(lane)] : []),
    ...(lane.paused ? [resume(lane)] : []),
    ...(!lane.paused && lane.state !== 'halted' ? [pause(lane)] : []),
    lane.suspended ? reinstate(lane) : suspend(lane),
  ];
}

function suspend({ userId }: LaneView): Action {
  return {
    name: 'Suspend this user',
    isDangerous: true,
    explanation:
      'All sessions of this user end at once, and nobody signs in until you reinstate the account. What waits in the lane ' +
      'goes on, and so does what others ask for.',
    carryOut: async (reason) => {
      await post(`/v1/ops/users/${userId}/suspend`, { reason });
      return 'The user is suspended.';
    },
  };
}

function reinstate({ userId }: LaneView): Action {
  return {
    name: 'Reinstate this user',
    explanation: 'The user may sign in again. The sessions of before stay ended.',
    carryOut: async (reason) => {
      await post(`/v1/ops/users/${userId}/reinstate`, { reason });
      return 'The user is reinstated.';
    },
  };
}

function pause({ userId, depth }: LaneView): Action {
  const waiting = {
    0: 'Nothing waits in this lane; nothing that comes begins',
    1: '1 write waits in this lane; it does not begin',
  }[depth];
  return {
    name: 'Pause this lane',
    explanation:
      `${waiting ?? `${writes(depth)} wait in this lane; none of them begins`} until you resume it, a deletion ` +
      'neither. What runs now goes on to its end, and new writes are accepted.',
    carryOut: async (reason) => {
      const now = await post<LaneView>(`/v1/ops/lanes/${userId}/pause`, { reason });
      return now.reason === reason
        ? 'The lane is paused.'
        : `It was paused already by ${short(now.pausedBy ?? 'somebody')}: ${now.reason ?? 'no reason given'}.`;
    },
  };
}

function resume({ userId, depth, state }: LaneView): Action {
  const what =
    depth === 0
      ? 'Nothing waits; what comes begins at once.'
      : `${writes(depth)} run from here on, in order.`;
  const deletion = ' The user is being deleted, and the deletion runs too.';
  return {
    name: 'Resume this lane',
    explanation: `${what}${state === 'deleting' ? deletion : ''}`,
    carryOut: async (reason) => {
      await post(`/v1/ops/lanes/${userId}/resume`, { reason });
      return 'The lane goes on.';
    },
  };
}

function release({ userId, head, reason: halt }: LaneView): Action {
  return {
    name: 'Release this lane',
    explanation:
      `It stopped: ${sentence(halt ?? 'something could not be taken back')} Mend that first. Nothing else of this user, a ` +
      `deletion neither, is carried out before ${head ? `#${head.seq} ${head.kind}` : 'what it stopped at'} is decided.`,
    ...(head && { choices: WAYS_OUT }),
    carryOut: async (reason, choice) => {
      const way = head && choice !== AS_IT_STANDS ? { action: choice, operationId: head.id } : {};
      const now = await post<LaneView>(`/v1/ops/lanes/${userId}/release`, { reason, ...way });
      return now.paused ? 'The lane is released; it is still paused.' : 'The lane is released.';
    },
  };
}

const AS_IT_STANDS = 'go-on';

/** What may become of the write at which a lane is halted. */
const WAYS_OUT: readonly Choice[] = [
  {
    value: AS_IT_STANDS,
    label: 'Go on as it stood',
    explanation: 'What it was at is tried again, an undo that was refused too. It halts again if that fails.',
  },
  {
    value: 'retry',
    label: 'Run it again',
    explanation:
      'From its beginning, with a new deadline: steps that were refused, closed or taken back are sent anew. What is in ' +
      'force stays and is not done twice.',
  },
  {
    value: 'skip',
    label: 'Go on without it',
    explanation:
      'It ends as failed, and the problem says that it was skipped. Steps that are in force stay in force: put them right ' +
      'by hand.',
  },
  {
    value: 'fail',
    label: 'End it as failed',
    explanation:
      'You have seen to it that nothing of it is in force. A deletion that ends so opens the lane again.',
  },
  {
    value: 'succeed',
    label: 'End it as succeeded',
    explanation:
      'You have seen to it that all of it is in force. A deletion that ends so deletes the user here, too.',
  },
];

/** What may be done to a write as it is. The system itself sees to what it asked for, which is none of the client kinds. */
export function operationActions(
  operation: OperationView,
  clientKinds: readonly string[],
  navigate: (href: string) => void,
): Action[] {
  if (!clientKinds.includes(operation.kind)) return [];
  switch (operation.state) {
    case 'queued':
    case 'retrying':
      return [cancel(operation)];
    case 'failed':
      // The lane of somebody who was never registered is closed for ever.
      return operation.kind === 'user.register' ? [] : [retry(operation, navigate)];
    case 'running':
    case 'succeeded':
    case 'cancelled':
    case 'rejected':
      return [];
  }
}

function cancel({ id, kind, state }: OperationView): Action {
  return {
    name: 'Cancel this write',
    isDangerous: true,
    explanation:
      state === 'queued'
        ? `This ${kind} has not begun. It is withdrawn for good, and what waits behind it moves up.`
        : `This ${kind} is in retry. Its step is closed at the service first; if the service has applied it by now, ` +
          'it counts as done and is not cancelled.',
    carryOut: async (reason) => {
      await post(`/v1/ops/operations/${id}/cancel`, { reason });
      return 'The write is cancelled.';
    },
  };
}

function retry({ id, kind }: OperationView, navigate: (href: string) => void): Action {
  return {
    name: 'Retry this write',
    explanation:
      `The same ${kind} is asked for again, as a new write at the end of the lane: its successors may have run. ` +
      'This one stays failed.',
    carryOut: async (reason) => {
      const repeated = await post<OperationView>(`/v1/ops/operations/${id}/retry`, { reason });
      navigate(`/operations/${repeated.id}`);
      return `It is tried again as #${repeated.seq}.`;
    },
  };
}
