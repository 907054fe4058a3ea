import { post } from './api.js';
import type { Action } from './dialog.js';

/**
 * Shows what operators do not see until they say why.
 * @param path of what is revealed
 * @param show takes what the gateway answers; nothing but the view keeps it
 */
export function revealing<Revealed>(path: string, show: (revealed: Revealed) => void): Action {
  return {
    name: 'Reveal what is hidden',
    needs: 'operator.reveal',
    explanation: 'You will see personal data. The audit log tells that you looked, and why.',
    carryOut: async (reason) => {
      show(await post<Revealed>(`${path}/reveal`, { reason }));
      return 'What was hidden is shown until you leave.';
    },
  };
}
