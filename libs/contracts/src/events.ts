import type { SystemKind } from './kinds.js';

/** The changes that a service begins by itself and that the other services have to follow. */
export const FOLLOWED_EVENTS: Readonly<Record<string, SystemKind>> = {
  'turnpike.user.deleted': 'event.user-deleted',
  'turnpike.user.updated': 'event.user-updated',
};
