import type { ActionDefinition } from '@turnpike/engine';

/* What callers do with sessions beside beginning and ending one, and who may. */

export const REFRESH_SESSION: ActionDefinition = { name: 'session.refresh', allow: ['anyone'] };
export const LIST_SESSIONS: ActionDefinition = { name: 'session.list', allow: ['user'] };
export const END_ALL_SESSIONS: ActionDefinition = {
  name: 'user.end-sessions',
  allow: ['owner', 'admin'],
  acts: 'user.end-sessions',
};

/** All of them. */
export const SESSION_ACTIONS: readonly ActionDefinition[] = [
  REFRESH_SESSION,
  LIST_SESSIONS,
  END_ALL_SESSIONS,
];
